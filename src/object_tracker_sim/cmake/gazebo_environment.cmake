# write_gazebo_environment(FILE): what Gazebo's programs need in their environment, as JSON.
#
# {"version": "11.1.0",
#  "variables": {NAME: VALUE, …},            for Gazebo's programs alone
#  "programs": {"gzserver": PATH, "gzclient": PATH, "gz": PATH}}   "" where there is none
#
# A gazebo-config.cmake that describes a Gazebo outside the system's folders sets GAZEBO_ENVIRONMENT (a list of
# NAME=VALUE) and GAZEBO_PROGRAM_PATH (the folder of its programs); the system's own needs neither.
function(write_gazebo_environment file)
  if(NOT DEFINED GAZEBO_ENVIRONMENT)
    get_filename_component(resources "${GAZEBO_MEDIA_PATH}" DIRECTORY)
    set(GAZEBO_ENVIRONMENT
      "GAZEBO_MODEL_PATH=${GAZEBO_MODEL_PATH}"
      "GAZEBO_RESOURCE_PATH=${resources}"
      "GAZEBO_PLUGIN_PATH=${GAZEBO_PLUGIN_PATH}")
  endif()

  set(variables "")
  foreach(entry IN LISTS GAZEBO_ENVIRONMENT)
    string(FIND "${entry}" "=" at)
    string(SUBSTRING "${entry}" 0 ${at} name)
    math(EXPR at "${at} + 1")
    string(SUBSTRING "${entry}" ${at} -1 value)
    string(REPLACE "\\" "\\\\" value "${value}")
    string(REPLACE "\"" "\\\"" value "${value}")
    string(APPEND variables "    \"${name}\": \"${value}\",\n")
  endforeach()
  string(REGEX REPLACE ",\n$" "\n" variables "${variables}")

  set(programs "")
  foreach(program gzserver gzclient gz)
    unset(found CACHE)
    if(DEFINED GAZEBO_PROGRAM_PATH)
      # The names without a version may be a distribution's links to its own folders.
      find_program(found NAMES ${program}-${GAZEBO_VERSION_FULL} ${program} PATHS "${GAZEBO_PROGRAM_PATH}"
        NO_DEFAULT_PATH)
    else()
      find_program(found NAMES ${program})
    endif()
    if(NOT found)
      set(found "")
    endif()
    string(APPEND programs "    \"${program}\": \"${found}\",\n")
    unset(found CACHE)
  endforeach()
  string(REGEX REPLACE ",\n$" "\n" programs "${programs}")

  file(WRITE "${file}.new"
    "{\n  \"version\": \"${GAZEBO_VERSION}\",\n  \"variables\": {\n${variables}  },\n"
    "  \"programs\": {\n${programs}  }\n}\n")
  configure_file("${file}.new" "${file}" COPYONLY)  # untouched when nothing changed
endfunction()

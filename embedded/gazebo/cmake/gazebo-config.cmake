# find_package(gazebo) for the private prefix: another release's Gazebo, its headers and libraries unpacked into one
# folder next to the system's. Pass -Dgazebo_DIR=<this folder> -DOBJECT_TRACKER_GAZEBO_PREFIX=<prefix>.
#
# The prefix holds root/ (the unpacked packages) and lib/ (links to every shared library but glibc's and the
# compiler's own).

if(NOT OBJECT_TRACKER_GAZEBO_PREFIX)
  set(gazebo_FOUND FALSE)
  set(gazebo_NOT_FOUND_MESSAGE "OBJECT_TRACKER_GAZEBO_PREFIX is not set; pass the folder Gazebo was unpacked into")
  return()
endif()
get_filename_component(_prefix "${OBJECT_TRACKER_GAZEBO_PREFIX}" ABSOLUTE)
set(_usr "${_prefix}/root/usr")
set(_include "${_usr}/include")

if(NOT EXISTS "${_include}/gazebo-11/gazebo/gazebo_config.h" OR NOT EXISTS "${_prefix}/lib/libgazebo.so")
  set(gazebo_FOUND FALSE)
  set(gazebo_NOT_FOUND_MESSAGE "no Gazebo 11 with its headers in ${_prefix}")
  return()
endif()
file(STRINGS "${_include}/gazebo-11/gazebo/gazebo_config.h" _line REGEX "define GAZEBO_VERSION_FULL")
string(REGEX REPLACE ".*\"(.*)\".*" "\\1" GAZEBO_VERSION_FULL "${_line}")
set(GAZEBO_VERSION "${GAZEBO_VERSION_FULL}")
set(GAZEBO_MAJOR_VERSION 11)

if(NOT CMAKE_LIBRARY_ARCHITECTURE)
  set(CMAKE_LIBRARY_ARCHITECTURE "${CMAKE_SYSTEM_PROCESSOR}-linux-gnu")
endif()
set(_lib "${_usr}/lib/${CMAKE_LIBRARY_ARCHITECTURE}")
set(_share "${_usr}/share/gazebo-11")

set(GAZEBO_PLUGIN_PATH "${_lib}/gazebo-11/plugins")
set(GAZEBO_MODEL_PATH "${_share}/models")
set(GAZEBO_MEDIA_PATH "${_share}/media")

file(GLOB _versioned "${_include}/ignition/*" "${_include}/sdformat-*")
set(GAZEBO_INCLUDE_DIRS
  "${_include}" "${_include}/gazebo-11" "${_include}/gazebo-11/gazebo/msgs"
  "${_include}/OGRE" "${_include}/OGRE/Paging" "${_include}/OGRE/Terrain" ${_versioned})
set(GAZEBO_LIBRARY_DIRS "${_prefix}/lib")
set(GAZEBO_LIBRARIES
  gazebo gazebo_physics gazebo_sensors gazebo_rendering gazebo_transport gazebo_msgs gazebo_common gazebo_util
  OgreMain ignition-math6 sdformat9 protobuf)
# Its libraries were linked against another release's: leave what they need of each other to the loader.
set(GAZEBO_LDFLAGS "-Wl,--allow-shlib-undefined")
set(GAZEBO_CXX_FLAGS "")

# The environment of Gazebo's programs alone: these libraries break other programs.
set(GAZEBO_ENVIRONMENT
  "LD_LIBRARY_PATH=${_prefix}/lib:${_lib}/blas:${_lib}/lapack:${_lib}/pulseaudio"
  "GAZEBO_MODEL_PATH=${GAZEBO_MODEL_PATH}"
  "GAZEBO_RESOURCE_PATH=${_share}"
  "GAZEBO_PLUGIN_PATH=${GAZEBO_PLUGIN_PATH}"
  "OGRE_RESOURCE_PATH=${_lib}/OGRE-1.9.0"
  "LIBGL_DRIVERS_PATH=${_lib}/dri")
set(GAZEBO_PROGRAM_PATH "${_usr}/bin")

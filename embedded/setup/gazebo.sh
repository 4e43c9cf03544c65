# Which Gazebo: the system's where it can be built against, else a private prefix in the cache.
# shellcheck shell=bash disable=SC2034,SC2154

# Sets gazebo_prefix; empty means the system's Gazebo.
choose_gazebo() {
    gazebo_prefix=
    if ! system_gazebo; then
        gazebo_prefix=$cache/gazebo-$(cat "$root"/embedded/gazebo/{packages_runtime.txt,packages_headers.txt,fetch.sh} | short_hash)
    fi
}

system_gazebo() {
    local folder
    type -P gzserver >/dev/null || return 1
    for folder in /usr/lib/*/cmake/gazebo /usr/lib/cmake/gazebo /usr/local/lib/cmake/gazebo; do
        [ ! -e "$folder/gazebo-config.cmake" ] || return 0
    done
    return 1
}

gazebo_ready() { [ -z "$gazebo_prefix" ] || [ -d "$gazebo_prefix" ]; }

# Which Gazebo: the system's where it can be built against, else a private prefix in the cache.
# shellcheck shell=bash

# Sets gazebo_prefix; empty means the system's Gazebo.
choose_gazebo() {
    gazebo_prefix=
    system_gazebo || gazebo_prefix=$cache/gazebo-$(gazebo_key)
}

# What the prefix is made from. Not the whole of fetch.sh: a fetched Gazebo stays good when only the way to it changes, which
# matters once Debian 11 is gone from the mirrors.
gazebo_key() {
    (cd "$root/embedded/gazebo" && { sed 's/#.*//' packages_runtime.txt packages_headers.txt | xargs
        grep -oE '^(suite|layout)=[^ ]+' fetch.sh; }) | short_hash
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

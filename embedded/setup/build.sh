# Is what colcon built still what the sources say?
# shellcheck shell=bash

# What every part of the build depends on; when it changes all is built anew.
build_base() { printf '%s\n' "$root" "$ros_kind" "${venv:-}" "${gazebo_prefix:-}" "${ROS_DISTRO:-}"; }

# One line per source file: path and what it holds (times are not kept by git and by container images). Python tests are run from
# src/, not built.
list_sources() {
    local folders=(src)
    [ ! -d "$root/embedded/gazebo/cmake" ] || folders+=(embedded/gazebo/cmake)
    (
        cd "$root"
        not_built=(\( -name __pycache__ -o -name '.*_cache' -o -path '*/test/*.py' \) -prune)
        find "${folders[@]}" "${not_built[@]}" -o -type l -printf '%p\tlink to %l\n'
        find "${folders[@]}" "${not_built[@]}" -o -type f -print0 | xargs -0r sha256sum | sed -E 's/^([^ ]+)  (.*)/\2\t\1/'
    ) | LC_ALL=C sort
}

build_ready() {
    [ -e "$root/install/setup.bash" ] && [ -e "$build_state/complete" ] &&
        [ "$(build_base)" = "$(cat "$build_state/base" 2>/dev/null)" ] &&
        list_sources | cmp -s - "$build_state/sources"
}

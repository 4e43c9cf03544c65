# Is what colcon built still what the sources say?
# shellcheck shell=bash

# What every part of the build depends on; when it changes all is built anew.
build_base() { printf '%s\n' "$root" "$ros_kind" "${venv:-}" "${gazebo_prefix:-}" "${ROS_DISTRO:-}"; }

# One line per source file: path, size, time of change. Python tests are run from src/, not built.
list_sources() {
    local folders=(src)
    [ ! -d "$root/embedded/gazebo/cmake" ] || folders+=(embedded/gazebo/cmake)
    (cd "$root" && find "${folders[@]}" -name __pycache__ -prune -o -path '*/test/*.py' -prune -o -name .pytest_cache -prune \
        -o \( -type f -o -type l \) -printf '%p\t%s\t%T@\n') | LC_ALL=C sort
}

build_ready() {
    [ -e "$root/install/setup.bash" ] && [ -e "$build_state/complete" ] &&
        [ "$(build_base)" = "$(cat "$build_state/base" 2>/dev/null)" ] &&
        list_sources | cmp -s - "$build_state/sources"
}

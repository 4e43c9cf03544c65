# The environment of what ws runs.
# shellcheck shell=bash

# ROS itself, for building and running.
enter_ros() {
    export PYTHONUNBUFFERED=1
    export ROS_LOG_DIR=${ROS_LOG_DIR:-$root/log/ros}
    mkdir -p "$ROS_LOG_DIR"
    [ "$ros_kind" = wheels ] || return 0
    export VIRTUAL_ENV=$venv
    prepend PATH "$venv/bin"
    export AMENT_PREFIX_PATH=$venv CMAKE_PREFIX_PATH=$venv
    prepend LD_LIBRARY_PATH "$venv/lib"
    # The wheels' own start-up hook would execute every Python a second time, to set what is set here
    export _ROS_WHEELS_BOOTSTRAP_COMPLETE=1
    unset PYTHONHOME
}

# ROS, the workspace, and the small `ros2` where there is no real one.
enter_workspace() {
    enter_ros
    set +eu
    # shellcheck source=/dev/null
    source "$root/install/setup.bash"
    set -eu
    if [ "$ros_kind" = wheels ] && ! python -c 'import sys, importlib.util as u; sys.exit(u.find_spec("launch_ros") is None)'; then
        prepend PATH "$root/embedded/ros2/bin"
        prepend PYTHONPATH "$root/embedded/ros2/python"
    fi
}

# usage: prepend VARIABLE FOLDER   puts it first, once
prepend() {
    local rest=":${!1:-}:"
    rest=${rest//":$2:"/:}
    rest=${rest#:}
    rest=${rest%:}
    export "$1=$2${rest:+:$rest}"
}

# Which ROS 2: a distribution that is already sourced, or the wheels.
# shellcheck shell=bash

# Sets ros_kind to "distribution" or "wheels".
choose_ros() {
    local ros2_program
    ros2_program=$(type -P ros2 || true)
    if [ -n "${AMENT_PREFIX_PATH:-}" ] && [[ $ros2_program == ?* && $ros2_program != */embedded/ros2/bin/ros2 ]]; then
        ros_kind=distribution
    elif [ -n "${ROS_DISTRO:-}" ]; then
        fail "ROS 2 ${ROS_DISTRO} is sourced but has no ros2 command: install its ros2cli and launch_ros packages, or start" \
             "from a shell in which it is not sourced"
    else
        ros_kind=wheels
    fi
}

# Fails, naming what to install, when the sourced distribution's Python lacks packages of embedded/requirements.
check_distribution_python() {
    local missing
    missing=$(python3 - <<'PYTHON'
from importlib.util import find_spec
modules = "torch stable_baselines3 gymnasium numpy cv2 redis safetensors zstandard msgpack yaml rich psutil boto3 pytest".split()
print(" ".join(m for m in modules if find_spec(m) is None))
PYTHON
    ) || fail "ROS 2 is sourced but python3 does not run"
    [ -z "$missing" ] || fail "the Python of the sourced ROS 2 lacks: $missing. Install with: python3 -m pip install -r" \
        "$requirements/learning.txt -r $requirements/tools.txt$(numpy_to_keep)"
}

# The distribution's messages are compiled against its numpy: numpy 2 in place of 1 would break them.
numpy_to_keep() {
    python3 -c 'import numpy, sys; sys.exit(not numpy.__version__.startswith("1."))' 2>/dev/null && printf " 'numpy<2'"
    true
}

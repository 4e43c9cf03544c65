# Is this a system the workspace is known to run on?
# shellcheck shell=bash

known_platforms="tested: Debian 12 x86_64 with the ROS 2 Jazzy wheels and a private Gazebo 11; expected to work, not tested: \
Debian 13 x86_64 in the same way, Ubuntu 22.04 with a sourced ROS 2 Humble and its Gazebo 11"

os_field() { sed -nE "s/^$1=\"?([^\"]*)\"?$/\1/p" "$os_release_file" 2>/dev/null | head -1; }

# usage: check_platform KIND   KIND is "wheels" or "distribution"
check_platform() {
    local system
    system="$(os_field ID) $(os_field VERSION_ID)"
    case $1:$system:$machine in
        wheels:debian\ 12:x86_64) ;;
        wheels:debian\ 13:x86_64) platform_note="$system is expected to work but not tested ($known_platforms)" ;;
        distribution:*) ;; # whoever sourced one knows that it runs here; Gazebo is looked for separately
        *) fail "unsupported platform: ${system:-unknown system} $machine without a sourced ROS 2 distribution; $known_platforms" ;;
    esac
}

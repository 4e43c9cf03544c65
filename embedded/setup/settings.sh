# Every variable a user may set, read here and nowhere else, and the places that follow from them.
# shellcheck shell=bash

# PYTHON: the Python (3.10 to 3.14) to make the virtual environment with. Default: python3 of PATH, else Debian's.
python_wanted=${PYTHON:-}

# GAZEBO_DEBIAN_MIRROR: where to fetch Debian 11's Gazebo from. Default: the Debian mirror in this machine's apt sources.
gazebo_mirror=${GAZEBO_DEBIAN_MIRROR:-}

# GAZEBO_ACCEPT_EXPIRED=1: accept a Debian 11 release file whose validity has ended, as an archive's may have.
gazebo_accept_expired=${GAZEBO_ACCEPT_EXPIRED:-0}

# WS_OS_RELEASE, WS_MACHINE: what to take the system for (tests of the platform check).
os_release_file=${WS_OS_RELEASE:-/etc/os-release}
machine=${WS_MACHINE:-$(uname -m)}

# XDG_CACHE_HOME: where downloads and built environments are kept, shared by all clones of this user.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/object_tracker

requirements=$root/embedded/requirements
setup_logs=$root/log/setup
build_state=$root/build/.ws

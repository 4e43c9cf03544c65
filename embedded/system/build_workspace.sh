#!/usr/bin/env bash
# usage: build_workspace.sh ROOT GAZEBO_PREFIX STATE CCACHE BASE SOURCES
# Builds the clone at ROOT with colcon, in the environment it is called in. STATE is a folder that keeps what was built: BASE (what
# everything depends on) and SOURCES (a file, the list of
# the source files); a file named complete is there when the build of those succeeded.
set -euo pipefail
root=$1 gazebo_prefix=$2 state=$3 base=$5 sources=$6
# shellcheck source=embedded/guard.sh
source "$root/embedded/guard.sh"

# A second clone of the same sources takes its object files from here
export CCACHE_DIR=$4 CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=2G
export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache

# colcon copies what is there and never removes what is gone: a package that lost a file is built anew
forget_packages_that_lost_files() {
    local package
    comm -23 <(cut -f1 "$state/sources") <(cut -f1 "$sources") | sed -nE 's|^src/([^/]+)/.*|\1|p' | sort -u | while read -r package; do
        echo "$package lost files: building it anew"
        rm -rf -- "${root:?}/build/$package" "$root/install/$package"
    done
}

cd "$root"
if [ "$base" != "$(cat "$state/base" 2>/dev/null)" ]; then
    rm -rf -- build install
elif [ -e "$state/sources" ]; then
    forget_packages_that_lost_files
fi
mkdir -p "$state"
rm -f "$state/complete"
printf '%s\n' "$base" >"$state/base"

options=()
if [ -n "$gazebo_prefix" ]; then
    # for the one package that knows Gazebo; given to all, CMake would complain of arguments that are not used
    printf '{"names": {"object_tracker_sim": {"cmake-args": ["-Dgazebo_DIR=%s", "-DOBJECT_TRACKER_GAZEBO_PREFIX=%s"]}}}\n' \
        "$root/embedded/gazebo/cmake" "$gazebo_prefix" >"$state/colcon.meta"
    options=(--metas "$state/colcon.meta")
fi
# byte code is made now, also where the machine asks Python to write none: it is a part of what is installed
unset PYTHONDONTWRITEBYTECODE
guarded colcon build --base-paths src "${options[@]}" --event-handlers console_cohesion+ --cmake-args -DCMAKE_BUILD_TYPE=Release
cp "$sources" "$state/sources"
touch "$state/complete"

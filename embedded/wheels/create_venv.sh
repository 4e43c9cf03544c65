#!/usr/bin/env bash
# usage: create_venv.sh VENV PYTHON REQUIREMENTS   makes the virtual environment with everything in REQUIREMENTS/*.txt
# A virtual environment cannot be moved, so it is made in place; the file .complete, written last, says that it can be trusted.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=embedded/guard.sh
source "$here/../guard.sh"
venv=$1 python=$2 requirements=$3

rm -rf -- "$venv"
mkdir -p "$(dirname "$venv")"
# pip is told where to work by its own configuration; PYTHONPATH would show it packages that are not in the environment
unset PYTHONPATH PYTHONHOME
guarded "$python" -m venv "$venv"
options=()
for file in "$requirements"/*.txt; do options+=(-r "$file"); done
guarded "$venv/bin/python" -m pip install --no-input --disable-pip-version-check --progress-bar off --no-compile "${options[@]}"

echo "Compiling" # on all cores; pip would do it on one. Some packages hold templates that are no Python: that is no failure
guarded "$venv/bin/python" -m compileall -q -j 0 "$venv/lib" >/dev/null || true

echo "Repairing the ROS wheels"
export _ROS_WHEELS_BOOTSTRAP_COMPLETE=1 LD_LIBRARY_PATH=$venv/lib ROS_LOG_DIR=$venv
guarded "$venv/bin/python" "$here/repair.py" "$venv"
guarded "$venv/bin/python" -c 'import rclpy, rclpy.executors, numpy, cv2, torch'
touch "$venv/.complete"

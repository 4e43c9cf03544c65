# Which Python the virtual environment is made with, and where that environment is.
# shellcheck shell=bash

# usage: describe_python PROGRAM   prints "EXECUTABLE VERSION" of the Python below it (not of a virtual environment or shim);
# fails with a reason on stderr when it cannot be used
describe_python() {
    "$1" -I -c '
import os, sys, sysconfig
if not (3, 10) <= sys.version_info[:2] <= (3, 14):
    sys.exit("is %d.%d, not 3.10 to 3.14" % sys.version_info[:2])
try:
    import ensurepip, venv
except ImportError:
    sys.exit("has no venv module")
if not os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")):
    sys.exit("has no headers (Python.h)")
print(os.path.realpath(sys._base_executable), sys.version.split()[0])'
}

# Sets python, python_version; returns 1 when there is none (Debian packages then bring one).
choose_python() {
    local candidate described
    if [ -n "$python_wanted" ]; then
        type -P "$python_wanted" >/dev/null || fail "PYTHON=$python_wanted is not a program"
        described=$(describe_python "$python_wanted" 2>&1) || fail "PYTHON=$python_wanted cannot be used: ${described##*$'\n'}"
        read -r python python_version <<<"$described"
        return
    fi
    for candidate in python3 /usr/bin/python3; do
        if described=$(describe_python "$candidate" 2>/dev/null); then
            read -r python python_version <<<"$described"
            return
        fi
    done
    return 1
}

# Sets venv: keyed by all that goes into it.
choose_venv() {
    venv=$cache/venv-$( (echo "$python $python_version"; cat "$requirements"/*.txt "$root"/embedded/wheels/{create_venv.sh,repair.py}) | short_hash)
}

short_hash() { sha256sum | cut -c 1-12; }
venv_ready() { [ -z "$venv" ] || [ -e "$venv/.complete" ]; }

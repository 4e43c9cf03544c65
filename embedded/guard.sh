# For scripts that ws starts: a command under `guarded` ends when the script that started it is gone, whatever killed that.
# shellcheck shell=bash
guarded() { setpriv --pdeathsig TERM -- "$@"; }

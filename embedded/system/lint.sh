#!/usr/bin/env bash
# usage: lint.sh ROOT   all linters, even when one of them finds something
set -uo pipefail
cd "$1" || exit 1
status=0

run() {
    printf '%s\n' "--- $1" >&2
    "$@" || status=1
}

mapfile -t scripts < <({ grep -lrIE -m1 '^#!.*\b(ba)?sh$' ws .ci embedded docker src; ls embedded/setup/*.sh embedded/*.sh; } | sort -u)
run ruff check .
run mypy
run shellcheck -x "${scripts[@]}"
exit $status

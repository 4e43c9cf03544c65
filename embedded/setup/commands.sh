# What follows when everything is ready. Each ends in exec, so that signals reach the program itself.
# shellcheck shell=bash

command_ros2() {
    enter_workspace
    exec ros2 "$@"
}

command_test() {
    local argument
    enter_workspace
    for argument in "$@"; do
        # paths are meant as seen from where the user stands; without one, pytest's own testpaths are taken
        [ ! -e "${argument%%::*}" ] || exec python3 -m pytest -c "$root/pyproject.toml" --rootdir "$root" "$@"
    done
    cd "$root"
    exec python3 -m pytest "$@"
}

command_lint() {
    [ $# -eq 0 ] || fail "lint takes no arguments"
    enter_workspace
    exec bash "$root/embedded/system/lint.sh" "$root"
}

command_shell() {
    enter_workspace
    export WS_SHELL_PATH=$PATH
    if [ $# -gt 0 ] || [ ! -t 0 ]; then exec bash "$@"; fi
    say "a shell inside the workspace; leave it with exit"
    exec bash --rcfile "$root/embedded/setup/shell_start.sh"
}

command_setup() {
    case ${1:-} in
        "") [ $# -eq 0 ] || fail "setup: empty argument"; prepare; say "everything is ready" ;;
        --no-build) [ $# -eq 1 ] || fail "setup --no-build takes no argument"; with_build=no; prepare ;;
        --gazebo-from|--export-gazebo)
            [ $# -eq 2 ] && [ -n "$2" ] || fail "setup $1 needs the name of a file"
            "setup_${1#--}" "$2" ;;
        *) fail "setup: unknown option '$1': use --no-build, --gazebo-from FILE or --export-gazebo FILE" ;;
    esac
}

setup_gazebo-from() {
    [ -f "$1" ] || fail "setup --gazebo-from: no file $1"
    choose_gazebo
    [ -n "$gazebo_prefix" ] || fail "this machine has a Gazebo of its own, which is used; nothing to import"
    lock_cache
    if gazebo_ready; then
        say "the private Gazebo is already there: $gazebo_prefix"
    else
        check_space "$cache" "$gazebo_space"
        bash "$root/embedded/gazebo/archive.sh" import "$1" "$gazebo_prefix"
    fi
    unlock_cache
    prepare
    say "everything is ready"
}

setup_export-gazebo() {
    choose_gazebo
    [ -n "$gazebo_prefix" ] || fail "this machine has a Gazebo of its own, which is used; nothing to export"
    gazebo_ready || fail "there is no private Gazebo to export yet: run ./ws setup first"
    exec bash "$root/embedded/gazebo/archive.sh" export "$gazebo_prefix" "$1"
}

command_clean() {
    case ${1:-}:$# in
        :0|--cache:1) ;;
        *) fail "clean: unknown option '$*': use --cache to remove the cache too" ;;
    esac
    lock_clone
    rm -rf -- "${root:?}/build" "$root/install" "$root/log"
    [ "${1:-}" = --cache ] || return 0
    lock_cache
    remove_cache
}

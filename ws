#!/usr/bin/env bash
# The one entry script: prepares what is missing, then runs what follows it inside the workspace. `./ws help` tells more.
# What it does stands in embedded/setup/, one file for each job.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source-path=SCRIPTDIR
for part in settings output failures jobs platform distribution python gazebo system_packages cache build prepare environment \
            commands help; do
    # shellcheck source=/dev/null
    source "$root/embedded/setup/$part.sh"
done

main() {
    local command=${1:-help}
    [ $# -eq 0 ] || shift
    case $command in
        ros2|test|lint|shell) prepare; "command_$command" "$@" ;;
        setup|clean)          "command_$command" "$@" ;;
        help|-h|--help)       print_help ;;
        *) fail "unknown command '$command': use ros2, test, lint, shell, setup or clean; ./ws help tells more" ;;
    esac
}

main "$@"

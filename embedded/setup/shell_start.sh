# Start file of `./ws shell`: the user's own, then the workspace's PATH again, which that may have put out of order.
# shellcheck shell=bash source=/dev/null
[ ! -f ~/.bashrc ] || source ~/.bashrc
PATH=$WS_SHELL_PATH
PS1="(object tracker) $PS1"

# What ws itself says. All of it goes to stderr, so that the output of `./ws ros2 topic list` can be piped.
# shellcheck shell=bash

say() { printf 'ws: %s\n' "$*" >&2; }

fail() {
    printf 'ws: error: %s\n' "$*" >&2
    exit 1
}

on_terminal() { [ -t 2 ] && [ "${TERM:-dumb}" != dumb ]; }

# A line that the next one overwrites (terminals only).
show_status() { printf '\r\033[K%s' "$(cut -c "1-$(($(tput cols 2>/dev/null || echo 80) - 1))" <<<"ws: $*")" >&2; }
clear_status() { if on_terminal; then printf '\r\033[K' >&2; fi; }

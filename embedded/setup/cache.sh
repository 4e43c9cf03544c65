# The cache shared by all clones: locks, room on the disk, removal.
# shellcheck shell=bash

# Room needed [MB], measured with the CPU build of torch: virtual environment 1.7 GB, Gazebo 1.3 GB with its downloads, a build
# 0.1 GB; twice the environment, since pip unpacks and caches beside it.
venv_space=3500
gazebo_space=1800
build_space=300

# usage: check_space FOLDER MEGABYTES
check_space() {
    local available
    available=$(df -Pm "$1" | awk 'NR == 2 {print $4}')
    [ "$available" -ge "$2" ] || fail "not enough room on the disk of $1: $available MB free, about $2 MB needed"
}

# Two ws at once: the second waits. The locks are on folders, so that there is no lock file to be removed; the jobs inherit them,
# so that a job that outlives its ws still keeps others away.
lock_cache() {
    { mkdir -p "$cache" && [ -w "$cache" ]; } 2>/dev/null || fail "cannot write to the cache folder $cache"
    exec 8<"$cache"
    flock -n 8 || { say "waiting for another ws that prepares the cache"; flock 8; }
}

lock_clone() {
    [ -w "$root" ] || fail "cannot write to $root"
    exec 9<"$root/embedded"
    flock -n 9 || { say "waiting for another ws that builds this clone"; flock 9; }
}

unlock_cache() { exec 8<&-; }
unlock_clone() { exec 9<&-; }

# Only what ws itself puts there, and never through a link.
remove_cache() {
    [ -d "$cache" ] && [ ! -L "$cache" ] || { say "no cache at $cache"; return; }
    local entry
    for entry in "$cache"/venv-* "$cache"/gazebo-* "$cache/ccache" "$cache/downloads"; do
        [ -e "$entry" ] || [ -L "$entry" ] || continue
        say "removing $entry"
        rm -rf --one-file-system -- "$entry"
    done
    rmdir --ignore-fail-on-non-empty -- "$cache"
}

#!/usr/bin/env bash
# usage: archive.sh export PREFIX FILE     writes a private Gazebo to one file
#        archive.sh import FILE PREFIX     makes PREFIX from such a file; it appears only when the file was whole
# The file is a tar of two members: gazebo.sha256, the checksum, and gazebo.tar.gz, the prefix.
set -euo pipefail

fail() { printf 'ws: error: %s\n' "$*" >&2; exit 1; }

export_prefix() {
    local prefix=$1 file=$2 work
    [ -d "$prefix/root" ] || fail "no private Gazebo at $prefix"
    work=$(mktemp -d "$file.XXXXXX") || fail "cannot write to the folder of $file"
    # shellcheck disable=SC2064  # the folder's name of now
    trap "rm -rf -- '$work'" EXIT
    echo "ws: packing $prefix" >&2
    tar -C "$prefix" --owner=0 --group=0 -cf - root lib | gzip >"$work/gazebo.tar.gz" || fail "cannot write $file"
    (cd "$work" && sha256sum gazebo.tar.gz >gazebo.sha256 && tar -cf archive.tar gazebo.sha256 gazebo.tar.gz) || fail "cannot write $file"
    mv -T "$work/archive.tar" "$file"
    echo "ws: wrote $file ($(du -h "$file" | cut -f1))" >&2
}

import_prefix() {
    local file=$1 prefix=$2 partial=$2.partial
    [ -f "$file" ] || fail "no file $file"
    mkdir -p "$(dirname "$prefix")"
    rm -rf -- "$partial"
    mkdir "$partial"
    # shellcheck disable=SC2064
    trap "rm -rf -- '$partial'" EXIT
    echo "ws: unpacking $file" >&2
    tar -xf "$file" -C "$partial" gazebo.sha256 gazebo.tar.gz 2>/dev/null ||
        fail "$file is truncated or was not written by ./ws setup --export-gazebo"
    (cd "$partial" && sha256sum --status -c gazebo.sha256) || fail "$file is damaged: its checksum is wrong; export it again"
    tar -xzf "$partial/gazebo.tar.gz" -C "$partial" --no-same-owner || fail "cannot unpack $file"
    rm -- "$partial/gazebo.tar.gz" "$partial/gazebo.sha256"
    [ -e "$partial/root/usr/bin/gzserver" ] && [ -d "$partial/lib" ] || fail "$file holds no Gazebo"
    mv -T "$partial" "$prefix"
}

case ${1:-}:$# in
    export:3) export_prefix "$2" "$3" ;;
    import:3) import_prefix "$2" "$3" ;;
    *) fail "usage: archive.sh export PREFIX FILE, or archive.sh import FILE PREFIX" ;;
esac

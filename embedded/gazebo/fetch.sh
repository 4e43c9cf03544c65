#!/usr/bin/env bash
# usage: fetch.sh PREFIX DOWNLOADS [MIRROR [ACCEPT_EXPIRED]]
# Puts Debian 11's Gazebo 11 into PREFIX, without root and without touching the system's packages: apt with a configuration of its
# own downloads the packages into DOWNLOADS, and they are unpacked side by side. PREFIX appears only when it is whole.
#   PREFIX/root   the packages' files
#   PREFIX/lib    links to their libraries, all but the C and C++ run time, which have to be the machine's own
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=embedded/guard.sh
source "$here/../guard.sh"
prefix=$1 downloads=$2 mirror=${3:-} accept_expired=${4:-0}
suite=bullseye
layout=1 # another number when what stands in PREFIX changes: with the suite and the package lists it names the cache entry
partial=$prefix.partial

find_keyring() {
    local keyring
    for keyring in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
        if [ -e "$keyring" ]; then echo "$keyring"; return; fi
    done
    echo "error: no keyring of the Debian archive: install the package debian-archive-keyring" >&2
    return 1
}

write_apt_configuration() {
    [ -n "$mirror" ] || mirror=$(/usr/bin/env python3 "$here/apt_mirror.py" "$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)")
    mkdir -p "$downloads"/{sources,dpkg,lists/partial,cache/archives/partial}
    : >"$downloads/dpkg/status" # nothing is installed; apt puts its locks beside this file
    printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nArchitectures: amd64\nSigned-By: %s\n' \
        "$mirror" "$suite" "$(find_keyring)" >"$downloads/sources/gazebo.sources"
    apt_options=(
        -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$downloads/sources"
        -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
        -o Dir::State="$downloads" -o Dir::State::Lists="$downloads/lists" -o Dir::State::status="$downloads/dpkg/status"
        -o Dir::Cache="$downloads/cache" -o Dir::Cache::archives=archives
        -o APT::Architecture=amd64 -o APT::Architectures=amd64
        -o APT::Install-Recommends=false -o APT::Install-Suggests=false
        -o Acquire::Languages=none -o Acquire::Retries=3
    )
    # as root, apt would download as a user who cannot write here
    [ "$(id -u)" -ne 0 ] || apt_options+=(-o APT::Sandbox::User=root)
    [ "$accept_expired" != 1 ] || apt_options+=(-o Acquire::Check-Valid-Until=false)
}

packages() { sed 's/#.*//' "$here/$1" | xargs; }

download() {
    # shellcheck disable=SC2046  # a list of words
    {
        guarded apt-get "${apt_options[@]}" -o APT::Update::Error-Mode=any update || {
            echo "error: $mirror does not offer Debian 11; name another with GAZEBO_DEBIAN_MIRROR=URL, or take Gazebo from a" \
                "file with ./ws setup --gazebo-from FILE" >&2
            return 1
        }
        guarded apt-get "${apt_options[@]}" -y --download-only install $(packages packages_runtime.txt)
        (cd "$downloads/cache/archives" && guarded apt-get "${apt_options[@]}" download $(packages packages_headers.txt))
    }
}

unpack() {
    echo "Unpacking $(find "$downloads/cache/archives" -name '*.deb' | wc -l) packages"
    rm -rf -- "$partial"
    mkdir -p "$partial/root" "$partial/lib"
    # nobody reads what is left out here; no permissions as packed, so no set-user-id bits
    # shellcheck disable=SC2016  # expanded by the inner bash
    find "$downloads/cache/archives" -name '*.deb' -print0 | guarded xargs -0 -n 8 -P "$(nproc)" bash -c '
        set -euo pipefail
        for package in "${@:2}"; do
            dpkg-deb --fsys-tarfile "$package" | tar -x -C "$1" --no-same-owner --no-same-permissions \
                --exclude=./usr/share/{doc,info,lintian,locale,man,bug} --exclude=./usr/share/doc-base
        done' unpack "$partial/root"
}

link_libraries() {
    local library name
    cd "$partial/lib"
    for library in ../root/lib/x86_64-linux-gnu/*.so* ../root/usr/lib/x86_64-linux-gnu/*.so* ../root/usr/lib/*.so*; do
        name=$(basename "$library")
        case $name in
            ld-*|libc.so*|libc-*|libm.so*|libm-*|libpthread*|libdl[.-]*|librt[.-]*|libresolv*|libnss_*|libutil[.-]*|libanl*) ;;
            libBrokenLocale*|libmvec*|libnsl*|libthread_db*|libcrypt.so*|libstdc++*|libgcc_s*) ;;
            *) ln -sfn "$library" "$name" ;;
        esac
    done
    cd /
}

check_whole() {
    local part
    for part in bin/gzserver include/gazebo-11/gazebo/gazebo.hh lib/x86_64-linux-gnu/dri/swrast_dri.so; do
        [ -e "$partial/root/usr/$part" ] || { echo "error: the packages hold no usr/$part" >&2; return 1; }
    done
}

umask 022
echo "Gazebo for $prefix (layout $layout)"
write_apt_configuration
download
unpack
link_libraries
check_whole
rm -rf -- "$prefix"
mv -T "$partial" "$prefix"
rm -rf -- "$downloads"

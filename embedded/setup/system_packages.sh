# Debian packages: found out by what they bring, so that a program installed in another way counts too.
# shellcheck shell=bash

# Sets missing_packages.
find_missing_packages() {
    missing_packages=()
    local pair
    for pair in Xvfb:xvfb redis-server:redis-server ccache:ccache g++:g++ cmake:cmake make:make setpriv:util-linux \
                flock:util-linux; do
        type -P "${pair%%:*}" >/dev/null || missing_packages+=("${pair#*:}")
    done
    if [ "$ros_kind" = wheels ] && ! choose_python; then
        missing_packages+=(python3 python3-venv python3-dev)
    fi
}

# usage: check_install_rights   fails, saying what to install by hand, unless packages can be installed without a password
check_install_rights() {
    type -P apt-get >/dev/null || fail "missing programs, and no apt-get to install them: ${missing_packages[*]} (Debian's names)"
    [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null ||
        fail "no rights to install Debian packages; install by hand: apt-get install --no-install-recommends ${missing_packages[*]}"
}

install_command() {
    if [ "$(id -u)" -eq 0 ]; then
        printf '%s\n' bash "$root/embedded/system/install_packages.sh" "${missing_packages[@]}"
    else
        printf '%s\n' sudo -n bash "$root/embedded/system/install_packages.sh" "${missing_packages[@]}"
    fi
}

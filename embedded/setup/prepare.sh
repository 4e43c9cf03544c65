# Brings the machine and the clone to where commands can run; does only what is missing.
# shellcheck shell=bash

prepare() {
    plan
    [ "$step_total" -gt 0 ] || return 0
    [ -z "${platform_note:-}" ] || say "$platform_note"
    [ "${#missing_packages[@]}" -eq 0 ] || install_missing_packages # brings flock, which the locks need
    if ! environments_ready; then
        lock_cache
        plan # another ws may have made them while this one waited
        environments_ready || make_environments
        unlock_cache
    fi
    if build_needed; then
        lock_clone
        ! build_needed || make_build
        unlock_clone
    fi
    say "ready after $SECONDS s"
}

# Sets what is to be used and counts the steps that are missing for it.
plan() {
    step_total=$step_number
    choose_ros
    check_platform "$ros_kind"
    find_missing_packages
    [ ${#missing_packages[@]} -eq 0 ] || step_total=$((step_total + 1))
    if [ "$ros_kind" = wheels ]; then
        if [ -n "${python:-}" ]; then choose_venv; else venv=$cache/venv-none; fi
        venv_ready || step_total=$((step_total + 1))
    else
        venv=
        check_distribution_python
    fi
    choose_gazebo
    gazebo_ready || step_total=$((step_total + 1))
    ! build_needed || step_total=$((step_total + 1))
}

with_build=yes # `setup --no-build` makes the environments alone
build_needed() { [ "$with_build" = yes ] && ! build_ready; }
environments_ready() { venv_ready && gazebo_ready; }

install_missing_packages() {
    local command
    check_install_rights
    mapfile -t command < <(install_command)
    start_job system_packages "Debian packages ${missing_packages[*]}" apt_progress "${command[@]}"
    wait_for_jobs
    plan
    [ ${#missing_packages[@]} -eq 0 ] || fail "still missing after the installation: ${missing_packages[*]}"
}

make_environments() {
    local needed=0
    venv_ready || needed=$((needed + venv_space))
    gazebo_ready || needed=$((needed + gazebo_space))
    check_space "$cache" "$needed"
    if ! venv_ready; then
        say "Python $python_version environment with ROS 2 Jazzy, torch and tools: $venv"
        start_job python_environment "Python environment" pip_progress \
            bash "$root/embedded/wheels/create_venv.sh" "$venv" "$python" "$requirements"
    fi
    if ! gazebo_ready; then
        say "private Gazebo 11, from Debian 11: $gazebo_prefix"
        start_job gazebo "Gazebo 11" gazebo_progress \
            bash "$root/embedded/gazebo/fetch.sh" "$gazebo_prefix" "$cache/downloads/gazebo" "$gazebo_mirror" "$gazebo_accept_expired"
    fi
    wait_for_jobs
}

make_build() {
    check_space "$root" "$build_space"
    enter_ros
    mkdir -p "$setup_logs"
    list_sources >"$setup_logs/sources" # before building: what is edited meanwhile is built next time
    start_job build "colcon build" colcon_progress \
        bash "$root/embedded/system/build_workspace.sh" "$root" "$gazebo_prefix" "$build_state" "$cache/ccache" "$(build_base)" "$setup_logs/sources"
    wait_for_jobs
}

# Brings the machine and the clone to where commands can run; does only what is missing.
# shellcheck shell=bash disable=SC2034,SC2154

prepare() {
    plan
    if [ "$step_total" -gt "$step_number" ]; then
        [ "${#missing_packages[@]}" -eq 0 ] || install_missing_packages # brings flock, which the lock needs
        lock_workspace
        plan # another ws may have done it while this one waited
        [ -z "${platform_note:-}" ] || say "$platform_note"
        check_room
        make_environments
        make_build
        unlock_workspace
        [ "$step_number" -eq 0 ] || say "ready after $SECONDS s"
    fi
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
    build_ready || step_total=$((step_total + 1))
}

check_room() {
    local needed=0
    [ "$ros_kind" = distribution ] || venv_ready || needed=$((needed + venv_space))
    gazebo_ready || needed=$((needed + gazebo_space))
    [ "$needed" -eq 0 ] || check_space "$cache" "$needed"
    build_ready || check_space "$root" "$build_space"
}

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
    if [ "$ros_kind" = wheels ] && ! venv_ready; then
        start_job python_environment "Python $python_version environment (ROS 2 Jazzy, torch, tools)" pip_progress \
            bash "$root/embedded/wheels/create_venv.sh" "$venv" "$python" "$requirements"
    fi
    if ! gazebo_ready; then
        start_job gazebo "private Gazebo 11" gazebo_progress \
            bash "$root/embedded/gazebo/fetch.sh" "$gazebo_prefix" "$cache/downloads/gazebo" "$gazebo_mirror" "$gazebo_accept_expired"
    fi
    wait_for_jobs
}

make_build() {
    build_ready && return
    enter_ros
    mkdir -p "$setup_logs"
    list_sources >"$setup_logs/sources" # before building: what is edited meanwhile is built next time
    start_job build "colcon build" colcon_progress \
        bash "$root/embedded/system/build_workspace.sh" "$root" "$gazebo_prefix" "$build_state" "$cache/ccache" "$(build_base)" "$setup_logs/sources"
    wait_for_jobs
}

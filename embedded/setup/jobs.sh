# Steps that take long: each runs in the background with a log of its own, several side by side, while one line shows how far
# they are. They end with ws: on Ctrl-C, on SIGTERM, and (through pdeathsig, see embedded/guard.sh) when ws is killed.
# shellcheck shell=bash

step_number=0
step_total=0
job_names=()
declare -A job_pid job_title job_label job_log job_progress job_started

# usage: start_job NAME TITLE PROGRESS COMMAND…   PROGRESS is a function that prints how far the log it is given has come
start_job() {
    local name=$1 title=$2 progress=$3
    shift 3
    mkdir -p "$setup_logs"
    step_number=$((step_number + 1))
    job_names+=("$name")
    job_title[$name]=$title
    job_label[$name]="[$step_number/$step_total] $title"
    job_progress[$name]=$progress
    job_log[$name]=$setup_logs/$name.log
    job_started[$name]=$SECONDS
    say "${job_label[$name]}: started"
    setsid setpriv --pdeathsig TERM -- "$@" >"${job_log[$name]}" 2>&1 </dev/null &
    job_pid[$name]=$!
    trap 'interrupted 130' INT
    trap 'interrupted 143' TERM HUP
}

interrupted() {
    trap '' INT TERM HUP
    clear_status
    say "interrupted; stopping (what is half done is not used, the next start goes on from here)"
    stop_jobs
    exit "$1"
}

stop_jobs() {
    local name
    for name in "${job_names[@]}"; do kill -TERM -- "-${job_pid[$name]}" 2>/dev/null || true; done
    for name in "${job_names[@]}"; do wait "${job_pid[$name]}" 2>/dev/null || true; done
    job_names=()
}

# Waits for all jobs that were started; the first that fails stops the others and ws.
wait_for_jobs() {
    local last_lines=$SECONDS name status remaining
    while [ ${#job_names[@]} -gt 0 ]; do
        remaining=()
        for name in "${job_names[@]}"; do
            if kill -0 "${job_pid[$name]}" 2>/dev/null; then
                remaining+=("$name")
                continue
            fi
            status=0
            wait "${job_pid[$name]}" || status=$?
            clear_status
            [ "$status" -eq 0 ] || job_failed "$name" "$status"
            say "${job_label[$name]}: done in $((SECONDS - job_started[$name])) s"
        done
        job_names=(${remaining[@]+"${remaining[@]}"})
        [ ${#job_names[@]} -gt 0 ] || break
        if on_terminal; then
            show_status "$(jobs_line)"
        elif [ $((SECONDS - last_lines)) -ge 10 ]; then
            say "$(jobs_line)"
            last_lines=$SECONDS
        fi
        sleep 0.2
    done
    trap - INT TERM HUP
}

jobs_line() {
    local name line=
    for name in "${job_names[@]}"; do
        line+="${line:+ | }${job_label[$name]}: $("${job_progress[$name]}" "${job_log[$name]}"), $((SECONDS - job_started[$name])) s"
    done
    printf '%s' "$line"
}

job_failed() {
    local name=$1 status=$2 reason other others=()
    for other in "${job_names[@]}"; do [ "$other" = "$name" ] || others+=("$other"); done
    job_names=(${others[@]+"${others[@]}"})
    stop_jobs
    reason=$(explain_failure "${job_log[$name]}")
    if [ -z "$reason" ]; then
        tail -n 15 "${job_log[$name]}" | sed 's/^/    /' >&2
        reason="ended with status $status; its last lines are above"
    fi
    fail "${job_title[$name]}: $reason. Full log: ${job_log[$name]}"
}

# --- how far a log has come ---
count_lines() { grep -cE "$1" "$2" 2>/dev/null || true; }

pip_progress() {
    if grep -q '^Repairing' "$1"; then echo "repairing the ROS wheels"
    elif grep -q '^Compiling' "$1"; then echo "compiling"
    elif grep -q '^Installing collected packages' "$1"; then echo "installing $(count_lines '^Collecting' "$1") packages"
    else echo "package $(count_lines '^Collecting' "$1") of about 190"; fi
}

gazebo_progress() {
    local total
    total=$(sed -nE 's/.* ([0-9]+) newly installed.*/\1/p' "$1" | head -1)
    if grep -q '^Unpacking' "$1"; then echo "unpacking"
    else echo "package $(count_lines '^Get:[0-9]+ .* amd64|^Get:[0-9]+ .* all' "$1") of ${total:-?}"; fi
}

apt_progress() { echo "$(count_lines '^Setting up' "$1") packages set up"; }

colcon_progress() {
    echo "$(count_lines '^Finished <<<' "$1") of $(find "$root/src" -name package.xml | wc -l) packages built"
}

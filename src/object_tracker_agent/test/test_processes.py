"""How a program ends: by itself, by an error, by a signal, with its parent."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from object_tracker_agent.errors import UserError
from object_tracker_agent.processes import run_main, without_ros_arguments

PROGRAM = """
import atexit, time
from object_tracker_agent.errors import UserError
from object_tracker_agent.processes import Stop, die_with_parent, run_main

def main(arguments):
    {body}

atexit.register(time.sleep, 60)  # a teardown as long as torch's, and longer
run_main(main)
"""


def run(body: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = PROGRAM.format(body=body)
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=30, check=False
    )


def test_a_program_ends_at_once_and_loses_no_output() -> None:
    ended = run("print('x' * 100_000 + ' '.join(arguments))", "a", "--ros-args", "-r", "b:=c")

    assert ended.stdout == "x" * 100_000 + "a --ros-args -r b:=c\n"
    assert (ended.stderr, ended.returncode) == ("", 0)


def test_an_error_of_the_user_is_one_line() -> None:
    ended = run("raise UserError('no such preset')")

    assert (ended.stdout, ended.stderr, ended.returncode) == ("", "error: no such preset\n", 1)


def test_a_defect_shows_its_traceback() -> None:
    ended = run("atexit.unregister(time.sleep); 1 / 0")

    assert "ZeroDivisionError" in ended.stderr
    assert ended.returncode == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_asked_for_often_is_a_success(number: signal.Signals) -> None:
    body = "stop = Stop().install(); print('ready', flush=True); stop.wait(30); return 0 if stop else 2"
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(body=body)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        for _ in range(3):
            process.send_signal(number)
        assert process.wait(10) == 0


def test_a_process_goes_with_its_parent() -> None:
    child = PROGRAM.format(body="die_with_parent(); print(os.getpid(), flush=True); time.sleep(60)")
    parent = (
        "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', sys.argv[1]]); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", parent, "import os\n" + child], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        process.kill()
        deadline = time.monotonic() + 10
        while _exists(pid):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def _exists(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123 - vanishes between any two looks
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def refuse(arguments: list[str]) -> int:
    raise UserError(" ".join(arguments))


@pytest.mark.parametrize(("main", "status"), [(lambda _: None, 0), (lambda _: 3, 3), (refuse, 1)])
def test_with_arguments_of_the_callers_the_status_is_returned(
    main: Callable[[list[str]], int | None], status: int
) -> None:
    assert run_main(main, ["a"]) == status


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([], []),
        (["a", "--ros-args", "-r", "x:=y"], ["a"]),
        (["--ros-args", "-r", "x:=y", "--", "a", "--ros-args"], ["a"]),
    ],
)
def test_ros_arguments_are_taken_off(given: list[str], kept: list[str]) -> None:
    assert without_ros_arguments(given) == kept

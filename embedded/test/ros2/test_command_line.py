"""Verbs other than `launch`, and exit statuses."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest


def test_help_and_wrong_usage(ros2):
    assert "launch" in ros2.run("--help").stdout
    assert ros2.run("--help").returncode == 0
    assert ros2.run().returncode == 0
    for wrong in (["nonsense"], ["launch"], ["run", "pkg"], ["pkg", "nonsense"]):
        result = ros2.run(*wrong)
        assert result.returncode == 2, wrong
        assert result.stderr.startswith("usage: ros2")


def test_packages(ros2):
    assert "pkg" in ros2.run("pkg", "list").stdout.splitlines()
    assert ros2.run("pkg", "prefix", "pkg").stdout == f"{ros2.folder / 'prefix'}\n"
    assert ros2.run("pkg", "prefix", "--share", "pkg").stdout == f"{ros2.folder / 'prefix/share/pkg'}\n"
    assert ros2.run("pkg", "executables", "pkg").stdout == "pkg say\n"
    assert (
        ros2.run("pkg", "executables", "pkg", "--full-path").stdout
        == f"{ros2.folder / 'prefix/lib/pkg/say'}\n"
    )
    missing = ros2.run("pkg", "prefix", "nopkg")
    assert (missing.returncode, missing.stderr) == (1, "Package not found\n")


def test_run(ros2):
    result = ros2.run("run", "pkg", "say", "--flag", "x", "--ros-args", "-p", "a:=1")
    assert (result.returncode, result.stdout) == (0, "args ['--flag', 'x', '--ros-args', '-p', 'a:=1']\n")
    assert ros2.run("run", "pkg", "nothing").returncode == 1
    assert "Package 'nopkg' not found" in ros2.run("run", "nopkg", "say").stderr


def test_run_passes_on_the_exit_status(ros2):
    say = ros2.folder / "prefix/lib/pkg/say"
    say.write_text("#!/bin/sh\nexit 7\n")
    assert ros2.run("run", "pkg", "say").returncode == 7


def test_run_waits_for_the_program_on_ctrl_c(ros2, read_until):
    say = ros2.folder / "prefix/lib/pkg/say"
    say.write_text(
        "#!/bin/sh\ntrap 'sleep 0.3; echo in order; exit 0' INT\necho up\nwhile :; do sleep 0.05; done\n"
    )
    process = ros2.start("run", "pkg", "say", own_group=True)
    read_until(process, "up")
    os.killpg(process.pid, signal.SIGINT)  # what a terminal does
    out, _ = process.communicate(timeout=20)
    assert "in order" in out
    assert process.returncode == 0


@pytest.mark.parametrize("topic", ["/rosout", "/nowhere"])  # the first is its own; the other it waits for
def test_topic_hz_is_stopped_by_sigterm(ros2, topic):
    process = ros2.start("topic", "hz", topic)
    with pytest.raises(subprocess.TimeoutExpired):
        process.communicate(timeout=3)
    process.terminate()
    _, err = process.communicate(timeout=20)
    assert "Traceback" not in err
    assert process.returncode != 1


@pytest.mark.parametrize("argument", ["a:b", ":=b", "a:="])
def test_malformed_launch_argument(ros2, argument):
    result = ros2.launch("actions = []", argument)
    assert result.returncode == 1
    assert result.stderr == f"malformed launch argument '{argument}', expected format '<name>:=<value>'\n"


def test_launch_file_not_found(ros2):
    result = ros2.run("launch", "nopkg", "x.launch.py")
    assert (result.returncode, result.stderr[:26]) == (1, "Package 'nopkg' not found:")
    result = ros2.run("launch", "pkg", "x.launch.py")
    share = ros2.folder / "prefix/share/pkg"
    assert result.returncode == 1
    where = f"in the share directory of package 'pkg' which is at '{share}'"
    assert result.stderr == f"file 'x.launch.py' was not found {where}\n"

"""What ws says when it cannot go on: one clear line, non-zero exit."""

from __future__ import annotations

from pathlib import Path

import pytest


def only_line(done) -> str:
    assert done.returncode != 0
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("ws: error: ")
    return lines[0]


def test_unknown_command(run_ws) -> None:
    line = only_line(run_ws("lanch"))
    assert "'lanch'" in line
    assert "shell" in line
    assert "./ws help" in line


@pytest.mark.parametrize(
    "arguments", [["setup", "--fast"], ["clean", "--all"], ["clean", ""], ["setup", "--gazebo-from"]]
)
def test_unknown_option(run_ws, arguments: list[str]) -> None:
    only_line(run_ws(*arguments))


def test_missing_file_to_import(run_ws, tmp_path: Path) -> None:
    assert "no-such.tar" in only_line(run_ws("setup", "--gazebo-from", str(tmp_path / "no-such.tar")))


@pytest.mark.parametrize(
    ("os_release", "machine"),
    [('ID=fedora\nVERSION_ID="43"\n', "x86_64"), ('ID=debian\nVERSION_ID="12"\n', "aarch64"), ("", "x86_64")],
)
def test_unsupported_platform_names_the_known_ones(
    run_ws, tmp_path: Path, os_release: str, machine: str
) -> None:
    file = tmp_path / "os-release"
    file.write_text(os_release)
    line = only_line(run_ws("setup", variables={"WS_OS_RELEASE": str(file), "WS_MACHINE": machine}))
    assert "unsupported platform" in line
    assert "tested: Debian 12 x86_64 with the ROS 2 Jazzy wheels and a private Gazebo 11" in line


def test_python_that_cannot_be_used(run_ws, tmp_path: Path) -> None:
    assert "is not a program" in only_line(run_ws("setup", variables={"PYTHON": str(tmp_path / "python")}))
    old = tmp_path / "old-python"
    old.write_text("#!/bin/sh\necho is 3.9, not 3.10 to 3.14 >&2\nexit 1\n")
    old.chmod(0o755)
    assert "is 3.9" in only_line(run_ws("setup", variables={"PYTHON": str(old)}))


def test_half_sourced_distribution(run_ws) -> None:
    assert "ros2cli" in only_line(run_ws("setup", variables={"ROS_DISTRO": "humble"}))


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A PATH with the system's programs but for Xvfb and redis-server, and no root."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for program in Path("/usr/bin").iterdir():
        if program.name not in ("Xvfb", "redis-server", "ros2"):
            (folder / program.name).symlink_to(program)
    for name, script in {"id": "echo 1000", "sudo": "exit 1", "apt-get": "exit 1"}.items():
        (folder / name).unlink(missing_ok=True)
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return folder


def test_apt_without_rights_says_what_to_install(run_ws, programs: Path) -> None:
    line = only_line(run_ws("setup", variables={"PATH": str(programs)}))
    assert "no rights" in line
    assert "apt-get install --no-install-recommends" in line
    assert "xvfb" in line
    assert "redis-server" in line


def test_no_room_on_the_disk(run_part) -> None:
    assert run_part("settings output cache", "check_space / 1").returncode == 0
    line = only_line(run_part("settings output cache", f"check_space / {10**12}"))
    assert "not enough room" in line


def test_cache_that_cannot_be_written(run_part, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert "cannot write" in only_line(run_part("settings output cache", "lock_cache"))


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("OSError: [Errno 28] No space left on device", "no space left on the disk"),
        ("NewConnectionError: Failed to establish a new connection", "no network: pip"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "is not trusted here"),
        ("E: Failed to fetch x  Temporary failure resolving 'mirror.example'", "no network: apt"),
        ("E: Release file for x is expired (invalid since 3d)", "GAZEBO_ACCEPT_EXPIRED"),
        (
            "ERROR: No matching distribution found for torch==2.13.*",
            "no build for this Python and machine of torch",
        ),
        ("  No CMAKE_CXX_COMPILER could be found.", "no working C++ compiler"),
        ("error: the packages hold no usr/bin/gzserver", "the packages hold no usr/bin/gzserver"),
    ],
)
def test_reason_of_a_failed_step(run_part, tmp_path: Path, log: str, reason: str) -> None:
    file = tmp_path / "step.log"
    file.write_text(f"some lines before\n{log}\n")
    assert reason in run_part("failures", f"explain_failure {file}").stdout


def test_unknown_reason_is_left_to_the_log(run_part, tmp_path: Path) -> None:
    file = tmp_path / "step.log"
    file.write_text("something else\n")
    done = run_part("failures", f"explain_failure {file}")
    assert (done.returncode, done.stdout) == (0, "")

"""The processes of a launch: how they are started, and what the end of one means for the others."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Mapping, Sequence
from typing import Any

from launch import LaunchContext
from launch.actions import EmitEvent, ExecuteProcess, RegisterEventHandler
from launch.event_handlers import OnProcessExit
from launch.events import Shutdown
from launch_ros.actions import Node

from object_tracker_agent.errors import UserError

# `ros2 launch` leaves its children behind on SIGTERM and on kill -9: the kernel sends them SIGTERM instead.
TIED = ["setpriv", "--pdeathsig", "TERM", "--"]


def require_program(name: str, package: str) -> None:
    """Raise UserError if a program of the system is missing; `package` is what to install."""
    if shutil.which(name) is None:
        raise UserError(f"'{name}' is not installed; install it with: apt install {package}")


def ros_program(
    package: str,
    executable: str,
    *,
    label: str,
    arguments: Sequence[str] = (),
    parameters: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Node:
    """Return the action that starts PREFIX/lib/`package`/`executable`, tied to this process.

    Parameters go on the command line: `ros2 launch` would leave a file behind for them. `label` marks the
    process's lines.
    """
    require_program("setpriv", "util-linux")
    ros_arguments: list[str] = []
    for name, value in (parameters or {}).items():
        ros_arguments += ["-p", f"{name}:={json.dumps(value)}"]  # JSON is YAML, and keeps a text a text
    return Node(
        package=package,
        executable=executable,
        exec_name=label,
        arguments=list(arguments),
        ros_arguments=ros_arguments or None,
        prefix=" ".join(TIED),
        output="both",
        additional_env={"PYTHONUNBUFFERED": "1", **(environment or {})},
    )


def must_last(process: ExecuteProcess, label: str) -> RegisterEventHandler:
    """Fail the launch if this process ends before the launch does, whatever its exit status."""
    return _when_ended(process, label, success=None)


def ends_the_launch(process: ExecuteProcess, label: str) -> RegisterEventHandler:
    """Shut down in order once this process has finished; fail the launch if it fails."""
    return _when_ended(process, label, success=[EmitEvent(event=Shutdown(reason=f"{label} has finished"))])


def may_finish(process: ExecuteProcess, label: str) -> RegisterEventHandler:
    """Fail the launch if this process fails; go on if it finishes."""
    return _when_ended(process, label, success=[])


def _when_ended(process: ExecuteProcess, label: str, success: list[Any] | None) -> RegisterEventHandler:
    def ended(event: Any, context: LaunchContext) -> list[Any] | None:
        if context.is_shutdown:  # asked for by the user, or the consequence of another process's end
            return None
        if event.returncode == 0 and success is not None:
            return success
        # The one portable way to a failing exit status: the rest is then shut down in order.
        raise UserError(
            f"{label} {how_it_ended(event.returncode)}; its lines, marked [{event.process_name}], say why"
            " (here above and in the log files named at the start)"
        )

    return RegisterEventHandler(OnProcessExit(target_action=process, on_exit=ended))


def how_it_ended(returncode: int) -> str:
    """Return a process's end in words."""
    if returncode == 0:
        return "ended before its time"
    if returncode > 0:
        return f"failed with exit status {returncode}"
    try:
        name = signal.Signals(-returncode).name
    except ValueError:
        name = f"signal {-returncode}"
    hint = ", perhaps for want of memory" if -returncode == signal.SIGKILL else ""
    return f"was killed by {name}{hint}"

"""Parts of a launch that are started again when they die, a bounded number of times."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from launch import LaunchContext
from launch.actions import EmitEvent, ExecuteProcess, LogInfo, RegisterEventHandler
from launch.event_handlers import OnProcessExit
from launch.events import Shutdown

from object_tracker_agent.errors import UserError
from object_tracker_sim.launching.arguments import argument, whole_number
from object_tracker_sim.launching.processes import how_it_ended

ARGUMENT = "restarts"  # of the launch: how often one part is started again within WINDOW
RESTARTS = 5  # by default; the next death fails the launch
WINDOW = 120.0  # [s] a part that lasts so long has come back, and may die again


class Restarts:
    """Whether one part may be started again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._deaths: deque[float] = deque()

    def allowed(self, most: int = RESTARTS) -> bool:
        """Note a death; tell whether the part may be started again: `most` times within WINDOW."""
        now = self._clock()
        self._deaths.append(now)
        while self._deaths[0] < now - WINDOW:
            self._deaths.popleft()
        return len(self._deaths) <= most


def restarts_argument() -> Any:
    """Return the launch argument that says how often."""
    return argument(
        str(RESTARTS),
        f"how often a part that is killed is started again within {WINDOW:.0f} s before the launch fails",
        whole_number(0, 10**6),
    )


def restarts_of(context: LaunchContext) -> int:
    """Return what that argument says; the default in a launch that has none."""
    return int(context.launch_configurations.get(ARGUMENT, RESTARTS))


def restarted(
    start: Callable[[], ExecuteProcess],
    label: str,
    *,
    finished: str | Callable[[], list[Any]],
    after: Callable[[int], bool] = lambda status: status < 0,
) -> list[Any]:
    """Return the actions that start a part and start it again when it dies.

    `start` makes a new action each time: one action is one process. `finished` says what status 0 means for
    the launch: ``shutdown``, ``nothing``, ``failure``, or what returns the actions to go on with. `after`
    says which other statuses are worth another try; by default a signal's: what a program refuses it would
    refuse again.
    """
    return _started(start, label, finished, after, Restarts())


def _started(
    start: Callable[[], ExecuteProcess],
    label: str,
    finished: str | Callable[[], list[Any]],
    after: Callable[[int], bool],
    restarts: Restarts,
) -> list[Any]:
    process = start()

    def ended(event: Any, context: LaunchContext) -> list[Any] | None:
        if context.is_shutdown:
            return None
        status = event.returncode
        if status == 0 and callable(finished):
            return finished()
        if status == 0 and finished == "nothing":
            return None
        if status == 0 and finished == "shutdown":
            return [EmitEvent(event=Shutdown(reason=f"{label} has finished"))]
        how = how_it_ended(status)
        if status != 0 and after(status):
            most = restarts_of(context)
            if restarts.allowed(most):
                again = LogInfo(msg=f"{label} {how}; starting it again")
                return [again, *_started(start, label, finished, after, restarts)]
            how += f", {most + 1} times within {WINDOW:.0f} s"
        # The one portable way to a failing exit status: the rest is then shut down in order.
        raise UserError(
            f"{label} {how}; its lines, marked [{event.process_name}], say why"
            " (here above and in the log files named at the start)"
        )

    return [RegisterEventHandler(OnProcessExit(target_action=process, on_exit=ended)), process]

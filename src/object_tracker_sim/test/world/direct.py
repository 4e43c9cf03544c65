"""What the tests of the line to the simulator program itself share."""

from __future__ import annotations

import numpy as np

from object_tracker_agent.ros import StepClient
from object_tracker_agent.ros.direct_line import DirectLine

STEP_NS = 100_000_000
TAKEOVER_AFTER = 8.0  # [s]


def line_of(client: StepClient) -> DirectLine | None:
    """Return the client's line to the simulator, if it has been lent one."""
    assert client._line is not None
    return client._line._direct


def hang_up(client: StepClient) -> None:
    """Leave the client's next step to the node."""
    assert client._line is not None
    client._line._hang_up_directly()


def drive(client: StepClient, steps: int) -> None:
    """Make steps in a simulation of two arenas."""
    for _ in range(steps):
        client.step(0.1, waffle_command=np.array([[0.2, 0.5], [0.1, -0.5]]))

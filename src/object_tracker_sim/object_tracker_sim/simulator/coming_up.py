"""Waiting for a program that starts: as long as it takes, but no longer than it lives."""

from __future__ import annotations

import time

from object_tracker_sim.simulator import protocol
from object_tracker_sim.simulator.link import (
    Link,
    LinkClosedError,
    ProtocolError,
    StartRefusedError,
    StuckError,
)
from object_tracker_sim.simulator.program import Program
from object_tracker_sim.simulator.types import SimulatorDescription, SimulatorError, StartError

SILENCE = 4.0
"""[s] A program that starts and neither says nor computes anything for this long hangs."""
LONGEST_SILENCE = 20.0
"""[s] One that computes, but says nothing for this long, hangs as well."""
SIGN_OF_LIFE = 0.05
"""[s] of processor time: less is what threads that wait use."""


def wait_ready(
    link: Link, program: Program, deadline: float, timeout: float, master_uri: str
) -> SimulatorDescription:
    """Return what the program says of itself once it is up.

    Args:
        link: To the program.
        program: The process.
        deadline: On the monotonic clock [s]; `timeout` [s] after the start began.
        timeout: What the error names.
        master_uri: Where Gazebo's master was told to listen.

    Raises:
        StartError: the program says that it cannot start.
        SimulatorError: it does not come up. It may still run.
    """
    try:
        ready = _hear_ready(link, program, deadline, timeout)
    except StartRefusedError as refusal:
        raise StartError(f"the simulator cannot start: {refusal}") from None
    except StuckError as stuck:
        raise SimulatorError(f"the simulator does not come up: {stuck}") from None
    except (LinkClosedError, ProtocolError) as problem:
        raise SimulatorError(program.how_it_ended(problem, "while it was starting")) from None
    return SimulatorDescription(
        physics_step=ready.physics_step,
        horizontal_fov=ready.horizontal_fov,
        near_clip=ready.near_clip,
        far_clip=ready.far_clip,
        arenas=ready.arenas,
        image_height=ready.height,
        image_width=ready.width,
        gazebo_version=ready.gazebo_version.rstrip(b"\0").decode("ascii", "replace"),
        master_uri=master_uri,
        pid=program.process.pid,
    )


def _hear_ready(link: Link, program: Program, deadline: float, timeout: float) -> protocol.Ready:
    """Wait for the program's being ready, which it may take long for as long as it lives.

    It lives if it says so, or if it computes: on a busy machine that alone may take seconds before it can
    say anything.
    """
    doing, heard, computed = "starting", time.monotonic(), program.cpu_seconds()
    alive = heard
    while True:
        now = time.monotonic()
        if now > deadline:
            raise SimulatorError(f"the simulator was not ready within {timeout:g} s, it was {doing}")
        try:
            said = link.hear(0.25)
        except TimeoutError:
            used = program.cpu_seconds()
            if used - computed > SIGN_OF_LIFE:
                alive, computed = now, used
            if now - alive > SILENCE or now - heard > LONGEST_SILENCE:
                raise SimulatorError(f"the simulator hangs while {doing}") from None
            continue
        if not isinstance(said, str):
            return said
        doing, heard = said, time.monotonic()
        alive, computed = heard, program.cpu_seconds()

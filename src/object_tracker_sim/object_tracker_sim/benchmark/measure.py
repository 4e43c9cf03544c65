"""All ways of stepping with one number of arenas."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from object_tracker_agent.presets import Preset
from object_tracker_agent.ros import StepClient
from object_tracker_agent.simulation import OwnSimulation
from object_tracker_sim.benchmark.names import (
    ENV,
    LOCAL,
    ONE_LOOP,
    PROGRAM_PARTS,
    RAW,
    ROS,
    SOCKET,
    TWO,
    TWO_LOOPS,
)
from object_tracker_sim.benchmark.plain_loops import PlainLoops
from object_tracker_sim.benchmark.rounds import Series, run_rounds
from object_tracker_sim.benchmark.ways import Raw, ThroughClient, ThroughEnvironment, ThroughSocket
from object_tracker_sim.simulator import Simulator, SimulatorSettings

Run = Callable[[int], tuple[float, Mapping[str, float]]]

WARM_UP = 20
"""Batched steps before anything is measured."""


def measure(
    world: Path,
    preset: Preset,
    arenas: int,
    steps: int,
    two_simulators: bool,
    advance: Callable[[], None],
) -> dict[str, Series]:
    """Start what is needed, measure every way for `steps` batched steps, end it.

    Args:
        world: world file.
        preset: task and actions.
        arenas: in each simulation.
        steps: batched steps of each way, all rounds together.
        two_simulators: also the raw limit of two at once, and of two processes that only compute.
        advance: called after each piece of work.

    Raises:
        UserError: a simulation does not come up, or fails.
    """
    with ExitStack() as stack:
        started = stack.enter_context(_started(world, preset, arenas, 1 + two_simulators))
        runs = _runs(started, preset, arenas)
        if two_simulators:
            loops = stack.enter_context(PlainLoops(2))
            runs[ONE_LOOP] = lambda steps: (loops.run(steps, 1), {})
            runs[TWO_LOOPS] = lambda steps: (loops.run(steps, 2), {})
        for run in runs.values():
            run(WARM_UP)
        return run_rounds(runs, steps, advance)


@dataclass
class _Started:
    simulators: list[Simulator]
    local: StepClient  # of a simulation with a world node, by its local socket
    service: StepClient  # of another, by its ROS service


@contextmanager
def _started(world: Path, preset: Preset, arenas: int, simulators: int) -> Iterator[_Started]:
    """Start bare simulators and, meanwhile, two simulations with a world node."""
    observation = preset.observation
    height, width = observation.camera_height, observation.camera_width
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        coming = [pool.submit(OwnSimulation, str(world), arenas, height, width) for _ in range(2)]
        for one in coming:
            stack.callback(_close_when_up, one)
        bare = []
        for _ in range(simulators):
            # Started by this thread: a simulator ends with the one that started it.
            settings = SimulatorSettings(world, arenas=arenas, image_height=height, image_width=width)
            bare.append(stack.enter_context(Simulator(settings)))
        local = stack.enter_context(coming[0].result().connect())
        service = stack.enter_context(coming[1].result().connect(local_socket=False))
        yield _Started(bare, local, service)


def _close_when_up(coming: Future[OwnSimulation]) -> None:
    if coming.exception() is None:
        coming.result().close()


def _runs(started: _Started, preset: Preset, arenas: int) -> dict[str, Run]:
    simulators = started.simulators
    description = simulators[0].description
    assert description is not None
    iterations = round(preset.task.step_time / description.physics_step)
    raw = Raw(simulators[:1], preset, iterations)
    socket = ThroughSocket(simulators[0], preset, iterations)
    local = ThroughClient(started.local, preset, arenas, resets=False)
    ros = ThroughClient(started.service, preset, arenas, resets=True)
    env = ThroughEnvironment(started.local, preset)

    def run_raw(steps: int) -> tuple[float, Mapping[str, float]]:
        seconds = raw.run(steps)
        return seconds, {part: getattr(raw.measured, part) for part in PROGRAM_PARTS}

    runs: dict[str, Run] = {
        RAW: run_raw,
        SOCKET: lambda steps: (socket.run(steps), {}),
        LOCAL: lambda steps: (local.run(steps), {}),
        ROS: lambda steps: (ros.run(steps), {}),
        ENV: lambda steps: (env.run(steps), {}),
    }
    if len(simulators) > 1:
        both = Raw(simulators, preset, iterations)
        runs[TWO] = lambda steps: (both.run(steps), {})
    return runs

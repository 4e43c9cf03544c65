"""All ways of stepping with one number of arenas."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from object_tracker_agent.presets import Preset
from object_tracker_agent.ros import StepClient
from object_tracker_agent.simulation import OwnSimulation
from object_tracker_sim.benchmark.names import ENV, PROGRAM_PARTS, RAW, ROS, SOCKET, TWO
from object_tracker_sim.benchmark.rounds import Series, run_rounds
from object_tracker_sim.benchmark.ways import Raw, ThroughEnvironment, ThroughRos, ThroughSocket
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
        two_simulators: also the raw limit of two at once.
        advance: called after each piece of work.

    Raises:
        UserError: a simulation does not come up, or fails.
    """
    with ExitStack() as stack:
        simulators, client = stack.enter_context(_started(world, preset, arenas, 1 + two_simulators))
        runs = _runs(simulators, client, preset, arenas)
        for run in runs.values():
            run(WARM_UP)
        return run_rounds(runs, steps, advance)


@contextmanager
def _started(
    world: Path, preset: Preset, arenas: int, simulators: int
) -> Iterator[tuple[list[Simulator], StepClient]]:
    """Start bare simulators and, meanwhile, a simulation with a world node."""
    observation = preset.observation
    height, width = observation.camera_height, observation.camera_width
    with ExitStack() as stack, ThreadPoolExecutor(1) as pool:
        coming = pool.submit(OwnSimulation, str(world), arenas, height, width)
        stack.callback(_close_when_up, coming)
        bare = []
        for _ in range(simulators):
            # Started by this thread: a simulator ends with the one that started it.
            settings = SimulatorSettings(world, arenas=arenas, image_height=height, image_width=width)
            bare.append(stack.enter_context(Simulator(settings)))
        client = stack.enter_context(coming.result().connect())
        yield bare, client


def _close_when_up(coming: Future[OwnSimulation]) -> None:
    if coming.exception() is None:
        coming.result().close()


def _runs(simulators: list[Simulator], client: StepClient, preset: Preset, arenas: int) -> dict[str, Run]:
    description = simulators[0].description
    assert description is not None
    iterations = round(preset.task.step_time / description.physics_step)
    raw = Raw(simulators[:1], preset, iterations)
    socket = ThroughSocket(simulators[0], preset, iterations)
    ros = ThroughRos(client, preset, arenas)
    env = ThroughEnvironment(client, preset)

    def run_raw(steps: int) -> tuple[float, Mapping[str, float]]:
        seconds = raw.run(steps)
        return seconds, {part: getattr(raw.measured, part) for part in PROGRAM_PARTS}

    runs: dict[str, Run] = {
        RAW: run_raw,
        SOCKET: lambda steps: (socket.run(steps), {}),
        ROS: lambda steps: (ros.run(steps), {}),
        ENV: lambda steps: (env.run(steps), {}),
    }
    if len(simulators) > 1:
        both = Raw(simulators, preset, iterations)
        runs[TWO] = lambda steps: (both.run(steps), {})
    return runs

"""The command ``ros2 run object_tracker_sim soak``."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from object_tracker_agent.command_line import option, parse
from object_tracker_agent.envs.actions import action_table
from object_tracker_agent.errors import UserError
from object_tracker_agent.interruption import raise_on_stop
from object_tracker_agent.presets import Preset, load_preset
from object_tracker_agent.simulation import OwnSimulation
from object_tracker_sim.benchmark.progress import Steps
from object_tracker_sim.replay.main import ReplaySettings, all_actions, line, replay
from object_tracker_sim.simulator import resolve_world
from object_tracker_sim.soak.endurance import Endurance
from object_tracker_sim.soak.processes import Holding, family, files_of, holding

WARM_UP = 0.1
"""Of all steps; what is held then is what may not grow."""
GROWTH = 0.05
"""How much more memory a process may hold at the end than after the warm-up."""
LOOKS = 20
"""How often what is held is looked at."""
END_PATIENCE = 5.0
"""[s] after the end in which everything must have gone."""
FRESH_STEPS = 100


@dataclass(frozen=True)
class SoakSettings:
    """Run one simulation for very long, and many for a short time; fail if anything is not as it should be.

    Every episode must be, bit for bit, what it was the first time. No process may grow, in memory or in open
    files, and nothing may be left behind. Fresh simulations must all replay the same.
    """

    steps: int = option("env-steps in the one simulation, 1000 or more", 1_000_000)
    episode_steps: int = option("steps of an episode, 1 to 1000; then it is reset", 100)
    arenas: int = option("arenas, 1 to 16", 8)
    fresh_starts: int = option("how many simulations to start for the same replay, 0 to 1000", 10)
    world: str = option("name of a world, or path of a world file; the preset's if not given", "")
    preset: str = option("name of a preset, or path of a preset file", "approach")

    def __post_init__(self) -> None:
        """Raise `UserError` for what is out of range."""
        for name, low, high in (
            ("steps", 1000, 10**9),
            ("episode_steps", 1, 1000),
            ("arenas", 1, 16),
            ("fresh_starts", 0, 1000),
        ):
            if not low <= getattr(self, name) <= high:
                option_name = name.replace("_", "-")
                raise UserError(f"--{option_name} must be from {low} to {high}, not {getattr(self, name)}")


def main(arguments: list[str]) -> int:
    """Run, look, and say."""
    raise_on_stop()
    settings = parse(SoakSettings, "soak", arguments)
    preset = load_preset(settings.preset)
    world = str(resolve_world(settings.world or preset.world))
    with Steps(settings.steps) as progress:
        endure(settings, preset, world, progress)
    start_afresh(settings, preset, world)
    return 0


def endure(settings: SoakSettings, preset: Preset, world: str, progress: Steps) -> None:
    """Run the one simulation. Raises UserError for the first thing that is wrong."""
    observation = preset.observation
    begin, created = time.monotonic(), time.time()
    seen: set[Path] = set()
    pids: list[int] = []
    with (
        OwnSimulation(
            world,
            settings.arenas,
            image_height=observation.camera_height,
            image_width=observation.camera_width,
        ) as simulation,
        simulation.connect() as client,
    ):
        endurance = Endurance(client, preset, settings.episode_steps)
        progress.say(f"{settings.steps:,} steps")
        pids = family(simulation.pid)
        for _ in range(2):  # the second time nothing here is done for the first time
            endurance.run(int(WARM_UP * settings.steps / 2), progress.advance)
            seen |= {path for pid in pids for path in files_of(pid, created)}
            before = _look([*pids, os.getpid()])
        left = settings.steps - endurance.steps
        for look in range(LOOKS):
            endurance.run(left // LOOKS, progress.advance)
            seen |= {path for pid in pids for path in files_of(pid, created)}
            now = _look([*pids, os.getpid()])
            if look in (LOOKS // 2, LOOKS - 1):
                progress.say(f"{endurance.steps:,} steps: {_words(before, now)}")
            _must_not_grow(before, now, memory=look == LOOKS - 1)
    seconds = time.monotonic() - begin
    print(
        f"{endurance.steps:,} steps with {endurance.resets:,} resets in {seconds:.0f} s, every episode as it"
        f" was the first time; {_words(before, now)}",
        flush=True,
    )
    _must_be_gone(pids, seen)
    print(
        f"nothing left of {len(pids)} processes and {len(seen)} files, sockets and shared memories",
        flush=True,
    )


def start_afresh(settings: SoakSettings, preset: Preset, world: str) -> None:
    """Replay the same in one new simulation after the other. Raises UserError if a line differs."""
    replayed = ReplaySettings(steps=FRESH_STEPS, arenas=settings.arenas)
    actions = all_actions(replayed, len(action_table(preset)))
    first = ""
    for start in range(settings.fresh_starts):
        recording, episodes = replay(world, preset, replayed.seed, actions)
        text = line(recording, FRESH_STEPS, episodes)
        if first not in ("", text):
            raise UserError(f"fresh start {start + 1} replayed '{text}', the first one '{first}'")
        first = text
    if first:
        print(f"{settings.fresh_starts} fresh starts replayed the same: {first}", flush=True)


def _look(pids: list[int]) -> dict[int, Holding]:
    held = {}
    for pid in pids:
        try:
            held[pid] = holding(pid)
        except OSError:
            raise UserError(f"process {pid} of the simulation has ended") from None
    return held


def _words(before: dict[int, Holding], now: dict[int, Holding]) -> str:
    return ", ".join(
        f"{held.name} {held.memory / 2**20:.0f} MiB ({100 * (held.memory / before[pid].memory - 1):+.1f} %)"
        for pid, held in now.items()
    )


def _must_not_grow(before: dict[int, Holding], now: dict[int, Holding], *, memory: bool) -> None:
    for pid, held in now.items():
        if memory and held.memory > before[pid].memory * (1 + GROWTH):
            raise UserError(f"{held.name} has grown by more than {100 * GROWTH:.0f} %: {_words(before, now)}")
        if held.descriptors > before[pid].descriptors:
            raise UserError(
                f"{held.name} has {held.descriptors} open files and sockets, {before[pid].descriptors} before"
            )


def _must_be_gone(pids: list[int], files: set[Path]) -> None:
    deadline = time.monotonic() + END_PATIENCE
    while True:
        left = [f"process {pid}" for pid in pids if _runs(pid)] + [
            str(path) for path in files if path.exists()
        ]
        if not left:
            return
        if time.monotonic() > deadline:
            raise UserError(f"left behind: {', '.join(sorted(left))}")
        time.sleep(0.1)


def _runs(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False

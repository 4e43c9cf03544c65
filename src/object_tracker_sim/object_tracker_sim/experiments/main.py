"""The command ``ros2 run object_tracker_sim experiments``."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from object_tracker_agent.command_line import parse
from object_tracker_agent.durable_files import replace_file, why
from object_tracker_agent.errors import UserError
from object_tracker_agent.interruption import raise_on_stop
from object_tracker_agent.presets import Preset
from object_tracker_agent.runs import Run, open_run
from object_tracker_sim.benchmark.figures import make_console
from object_tracker_sim.benchmark.progress import Steps
from object_tracker_sim.experiments.settings import ExperimentSettings
from object_tracker_sim.experiments.training import finished, train
from object_tracker_sim.simulator import resolve_world


def main(arguments: list[str]) -> int:
    """Train, evaluate, tell."""
    raise_on_stop()
    settings = parse(ExperimentSettings, "experiments", arguments)
    preset = settings.changed_preset()
    resolve_world(preset.world)
    folder = Path(settings.output_dir).expanduser().absolute()
    own = folder / settings.called()
    preset_file = _prepare(own, preset)
    steps, every, seeds = settings.steps(preset), settings.updates_between(preset), settings.all_seeds()
    with Steps(len(seeds) * steps) as progress:
        runs = []
        for seed in seeds:
            run_folder = own / f"seed_{seed}"
            if finished(run_folder, steps):
                runs.append(open_run(run_folder))
                progress.advance(steps)
                continue
            progress.say(f"{own.name}, seed {seed}: training")
            look = _Look(progress.advance, steps)
            runs.append(train(run_folder, preset_file, seed, steps, every, look))
            progress.advance(steps - look.done)
        _evaluate(runs, preset, settings, every, progress.say)
    from object_tracker_sim.experiments import table  # brings torch, as _evaluate does

    rows = table.collect(folder)
    table.write(folder, rows)
    make_console().print(table.shown(rows))
    print(f"written: {folder}/experiments.csv, experiments.json", flush=True)
    return 0


class _Look:
    """Tells the progress how far a run is."""

    def __init__(self, advance: Callable[[int], None], steps: int) -> None:
        self.done = 0
        self._advance = advance
        self._steps = steps

    def __call__(self, folder: Path) -> None:
        with contextlib.suppress(OSError, ValueError, IndexError):
            last = (folder / "progress.csv").read_text().splitlines()[-1]
            now = min(int(last.split(",")[1]), self._steps)
            self._advance(max(0, now - self.done))
            self.done = max(self.done, now)


def _prepare(folder: Path, preset: Preset) -> Path:
    """Make the setting's folder and write its preset; one that is there must be the same."""
    file, text = folder / "preset.yaml", preset.to_yaml()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if file.exists() and file.read_text() != text:
            raise UserError(f"{file} is another preset than this one; use another --output-dir")
        replace_file(file, text.encode())
    except OSError as error:
        raise UserError(f"cannot write {file}: {why(error)}") from error
    return file


def _evaluate(
    runs: list[Run], preset: Preset, settings: ExperimentSettings, every: int, say: Callable[[str], None]
) -> None:
    """Play the checkpoints that have not been played yet, all in one simulation."""
    from object_tracker_agent.policies.threads import use_threads
    from object_tracker_agent.simulation import OwnSimulation
    from object_tracker_sim.experiments.curve import add_point, missing

    trials, seed = settings.trials, settings.trials_seed
    todo = [(run, path) for run in runs for path in missing(run, every, trials, seed)]
    if not todo:
        return
    use_threads(1)
    say(f"{len(todo)} checkpoints to evaluate")
    camera, arenas = preset.observation, min(preset.training.arenas, trials)
    with (
        OwnSimulation(preset.world, arenas, camera.camera_height, camera.camera_width) as simulation,
        simulation.connect() as client,
    ):
        for run, path in todo:
            point = add_point(run, path, client, trials, seed)
            say(f"{run.folder.parent.name}, seed {run.settings.seed}: {point.words()}")

"""How well the checkpoints of a run play, one after the other; kept in the run folder."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from object_tracker_agent.durable_files import replace_file
from object_tracker_agent.envs import ObjectTrackerVecEnv
from object_tracker_agent.errors import UserError
from object_tracker_agent.evaluation.drivers import PolicyDriver
from object_tracker_agent.evaluation.summary import steps_to_reach
from object_tracker_agent.evaluation.trials import TrialSeeds, play_trials
from object_tracker_agent.policies import Policy
from object_tracker_agent.ros import StepClient
from object_tracker_agent.runs import Run

FILE = "curve.json"
"""In the evaluation folder of a run."""


@dataclass(frozen=True)
class Point:
    """One checkpoint's trials, with the best action."""

    update: int
    steps: int  # of training until then
    seconds: float  # of training until then, wall clock
    trials: int
    trials_seed: int
    successes: int
    steps_to_reach: float | None  # median of the successes; None: no success, or goal follow

    def words(self) -> str:
        """Return it in words."""
        return f"{self.successes} of {self.trials} after {self.steps:,} steps, {self.seconds:.0f} s"


def read_curve(run: Run) -> list[Point]:
    """Return the points that are there, by update. Raises UserError for a damaged file."""
    path = run.evaluation / FILE
    try:
        rows = json.loads(path.read_bytes())
        return [Point(**{field.name: row[field.name] for field in fields(Point)}) for row in rows]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is damaged ({error}); remove it, and it is measured again") from None


def to_evaluate(run: Run, every: int) -> list[Path]:
    """Return the checkpoints whose update is a multiple of `every`, and the last one."""
    paths = run.checkpoints.paths()
    return [path for path in paths if int(path.name) and (int(path.name) % every == 0 or path == paths[-1])]


def missing(run: Run, every: int, trials: int, trials_seed: int) -> list[Path]:
    """Return those of `to_evaluate` that have not been played with these trials yet."""
    done = {
        point.update
        for point in read_curve(run)
        if (point.trials, point.trials_seed) == (trials, trials_seed)
    }
    return [path for path in to_evaluate(run, every) if int(path.name) not in done]


def add_point(run: Run, checkpoint: Path, client: StepClient, trials: int, trials_seed: int) -> Point:
    """Play a checkpoint's trials in the simulation of `client`, and write the point down."""
    policy = Policy.from_checkpoint(checkpoint)
    seeds = TrialSeeds(trials, trials_seed)
    env = ObjectTrackerVecEnv(client, policy.preset, episode_seed=seeds)  # not closed: the client goes on
    played = play_trials(env, seeds, PolicyDriver(policy), trials)
    steps, seconds = _reached_after(run, int(checkpoint.name))
    point = Point(
        update=int(checkpoint.name),
        steps=steps,
        seconds=seconds,
        trials=trials,
        trials_seed=trials_seed,
        successes=sum(trial.success for trial in played),
        steps_to_reach=steps_to_reach(played, policy.preset.task.goal),
    )
    points = [other for other in read_curve(run) if other.update != point.update] + [point]
    points.sort(key=lambda each: each.update)
    run.evaluation.mkdir(exist_ok=True)
    replace_file(
        run.evaluation / FILE, (json.dumps([asdict(each) for each in points], indent=1) + "\n").encode()
    )
    return point


def _reached_after(run: Run, update: int) -> tuple[int, float]:
    """Return environment steps and seconds of wall clock of a run's update."""
    with run.progress_file.open(newline="") as file:
        for row in csv.DictReader(file):
            if int(row["update"]) == update:
                return int(row["steps"]), float(row["seconds"])
    raise UserError(f"{run.progress_file} does not know update {update}")


def first_at(points: list[Point], share: float) -> Point | None:
    """Return the first point at which `share` of the trials were successes."""
    return next((point for point in points if point.successes >= share * point.trials), None)

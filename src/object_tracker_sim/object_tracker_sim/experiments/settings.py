"""What an experiment is: a preset, what to change in it, and the seeds to train with."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import Any

import yaml

from object_tracker_agent.command_line import option
from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import Preset, load_preset
from object_tracker_agent.presets.strict_yaml import StrictLoader

MOST_SEEDS = 100
MOST_LETTERS = 100


@dataclass(frozen=True)
class ExperimentSettings:
    """Train a preset with each seed by the launch file, evaluate checkpoints on the way, tell it in a table.

    What is there already in the folder is not done again: after a stop, the same command goes on.
    """

    output_dir: str = option("folder of the experiments; each setting gets a folder in it, each seed a run")
    preset: str = option("name of a preset, or path of a preset file", "approach")
    set: str = option("what to change in it: 'algorithm.epochs=4 network.centre=false world=arena'", "")
    name: str = option("what the setting is called; empty: the preset's name and what is changed", "")
    seeds: str = option("of the trainings, with commas", "0,1,2")
    total_steps: int = option("environment steps of a training; 0: the preset's", 0)
    points: int = option("how many checkpoints of each training to evaluate, 1 to 1000", 10)
    trials: int = option(
        "of each evaluation, with the best action; the starts are never used in training", 100
    )
    trials_seed: int = option("of their starts", 1000)

    def __post_init__(self) -> None:
        """Raise `UserError` for what is out of range."""
        for name, low, high in (
            ("total_steps", 0, 10**12),
            ("points", 1, 1000),
            ("trials", 1, 1_000_000),
            ("trials_seed", 0, 2**31 - 1),
        ):
            if not low <= getattr(self, name) <= high:
                shown = name.replace("_", "-")
                raise UserError(f"--{shown} must be from {low} to {high}, not {getattr(self, name)}")
        if not re.fullmatch(r"[\w.,=-]{0,100}", self.name):
            raise UserError(
                f"--name may have letters, digits and _ . , = - in it, 100 at most, not '{self.name}'"
            )
        self.all_seeds()

    def all_seeds(self) -> list[int]:
        """Return the seeds, each once."""
        words = [word.strip() for word in self.seeds.split(",")]
        if not all(word.isascii() and word.isdigit() and int(word) < 2**31 for word in words):
            raise UserError(
                f"--seeds must be whole numbers with commas between, such as 0,1,2; not '{self.seeds}'"
            )
        seeds = list(dict.fromkeys(int(word) for word in words))
        if len(seeds) > MOST_SEEDS:
            raise UserError(f"--seeds: no more than {MOST_SEEDS} at once, not {len(seeds)}")
        return seeds

    def called(self) -> str:
        """Return what the setting is called. Raises UserError if it is too long for a folder."""
        if self.name:
            return self.name
        changed = [re.sub(r"[^\w.=-]+", "_", word) for word in _words(self.set)]
        called = ",".join([load_preset(self.preset).name, *changed])
        if len(called) > MOST_LETTERS:
            raise UserError(f"give what --set makes of the preset a --name; '{called}' is too long for one")
        return called

    def changed_preset(self) -> Preset:
        """Return the preset as it is to be trained. Raises UserError for a change that is not right."""
        data = load_preset(self.preset).to_dict()
        for word in _words(self.set):
            path, separator, text = word.partition("=")
            if not separator:
                raise UserError(f"--set: '{word}' has no '='; give name=value, such as algorithm.epochs=4")
            _put(data, path, _value(word, text))
        return Preset.from_dict(data, f"preset '{self.preset}' with --set")

    def steps(self, preset: Preset) -> int:
        """Return how long each training is [environment steps]."""
        return self.total_steps or preset.training.total_steps

    def updates_between(self, preset: Preset) -> int:
        """Return after how many updates the next checkpoint is evaluated."""
        updates = -(-self.steps(preset) // preset.algorithm.steps_per_update)
        return max(1, updates // self.points)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise UserError(f"--set: {error}: {text}") from None


def _value(word: str, text: str) -> Any:
    try:
        return yaml.load(text, Loader=StrictLoader)  # plain data only
    except yaml.YAMLError:
        raise UserError(f"--set: what is after the '=' of '{word}' is not YAML") from None


def _put(data: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for name in parents:
        inner = data.get(name)
        if not isinstance(inner, dict):
            raise UserError(f"--set: the preset has no table '{name}' for '{path}'")
        data = inner
    data[last] = value

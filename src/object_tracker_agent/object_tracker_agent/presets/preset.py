"""A whole preset, and its way from and to YAML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from object_tracker_agent.errors import UserError
from object_tracker_agent.presets.checks import check
from object_tracker_agent.presets.reader import plain, read
from object_tracker_agent.presets.setting import setting
from object_tracker_agent.presets.settings import (
    Action,
    Algorithm,
    Network,
    Observation,
    Reward,
    Task,
    Training,
)
from object_tracker_agent.presets.strict_yaml import StrictLoader


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A task and how it is learnt. `presets.load_preset` reads one by name or from a YAML file."""

    name: str = setting("by which runs and checkpoints know it: letters, digits, '_' and '-'")
    description: str = setting("what the task is, for people", "")
    task: Task = setting("steps, ends and starts", Task())
    actions: tuple[Action, ...] = setting("action table; an action is the number of a row, from 0")
    observation: Observation = setting("what the policy sees", Observation())
    reward: Reward = setting("what a step pays", Reward())
    algorithm: Algorithm = setting("how it learns", Algorithm())
    network: Network = setting("the policy's network", Network())
    training: Training = setting("how much it learns", Training())

    def to_dict(self) -> dict[str, Any]:
        """Return the whole preset, defaults included, as plain data for YAML, JSON or msgpack."""
        data: dict[str, Any] = plain(self)
        return data

    def to_yaml(self) -> str:
        """Return the whole preset, defaults included, as a file that `load_preset` reads back the same."""
        text: str = yaml.safe_dump(self.to_dict(), sort_keys=False, allow_unicode=True, width=110)
        return text

    @classmethod
    def from_dict(cls, data: Any, source: str = "preset") -> Preset:
        """Return the checked preset in plain `data`; `source` names it in the message of a `UserError`."""
        preset = read(cls, data, "", source)
        check(preset, source)
        return preset

    @classmethod
    def from_yaml(cls, text: str, source: str = "preset") -> Preset:
        """Return the checked preset written in `text`; `source` names it in a `UserError`."""
        try:
            data = yaml.load(text, Loader=StrictLoader)  # a SafeLoader: plain data only
        except yaml.YAMLError as error:
            raise UserError(f"{source}: not valid YAML: {_one_line(error)}") from None
        return cls.from_dict(data, source)


def _one_line(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
    problem = getattr(error, "problem", None) or str(error)
    return " ".join(str(problem).split()) + place

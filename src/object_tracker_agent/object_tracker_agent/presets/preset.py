"""A whole preset, and its way from and to YAML."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import yaml

from object_tracker_agent.errors import UserError
from object_tracker_agent.presets.checks import check
from object_tracker_agent.presets.reader import plain, read
from object_tracker_agent.presets.setting import Setting
from object_tracker_agent.presets.settings import (
    Action,
    ActionRanges,
    Algorithm,
    Burger,
    Network,
    Observation,
    Randomisation,
    Reward,
    Task,
    Training,
)
from object_tracker_agent.presets.strict_yaml import StrictLoader


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A task and how it is learnt. `presets.load_preset` reads one by name or from a YAML file."""

    name: Annotated[str, Setting("by which runs and checkpoints know it: letters, digits, '_' and '-'")]
    description: Annotated[str, Setting("what the task is, for people")] = ""
    task: Annotated[Task, Setting("steps, starts and ends")] = field(default_factory=Task)
    burger: Annotated[Burger, Setting("how the target drives")] = field(default_factory=Burger)
    randomisation: Annotated[Randomisation, Setting("what is drawn at each reset besides the start")] = field(
        default_factory=Randomisation
    )
    world: Annotated[str, Setting("name or path of the world it is meant for; arguments `world` win")] = (
        "empty"
    )
    actions: Annotated[
        tuple[Action, ...] | ActionRanges,
        Setting("table, an action is a row's number, from 0; or ranges of linear and angular: continuous"),
    ]
    observation: Annotated[Observation, Setting("what the policy sees")] = field(default_factory=Observation)
    reward: Annotated[Reward, Setting("what a step pays")] = field(default_factory=Reward)
    algorithm: Annotated[Algorithm, Setting("how it learns")] = field(default_factory=Algorithm)
    network: Annotated[Network, Setting("the policy's network")] = field(default_factory=Network)
    training: Annotated[Training, Setting("how much it learns")] = field(default_factory=Training)

    def in_training(self) -> Preset:
        """Return it with the episodes that training has, which may be shorter than the task's.

        A success in training is then that of the shorter episode, task.follow.settle_time in proportion.
        """
        steps, task = self.training.episode_steps, self.task
        if steps is None or steps == task.max_steps:
            return self
        settle_time = task.follow.settle_time * steps / task.max_steps
        follow = replace(task.follow, settle_time=settle_time)
        return replace(self, task=replace(task, max_steps=steps, follow=follow))

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
        except (yaml.YAMLError, RecursionError) as error:
            raise UserError(f"{source}: not valid YAML: {_one_line(error)}") from None
        return cls.from_dict(data, source)


def _one_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
    problem = getattr(error, "problem", None) or str(error)
    return " ".join(str(problem).split()) + place

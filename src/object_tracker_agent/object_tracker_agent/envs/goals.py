"""When an episode has reached its goal, and when it cannot any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from object_tracker_agent.presets import Task
from object_tracker_agent.rewards import RewardInputs


@dataclass(frozen=True)
class Verdict:
    """What a step means for the goal."""

    terminated: bool
    success: bool


class Goal(Protocol):
    """One episode's goal."""

    def judge(self, inputs: RewardInputs, *, last: bool) -> Verdict:
        """Judge the state at the end of a step; `last` says that the time limit comes with it."""
        ...


class Reach:
    """The Burger has been reached when it is nearer than task.success_distance."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def judge(self, inputs: RewardInputs, *, last: bool) -> Verdict:
        success = inputs.distance < self._task.success_distance
        return Verdict(success or inputs.distance > self._task.lost_distance, success)


class Follow:
    """The Burger has been followed if it was kept in view and range and nothing touched until the time limit.

    That is looked at after task.follow.settle_time, at the end of every step, and must hold for the share
    task.follow.share of them.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._counted = 0
        self._kept = 0

    def judge(self, inputs: RewardInputs, *, last: bool) -> Verdict:
        follow = self._task.follow
        if inputs.touches_burger or inputs.touches_world or inputs.distance > self._task.lost_distance:
            return Verdict(terminated=True, success=False)
        # Times are sums of step times: half a step is more than their rounding.
        if inputs.time > follow.settle_time + 0.5 * inputs.step_time:
            self._counted += 1
            self._kept += inputs.in_view and follow.nearest <= inputs.distance <= follow.farthest
        return Verdict(terminated=False, success=last and self._kept >= follow.share * self._counted)


def make_goal(task: Task) -> Goal:
    """Return the goal of a new episode of `task`."""
    return Follow(task) if task.goal == "follow" else Reach(task)

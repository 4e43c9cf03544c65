"""One arena's episode: what a step pays, and when it ends. The rules of every environment of ours."""

from __future__ import annotations

import math
from typing import NamedTuple

from object_tracker_agent.envs.goals import make_goal
from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import Task
from object_tracker_agent.rewards import Reward, RewardInputs
from object_tracker_agent.rewards.inputs import HALF_VIEW


class Outcome(NamedTuple):
    """What a step led to.

    Attributes:
        reward: of this step, without the preset's scale.
        terminated: the task has ended the episode: reached, lost, or touched what must not be.
        truncated: something outside the task has: the time limit, or an interruption.
        success: the goal was reached; implies that the episode has ended.
        distance: Waffle to Burger in the plane [m].
        contacts: bits as in object_tracker_msgs/srv/Step.
        interrupted: why the simulation could not go on with the episode; empty if it could.
        steps: of the episode so far, this one included.
        total_reward: of the episode so far, without the preset's scale.
    """

    reward: float
    terminated: bool
    truncated: bool
    success: bool
    distance: float
    contacts: int
    interrupted: str
    steps: int
    total_reward: float

    @property
    def ended(self) -> bool:
        """Whether the arena needs a new start."""
        return self.terminated or self.truncated


class Episode:
    """Counts the steps and keeps the least distance of one episode."""

    def __init__(
        self,
        task: Task,
        reward: Reward,
        start_distance: float,
        start_bearing: float = 0.0,
        half_view: float = HALF_VIEW,
    ) -> None:
        """Begin an episode with the Burger `start_distance` [m] away at `start_bearing` [rad].

        Half of the camera's field of view is `half_view` [rad].
        """
        self._task = task
        self._goal = make_goal(task)
        self._half_view = half_view
        self._reward = reward
        self._distance = start_distance
        self._bearing = start_bearing
        self._minimum_distance = start_distance
        self._contacts = 0
        self._steps = 0
        self._total_reward = 0.0
        self._before = (start_distance, 0, 0.0)  # what `take_back` brings back

    def step(self, distance: float, bearing: float, contacts: int) -> Outcome:
        """Count a step that ended with the Burger at `distance` [m] and `bearing` [rad].

        Success and loss are told before the time limit: an arrival in the last step is a success.
        """
        self._before = (self._distance, self._contacts, self._total_reward)
        self._steps += 1
        step_time = self._task.step_time
        inputs = RewardInputs(
            distance=distance,
            previous_distance=self._distance,
            minimum_distance=self._minimum_distance,
            bearing=bearing,
            contacts=contacts,
            step_time=step_time,
            time=self._steps * step_time,
            half_view=self._half_view,
            previous_bearing=self._bearing,
        )
        reward = float(self._reward(inputs))
        if not math.isfinite(reward):  # nobody could learn from it, and it may be a user's own
            raise UserError(f"the preset's reward gave {reward}, not a finite number, for {inputs}")
        self._distance, self._bearing = distance, bearing
        self._minimum_distance = min(self._minimum_distance, distance)
        self._contacts = contacts
        self._total_reward += reward
        last = self._steps >= self._task.max_steps
        verdict = self._goal.judge(inputs, last=last)
        return self._outcome(
            reward=reward,
            terminated=verdict.terminated,
            truncated=last and not verdict.terminated,
            success=verdict.success,
        )

    def take_back(self) -> None:
        """Forget the last step, which failed after it was counted; now it can only be interrupted."""
        self._steps -= 1
        self._distance, self._contacts, self._total_reward = self._before

    def interrupt(self, reason: str) -> Outcome:
        """End the episode because the simulation cannot go on with it: truncated, and this step pays 0."""
        self._steps += 1
        return self._outcome(reward=0.0, terminated=False, truncated=True, success=False, interrupted=reason)

    def _outcome(
        self, *, reward: float, terminated: bool, truncated: bool, success: bool, interrupted: str = ""
    ) -> Outcome:
        return Outcome(
            reward=reward,
            terminated=terminated,
            truncated=truncated,
            success=success,
            distance=self._distance,
            contacts=self._contacts,
            interrupted=interrupted,
            steps=self._steps,
            total_reward=self._total_reward,
        )

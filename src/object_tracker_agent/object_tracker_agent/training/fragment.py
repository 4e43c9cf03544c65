"""A fragment: consecutive steps of one arena, as a rollout worker sends them to the trainer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MAX_SEQUENCE = 2**53  # exact in every language that may read it
_HALF_TURN = np.float32(np.pi)  # [rad] bearings come rounded to float32, too


class FragmentError(Exception):
    """A message that is not a fragment of this training; says what is wrong with it."""


@dataclass(frozen=True)
class Episode:
    """How an episode that ended within a fragment went."""

    reward: float  # sum over the episode, not scaled
    length: int  # [steps]
    success: bool
    distance: float  # [m] at its end
    interrupted: bool  # cut short because the simulation could not go on


@dataclass(frozen=True)
class FragmentLayout:
    """The sizes every fragment of a training has."""

    steps: int  # T, consecutive steps of one arena
    observation_shape: tuple[int, int, int]  # (C, H, W)
    actions: int | None  # rows of the action table; None: continuous, two numbers each

    @property
    def arrays(self) -> dict[str, tuple[tuple[int, ...], np.dtype]]:
        """Return shape and little-endian dtype of each array of a fragment."""
        flat = (self.steps,)
        numbers, pairs = (flat, np.dtype("<i8")), ((self.steps, 2), np.dtype("<f4"))
        return {
            "observations": ((self.steps, *self.observation_shape), np.dtype("u1")),
            "actions": pairs if self.actions is None else numbers,
            "rewards": (flat, np.dtype("<f4")),
            "values": (flat, np.dtype("<f4")),
            "log_probs": (flat, np.dtype("<f4")),
            "episode_starts": (flat, np.dtype("?")),
            "terminated": (flat, np.dtype("?")),
            "truncated": (flat, np.dtype("?")),
            "truncation_values": (flat, np.dtype("<f4")),
            "where": ((self.steps, 3), np.dtype("<f4")),
        }

    @property
    def max_bytes(self) -> int:
        """Return an upper bound of a fragment's message size before it is compressed [byte]."""
        arrays = sum(int(np.prod(shape)) * dtype.itemsize for shape, dtype in self.arrays.values())
        return arrays + 200 * self.steps + 4096


@dataclass(frozen=True)
class Fragment:
    """T consecutive steps of one arena. Step t: observation, action taken there, and what came of it."""

    run_id: str  # of the training it belongs to
    worker: str  # name of the rollout worker
    incarnation: int  # which life of that worker, from 1
    sequence: int  # counts the fragments of this life from 0, without gaps
    arena: int
    policy_version: int  # update whose policy chose all the actions
    observations: np.ndarray  # (T, C, H, W) uint8, before the action
    actions: np.ndarray  # (T,) int64; continuous: (T, 2) float32, before they are clipped
    rewards: np.ndarray  # (T,) float32, scaled by the preset's constant
    values: np.ndarray  # (T,) float32, of the observations
    log_probs: np.ndarray  # (T,) float32, of the actions
    episode_starts: np.ndarray  # (T,) bool, the observation is an episode's first
    terminated: np.ndarray  # (T,) bool, the episode ended by success or failure
    truncated: np.ndarray  # (T,) bool, the episode was cut off: by time limit or interruption
    truncation_values: np.ndarray  # (T,) float32, value of a truncated episode's last observation, else 0
    where: np.ndarray  # (T, 3) float32, the Burger: in view (1 or 0), bearing [rad], distance [m]
    last_value: float  # of the observation after the fragment
    episodes: tuple[Episode, ...]  # that ended within, in order

    @property
    def last_done(self) -> bool:
        """Tell whether the last step ended an episode."""
        return bool(self.terminated[-1] | self.truncated[-1])

    def check(self, layout: FragmentLayout) -> None:
        """Raise FragmentError unless shapes, ranges and flags are those of a fragment of this layout."""
        for name, (shape, dtype) in layout.arrays.items():
            array = getattr(self, name)
            if array.shape != shape or array.dtype != dtype:
                raise FragmentError(f"{name} is {array.dtype}{list(array.shape)}, not {dtype}{list(shape)}")
            if dtype.kind == "f" and not np.isfinite(array).all():
                raise FragmentError(f"{name} holds values that are not finite")
        if not np.isfinite(self.last_value):
            raise FragmentError("last_value is not finite")
        if layout.actions is not None:  # continuous ones are of any size, and densities above 1
            if self.actions.min() < 0 or self.actions.max() >= layout.actions:
                raise FragmentError(f"actions are not all in 0 .. {layout.actions - 1}")
            if self.log_probs.max() > 1e-3:
                raise FragmentError("log_probs are not all logarithms of probabilities")
        done = self.terminated | self.truncated
        if (self.terminated & self.truncated).any():
            raise FragmentError("a step is both terminated and truncated")
        if not np.array_equal(self.episode_starts[1:], done[:-1]):
            raise FragmentError("episode_starts do not follow the ends of episodes")
        if self.truncation_values[~self.truncated].any():
            raise FragmentError("truncation_values are given where nothing was truncated")
        in_view, bearing, distance = self.where.T
        if not np.isin(in_view, (0, 1)).all() or np.abs(bearing).max() > _HALF_TURN or distance.min() < 0:
            raise FragmentError("where is not of ones and zeros, bearings and distances")
        if len(self.episodes) > int(done.sum()):
            raise FragmentError("more episodes are summed up than ended")

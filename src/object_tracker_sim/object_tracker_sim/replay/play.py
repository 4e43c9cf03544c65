"""Actions in, recording out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from object_tracker_agent.envs.actions import action_table
from object_tracker_agent.envs.lockstep import LockstepArenas
from object_tracker_agent.envs.seeds import episode_seed
from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import Preset
from object_tracker_sim.replay.recording import Recording

if TYPE_CHECKING:
    from object_tracker_agent.ros import StepClient


def play(client: StepClient, preset: Preset, seed: int, actions: NDArray[np.int64]) -> tuple[Recording, int]:
    """Play `actions` in all arenas of a fresh simulation and record arena 0.

    Episodes start, end and start again as in training: by the preset's rules, with seeds drawn from `seed`.

    Args:
        client: connected to the simulation.
        preset: the task.
        seed: of the run.
        actions: action numbers. Shape: (steps, arenas)

    Returns:
        The recording - every start of an episode and every step of arena 0 - and how many episodes it began.

    Raises:
        UserError: the simulation does not fit the preset, or was restarted meanwhile.
    """
    lockstep = LockstepArenas(client, preset, lambda arena, episode: episode_seed(seed, arena, episode))
    table = action_table(preset)
    recording = Recording()
    _must_go_on(lockstep.reset(range(lockstep.arenas)))
    recording.add(lockstep.reply)
    episodes = 1
    for step in actions:
        outcomes = lockstep.step(table[step])
        _must_go_on({arena: o.interrupted for arena, o in enumerate(outcomes) if o.interrupted})
        recording.add(lockstep.reply)
        ended = [arena for arena, outcome in enumerate(outcomes) if outcome.ended]
        if ended:
            _must_go_on(lockstep.reset(ended))
        if 0 in ended:
            recording.add(lockstep.reply)
            episodes += 1
    return recording, episodes


def _must_go_on(interrupted: dict[int, str]) -> None:
    for reason in interrupted.values():
        raise UserError(f"the recording was cut short: {reason}; run it again")

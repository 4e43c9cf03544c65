"""Sequences of action numbers: drawn from a seed, or read from a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from object_tracker_agent.envs.seeds import checked_seed
from object_tracker_agent.errors import UserError

_STREAM = 1
"""A fourth word, not 0, keeps these draws apart from those of episodes, which have three (envs.seeds)."""
LARGEST_FILE = 16_000_000  # [byte] more than a million actions


def draw_actions(seed: int, arena: int, steps: int, choices: int) -> NDArray[np.int64]:
    """Return `steps` numbers of actions 0 .. `choices`-1 decided by `seed` and `arena` alone.

    Shape: (steps,)
    """
    sequence = np.random.SeedSequence([checked_seed(seed), arena, 0, _STREAM])
    return np.random.default_rng(sequence).integers(choices, size=steps)


def read_actions(path: Path, choices: int) -> NDArray[np.int64]:
    """Read a text file with one action number (0 .. `choices`-1) per line.

    What follows a ``#`` is a comment; lines with nothing else are skipped. Shape: (actions in the file,)

    Raises:
        UserError: the file cannot be read, or a line is no action; names file and line.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise UserError(f"cannot read the actions in {path}: {error.strerror}") from None
    if len(data) > LARGEST_FILE:
        raise UserError(f"the actions in {path} are more than {LARGEST_FILE} bytes: give a shorter file")
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path} is not a file of actions: byte {error.start} is no ASCII text; write a number per line"
        ) from None
    actions = []
    for number, line in enumerate(text.splitlines(), 1):
        word = line.partition("#")[0].strip()
        if not word:
            continue
        if not word.isdigit() or len(word) > 9 or int(word) >= choices:
            raise UserError(
                f"{path}, line {number}: '{word[:20]}' is no action: write a number from 0 to {choices - 1}"
            )
        actions.append(int(word))
    return np.array(actions, dtype=np.int64)

"""Mutated checkpoints and manifests: each is refused with a reason; nothing else ever happens."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from object_tracker_agent.checkpoints import Checkpoint, CheckpointStore
from object_tracker_agent.checkpoints.errors import CheckpointError
from object_tracker_agent.checkpoints.store import MANIFEST, read_checkpoint
from object_tracker_agent.checkpoints.tensors import from_bytes
from object_tracker_agent.training.fragment import FragmentLayout
from object_tracker_agent.training.intake import Intake
from object_tracker_agent.training.statistics import RecentEpisodes

LAYOUT = FragmentLayout(steps=8, observation_shape=(1, 6, 5), actions=6)

OPTIONS = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}
# position (as a part of the file), new byte, where it is cut (1: not at all)
MUTATIONS = st.tuples(
    st.integers(0, 3),
    st.lists(st.tuples(st.floats(0, 0.9999), st.integers(0, 255)), min_size=1, max_size=8),
    st.just(1.0) | st.floats(0, 1),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def mutated(data: bytes, changes: list[tuple[float, int]], end: float) -> bytes:
    changed = bytearray(data)
    for place, byte in changes:
        changed[int(place * len(changed))] = byte
    return bytes(changed[: int(end * len(changed))])


@pytest.fixture
def saved(store: CheckpointStore, checkpoint: Callable[..., Checkpoint]) -> Path:
    return store.save(checkpoint())


def run(saved: Path, examples: int) -> None:
    files = sorted(path for path in saved.iterdir() if path.is_file())
    contents = [path.read_bytes() for path in files]
    inner = ["random/torch", "random/numpy_key", "random/numpy_position", "counters/used"]
    inner += ["account/0/1", "account/x"]
    inner += [f"files/{path.name}" for path in files]
    manifest = json.loads((saved / MANIFEST).read_bytes())

    @given(MUTATIONS)
    @settings(max_examples=examples // 2, **OPTIONS)
    def files_are_refused(mutation: tuple[int, list[tuple[float, int]], float]) -> None:
        which, changes, end = mutation
        path, data = files[which % len(files)], contents[which % len(files)]
        other = mutated(data, changes, end)
        path.write_bytes(other)
        try:
            if other != data:
                with pytest.raises(CheckpointError, match=r"."):
                    read_checkpoint(saved)
            # The arrays by themselves: a stranger may have made checksums that fit
            if path.suffix == ".safetensors":
                try:
                    from_bytes(other)
                except ValueError as error:
                    assert str(error)  # noqa: PT017 - or nothing is raised, which is right, too
        finally:
            path.write_bytes(data)

    @given(st.sampled_from([*sorted(manifest), *inner]) | st.text(max_size=8), JSON)
    @settings(max_examples=examples // 2, **OPTIONS)
    def manifests_are_refused(name: str, value: object) -> None:
        """Change a value and make the checksum fit, as whoever means harm would."""
        values = json.loads(json.dumps(manifest))
        outer, _, key = name.partition("/")
        if key and isinstance(values.get(outer), dict):
            values[outer][key] = value
        else:
            values[name] = value
        values.pop("checksum", None)
        text = json.dumps(values, sort_keys=True, separators=(",", ":")).encode()
        values["checksum"] = hashlib.sha256(text).hexdigest()
        (saved / MANIFEST).write_bytes(json.dumps(values).encode())
        try:
            found = read_checkpoint(saved).manifest
            found.random.torch_state()
            found.random.numpy_state()
        except (CheckpointError, ValueError) as error:  # restore() tells ValueErrors of states as its own
            assert str(error)  # noqa: PT017 - or nothing is raised, which is right, too
        else:
            RecentEpisodes(found.episodes)
            Intake("0" * 16, LAYOUT, 1, found.account, found.counters)

    files_are_refused()
    manifests_are_refused()


def test_mutated_checkpoints(saved: Path) -> None:
    run(saved, 200)


@pytest.mark.long
def test_two_thousand_mutated_checkpoints(saved: Path) -> None:
    run(saved, 2000)

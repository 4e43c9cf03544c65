"""Checkpoints come back as they were written; damaged ones are told and passed over."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from object_tracker_agent.checkpoints import Checkpoint, CheckpointError, CheckpointStore, read_checkpoint
from object_tracker_agent.checkpoints.manifest import Manifest
from object_tracker_agent.checkpoints.store import MANIFEST

Make = Callable[..., Checkpoint]
FILES = ("policy.safetensors", "optimizer.safetensors", "checkpoint.json")


def test_comes_back_as_written(store: CheckpointStore, checkpoint: Make) -> None:
    written = checkpoint(7)
    path = store.save(written)
    assert path.name == "000007"
    assert sorted(file.name for file in path.iterdir()) == sorted(FILES)
    read = store.newest()
    assert read.path == path
    for before, after in ((written.policy, read.policy), (written.optimizer, read.optimizer)):
        assert before is not None
        assert after is not None
        assert before.keys() == after.keys()
        for name in before:
            np.testing.assert_array_equal(before[name], after[name])
            assert before[name].shape == after[name].shape
    for name in ("update", "steps", "seed", "preset", "account", "counters", "episodes", "random"):
        assert getattr(written.manifest, name) == getattr(read.manifest, name)


def test_equal_trainings_write_equal_bytes(tmp_path: Path, checkpoint: Make) -> None:
    one, two = (CheckpointStore(tmp_path / name).save(checkpoint(3)) for name in ("one", "two"))
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in FILES)


def test_random_states_come_back(store: CheckpointStore, checkpoint: Make) -> None:
    store.save(checkpoint(5))
    states = store.newest().manifest.random
    np.testing.assert_array_equal(states.torch_state(), np.arange(16, dtype=np.uint8))
    restored = np.random.RandomState(0)
    restored.set_state(states.numpy_state())
    np.testing.assert_array_equal(restored.permutation(50), np.random.RandomState(5).permutation(50))


def test_keeps_the_last_five(store: CheckpointStore, checkpoint: Make) -> None:
    (store.folder / ".new-000001-abcd").mkdir(parents=True)  # what a crash left
    for update in range(8):
        store.save(checkpoint(update))
    assert [path.name for path in store.paths()] == ["000003", "000004", "000005", "000006", "000007"]
    assert sorted(entry.name for entry in store.folder.iterdir()) == [path.name for path in store.paths()]


def test_keeps_some_of_the_older_ones(tmp_path: Path, checkpoint: Make) -> None:
    store = CheckpointStore(tmp_path, keep=2, keep_every=3)
    for update in range(1, 9):
        store.save(checkpoint(update))
    assert [path.name for path in store.paths()] == ["000003", "000006", "000007", "000008"]
    store.save(checkpoint(5))  # what came after is of a lineage given up
    assert [path.name for path in store.paths()] == ["000003", "000005"]


def test_going_back_gives_up_what_came_after(store: CheckpointStore, checkpoint: Make) -> None:
    for update in (1, 2, 3):
        store.save(checkpoint(update))
    store.save(checkpoint(2))
    assert [path.name for path in store.paths()] == ["000001", "000002"]


def test_policy_alone_needs_no_optimizer(store: CheckpointStore, checkpoint: Make) -> None:
    path = store.save(checkpoint(1))
    (path / "optimizer.safetensors").unlink()
    assert read_checkpoint(path, optimizer=False).optimizer is None
    with pytest.raises(CheckpointError, match=r"optimizer\.safetensors is missing"):
        read_checkpoint(path)


def test_newest_valid_one_is_found_with_a_warning(store: CheckpointStore, checkpoint: Make) -> None:
    for update in (1, 2, 3):
        path = store.save(checkpoint(update))
    data = (path / "policy.safetensors").read_bytes()
    (path / "policy.safetensors").write_bytes(data[:-1])
    warnings: list[str] = []
    assert store.newest(warn=warnings.append).manifest.update == 2
    assert len(warnings) == 1
    assert "000003 is damaged: policy.safetensors is truncated" in warnings[0]
    for other in store.paths():
        (other / "checkpoint.json").write_text("{}")
    with pytest.raises(CheckpointError, match=r"no checkpoint in .* is valid"):
        store.newest(warn=warnings.append)


def test_no_checkpoint_is_told(store: CheckpointStore, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"there is no checkpoint in .* yet"):
        store.newest()
    with pytest.raises(CheckpointError, match="is not a checkpoint"):
        read_checkpoint(tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_truncated_anywhere(store: CheckpointStore, checkpoint: Make, name: str) -> None:
    file = store.save(checkpoint(1)) / name
    data = file.read_bytes()
    for size in sorted({0, 1, 7, 8, 9, 50, *range(0, len(data), 97), len(data) - 1}):
        file.write_bytes(data[:size])
        with pytest.raises(CheckpointError, match="damaged") as caught:
            store.newest()
        assert "\n" not in str(caught.value)
        assert str(file.parent) in str(caught.value)


@pytest.mark.parametrize("name", FILES)
def test_every_flipped_bit_is_noticed(store: CheckpointStore, checkpoint: Make, name: str) -> None:
    file = store.save(checkpoint(1, size=4)) / name
    data = file.read_bytes()
    places = range(len(data)) if name != "checkpoint.json" else range(0, len(data), 3)
    for place in places:
        changed = bytearray(data)
        changed[place] ^= 1 << (place % 8)
        file.write_bytes(changed)
        # White space and such in JSON may change without changing what it says
        try:
            same = name == "checkpoint.json" and json.loads(changed) == json.loads(data)
        except ValueError:
            same = False
        if not same:
            with pytest.raises(CheckpointError):
                read_checkpoint(file.parent)


def test_mutated_manifests_are_refused(checkpoint: Make) -> None:
    random, whole = Random(4), checkpoint().manifest.to_json()
    for _ in range(2000):
        data = bytearray(whole)
        for _ in range(random.randint(1, 4)):
            place = random.randrange(len(data))
            data[place : place + random.randint(0, 6)] = random.randbytes(random.randint(1, 6))
        try:
            found = Manifest.from_json(bytes(data))
        except ValueError:
            continue
        assert found == Manifest.from_json(whole)  # one blank for another, for one


def test_a_well_formed_manifest_of_wrong_types_is_refused(checkpoint: Make) -> None:
    from object_tracker_agent.checkpoints.manifest import _checksum

    good = json.loads(checkpoint().manifest.to_json())
    for changes in (
        {"update": "1"},
        {"steps": True},
        {"random": {}},
        {"files": {"a": {"size": 1}}},
        {"more": 1},
    ):
        values = {**good, **changes}
        values.pop("checksum")
        values["checksum"] = _checksum(values)
        with pytest.raises(ValueError, match=r"\w+"):
            Manifest.from_json(json.dumps(values).encode())


def test_files_may_not_be_exchanged(store: CheckpointStore, checkpoint: Make) -> None:
    path = store.save(checkpoint(1))
    shutil.copy(path / "optimizer.safetensors", path / "policy.safetensors")
    with pytest.raises(CheckpointError, match=r"policy\.safetensors"):
        read_checkpoint(path, optimizer=False)


def test_manifests_of_format_1_are_still_read(store: CheckpointStore, checkpoint: Any) -> None:
    values = json.loads((store.save(checkpoint()) / MANIFEST).read_bytes())
    del values["account"], values["checksum"]
    values |= {"format": 1, "consumed": {"0": [3, 41], "far-1": [1, 0]}}
    manifest = Manifest.from_json(signed(values))
    assert manifest.account == {"0/3": {"made": 42, "earlier": 42}, "far-1/1": {"made": 1, "earlier": 1}}
    assert Manifest.from_json(manifest.to_json()) == manifest
    for odd in (3, {"0": 3}, {"0": [1]}, {"0": [1, "x"]}, {"0": [0, 1]}, {"a b": [1, 1]}, {"0": [1, -5]}):
        with pytest.raises(ValueError, match="of a wrong kind"):
            Manifest.from_json(signed(values | {"consumed": odd}))


def signed(values: dict[str, Any]) -> bytes:
    text = json.dumps(values, sort_keys=True, separators=(",", ":")).encode()
    return json.dumps(values | {"checksum": hashlib.sha256(text).hexdigest()}).encode()

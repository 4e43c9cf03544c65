"""Runs and their prefix: taken up on another machine, claimed by one trainer, whatever is in the way."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from s3_server import BUCKET, S3Server

from object_tracker_agent.checkpoints import Checkpoint, read_checkpoint
from object_tracker_agent.errors import UserError
from object_tracker_agent.runs import Run, prepare_run
from object_tracker_agent.storage import DamagedError, S3Prefix, UnavailableError
from object_tracker_agent.storage.checkpoints import S3Checkpoints
from object_tracker_agent.storage.claim import HeldClaim, LostClaimError
from object_tracker_agent.storage.run import begin_uploads, prepare_saved_run, saved_run, uploading
from object_tracker_agent.storage.uploader import Uploader

URI = f"s3://{BUCKET}/tracker/one"
PREFIX = "tracker/one"


def never() -> bool:
    return False


class Session:
    """A run with its uploader, and what it said."""

    def __init__(self, run: Run, keep: int = 3) -> None:
        self.run, self.said = run, []  # type: ignore[var-annotated]
        self.uploader: Uploader = begin_uploads(run, URI, keep, self.said.append)

    def save(self, checkpoint: Checkpoint) -> None:
        self.uploader.offer(self.run.checkpoints.save(checkpoint))

    def wait(self, update: int) -> None:
        end = time.monotonic() + 30
        while self.uploader.uploaded != update:
            assert time.monotonic() < end, self.said
            time.sleep(0.02)


@pytest.fixture
def run(tmp_path: Path, s3: S3Server) -> Run:
    return prepare_run(tmp_path / "run", "approach", seed=3)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_a_fresh_machine_goes_on_with_the_run(run: Run, make_checkpoint, tmp_path: Path) -> None:
    session = Session(run)
    session.save(make_checkpoint(1))
    session.wait(1)
    session.save(make_checkpoint(2))
    session.uploader.finish(never)

    taken = prepare_saved_run(URI, tmp_path / "elsewhere")
    assert taken.settings.run_id == run.settings.run_id
    assert taken.settings.seed == 3
    assert taken.load_preset() == run.load_preset()
    for name in ("checkpoint.json", "policy.safetensors", "optimizer.safetensors"):
        there = (taken.checkpoints.folder / "000002" / name).read_bytes()
        assert there == (run.checkpoints.folder / "000002" / name).read_bytes()
    Session(taken).uploader.finish(never)  # released, so taken at once
    again = prepare_saved_run(URI, tmp_path / "elsewhere", "approach")  # and once more, from its folder
    assert again.folder == taken.folder


def test_a_run_goes_on_from_its_folder_while_s3_is_away(
    run: Run, make_checkpoint, tmp_path: Path, s3: S3Server
) -> None:
    with uploading(run, URI, 3, False) as offer:
        offer(run.checkpoints.save(make_checkpoint(1)))
    unsaved = prepare_run(tmp_path / "unsaved", "approach")
    unsaved.checkpoints.save(make_checkpoint(1))
    s3.refusing = True
    taken = prepare_saved_run(URI, run.folder)
    assert taken.settings.run_id == run.settings.run_id
    session = Session(taken)
    session.save(make_checkpoint(2))
    for folder in (tmp_path / "new", unsaved.folder):
        with pytest.raises(UnavailableError, match="S3 is not ready"):
            prepare_saved_run(URI, folder)
    s3.refusing = False
    session.wait(2)
    session.uploader.finish(never)


def test_what_is_refused_leaves_nothing_behind(run: Run, make_checkpoint, tmp_path: Path) -> None:
    assert saved_run(URI) is None
    with uploading(run, URI, 3, False) as offer:
        offer(run.checkpoints.save(make_checkpoint(1)))
    target = tmp_path / "elsewhere"
    with pytest.raises(UserError, match="use resume:=true or another s3_uri"):
        prepare_saved_run(URI, target, resume=False)
    with pytest.raises(UserError, match="is of preset 'approach', not 'upstream'"):
        prepare_saved_run(URI, target, "upstream")
    with pytest.raises(UserError, match="was started with seed 3, not 4"):
        prepare_saved_run(URI, target, seed=4)
    assert not target.exists()
    other = prepare_run(tmp_path / "other", "approach")
    other.checkpoints.save(make_checkpoint(1))
    with pytest.raises(UserError, match="holds the checkpoints of another run"):
        prepare_saved_run(URI, other.folder)
    with pytest.raises(UserError, match="holds the checkpoints of another run"):
        Session(other)


def test_the_last_ones_stay_and_what_a_pointer_names(run: Run, make_checkpoint, prefix: S3Prefix) -> None:
    session = Session(run, keep=2)
    for update in range(1, 6):
        session.save(make_checkpoint(update))
        session.wait(update)
    session.uploader.finish(never)
    folders = {key.split("/")[3][:6] for key in prefix.keys("model/checkpoints")}
    assert folders == {"000004", "000005"}
    found = S3Checkpoints(prefix).pointer("latest")
    assert found is not None
    assert found[0].update == 5


def test_a_damaged_object_is_refused(run: Run, make_checkpoint, s3: S3Server, prefix: S3Prefix) -> None:
    with uploading(run, URI, 3, False) as offer:
        offer(run.checkpoints.save(make_checkpoint(1)))
    store, client = S3Checkpoints(prefix), s3.client()
    for key in prefix.keys("model/checkpoints"):
        data = prefix.read(key).data
        for changed in (data[:-1], data + b"x", data[:40] + bytes([data[40] ^ 1]) + data[41:], b""):
            client.put_object(Bucket=BUCKET, Key=f"{PREFIX}/{key}", Body=changed)
            with pytest.raises(DamagedError):
                store.download("latest")
        client.delete_object(Bucket=BUCKET, Key=f"{PREFIX}/{key}")
        with pytest.raises(DamagedError):
            store.download("latest")
        client.put_object(Bucket=BUCKET, Key=f"{PREFIX}/{key}", Body=data)
    read_checkpoint(store.download("latest"))
    pointer = prefix.read("model/latest.json").data
    for bad in (
        b"", b"[]", b"{}", pointer[:-3], b"[" * 100_000,
        pointer.replace(run.settings.run_id.encode(), b"../../../../etc"),
        pointer.replace(b'"update": 1', b'"update": -1'),
        pointer.replace(b'"update": 1', b'"update": true'),
        pointer.replace(b'"update": 1', b'"update": 1e99'),
        b"x" * 100_000,
    ):  # fmt: skip
        client.put_object(Bucket=BUCKET, Key=f"{PREFIX}/model/latest.json", Body=bad)
        with pytest.raises(DamagedError):
            store.download("latest")


def test_a_trainer_killed_is_followed_at_once_by_its_own_folder(run: Run, make_checkpoint) -> None:
    killed = Session(run)
    killed.save(make_checkpoint(1))
    killed.wait(1)
    began = Session(run)  # the killed one has released nothing
    assert began.said == []
    began.save(make_checkpoint(2))
    began.wait(2)
    killed.save(make_checkpoint(3))  # it was not dead: it has lost the prefix
    end = time.monotonic() + 20
    while not killed.said:
        assert time.monotonic() < end
        time.sleep(0.05)
    with pytest.raises(LostClaimError, match="another trainer has taken over"):
        killed.save(make_checkpoint(3))
    began.uploader.finish(never)
    assert saved_run(URI).latest.update == 2  # type: ignore[union-attr]


def test_two_machines_at_once(run: Run, prefix: S3Prefix) -> None:
    """Another holder of the same run gets the prefix of a dead trainer and is refused by a living one."""
    first = HeldClaim(prefix, run.settings.run_id, "a" * 16, {})
    first.acquire(print)
    alive = True

    def renew() -> None:
        while alive:
            first.renew()
            time.sleep(0.1)

    thread = threading.Thread(target=renew)
    thread.start()
    second = HeldClaim(prefix, run.settings.run_id, "b" * 16, {})
    try:
        with pytest.raises(UserError, match="another trainer writes run"):
            second.acquire(print, expiry=5)
    finally:
        alive = False
        thread.join()
    said: list[str] = []
    second.acquire(said.append, expiry=0.5)
    assert "was held by another trainer" in said[0]
    with pytest.raises(LostClaimError):
        first.renew()
    second.renew()


def test_s3_away_does_not_stop_the_training(run: Run, make_checkpoint, s3: S3Server) -> None:
    session = Session(run)
    s3.refusing = True
    for update in range(1, 4):
        begun = time.monotonic()
        session.save(make_checkpoint(update))
        assert time.monotonic() - begun < 5  # far less than the client's own patience
    end = time.monotonic() + 60
    while not session.said:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert "no checkpoint goes to S3 now, training goes on" in session.said[0]
    s3.refusing = False
    session.uploader.finish(never)
    assert session.uploader.uploaded == 3  # those superseded were skipped
    assert "is there again" in session.said[-1]


def test_what_was_not_uploaded_is_said(run: Run, make_checkpoint, s3: S3Server) -> None:
    session = Session(run)
    s3.stop()
    session.save(make_checkpoint(1))
    with pytest.raises(UserError, match=r"000001 is not in .*none is.*upload_checkpoint --run-dir"):
        session.uploader.finish(never, patience=12)
    s3.start()
    again = Session(run)  # the way out that it names
    again.uploader.offer(run.checkpoints.paths()[-1])
    again.uploader.finish(never)
    assert saved_run(URI).latest.update == 1  # type: ignore[union-attr]


def test_a_run_that_had_the_prefix_begins_without_s3(run: Run, make_checkpoint, s3: S3Server) -> None:
    Session(run).uploader.finish(never)
    s3.stop()
    session = Session(run)
    assert "training goes on" in session.said[0]
    session.save(make_checkpoint(1))
    s3.start()
    session.wait(1)
    session.uploader.finish(never)

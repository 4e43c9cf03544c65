"""Run folders: created, taken up, refused with one line that says what to do."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from object_tracker_agent.checkpoints import Checkpoint
from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import Preset, load_preset
from object_tracker_agent.runs import Run, RunLock, newest_run, open_run, prepare_run

Make = Callable[..., Checkpoint]


def refused(*arguments: object, match: str, **options: object) -> None:
    with pytest.raises(UserError, match=match) as caught:
        prepare_run(*arguments, **options)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def trained(folder: Path, checkpoint: Make, update: int = 1, **options: object) -> Run:
    run = prepare_run(folder, **options)  # type: ignore[arg-type]
    run.checkpoints.save(checkpoint(update))
    return run


def test_creates(tmp_path: Path) -> None:
    run = prepare_run(tmp_path / "a" / "b", "upstream", "empty", 5, 1000, arenas=3, workers=2, device="cpu")
    assert open_run(tmp_path / "a" / "b") == run
    assert (run.settings.preset, run.settings.seed, run.settings.total_steps) == ("upstream", 5, 1000)
    assert (run.settings.arenas, run.settings.workers, run.settings.status) == (3, 2, "prepared")
    assert run.load_preset() == load_preset("upstream")
    assert run.logs.is_dir()


def test_defaults_come_from_the_preset(tmp_path: Path) -> None:
    training = load_preset("approach").training
    settings = prepare_run(tmp_path / "run").settings
    assert (settings.preset, settings.world, settings.seed) == ("approach", "empty", 0)
    assert (settings.total_steps, settings.arenas) == (training.total_steps, training.arenas)
    assert prepare_run(tmp_path / "hard", "follow_hard").settings.world == "arena"


def test_policy_lag_is_the_presets_the_runs_or_the_wish(tmp_path: Path, checkpoint: Make) -> None:
    assert load_preset("approach").algorithm.max_policy_lag == 1
    assert prepare_run(tmp_path / "preset").settings.max_policy_lag == 1
    strict = trained(tmp_path / "run", checkpoint, max_policy_lag=0)
    assert strict.settings.max_policy_lag == 0
    assert strict.load_preset() == load_preset("approach")  # so that `approach` still names its checkpoints
    assert prepare_run(tmp_path / "run", "approach").settings.max_policy_lag == 0
    assert prepare_run(tmp_path / "run", max_policy_lag=2).settings.max_policy_lag == 2
    assert open_run(tmp_path / "run").settings.max_policy_lag == 2


def test_folder_is_named_by_preset_and_time(tmp_path: Path) -> None:
    names = [prepare_run(None, "upstream", root=tmp_path / "runs").folder.name for _ in range(3)]
    assert len(set(names)) == 3
    assert all(name.startswith("upstream-20") for name in names)


def test_run_without_checkpoint_is_started_anew(tmp_path: Path) -> None:
    first = prepare_run(tmp_path / "run", seed=1)
    second = prepare_run(tmp_path / "run", "upstream", seed=2, resume=False)
    assert second.settings.run_id != first.settings.run_id
    assert open_run(tmp_path / "run").load_preset().name == "upstream"


def test_resumes(tmp_path: Path, checkpoint: Make) -> None:
    first = trained(tmp_path / "run", checkpoint, seed=4, total_steps=1000)
    again = prepare_run(tmp_path / "run", workers=3, arenas=2)
    assert again.settings.run_id == first.settings.run_id
    assert (again.settings.seed, again.settings.total_steps) == (4, 1000)
    assert (again.settings.workers, again.settings.arenas) == (3, 2)
    assert prepare_run(tmp_path / "run", "approach", "empty", 4, 5000).settings.total_steps == 5000


def test_resume_refusals(tmp_path: Path, checkpoint: Make) -> None:
    folder = tmp_path / "run"
    trained(folder, checkpoint, seed=4, total_steps=1000)
    refused(folder, resume=False, match="has a checkpoint; use resume:=true or another output_dir")
    refused(folder, "upstream", match="of preset 'approach', not 'upstream'; leave preset out")
    refused(folder, world="maze", match="started with world empty, not maze; leave world out")
    refused(folder, seed=5, match="started with seed 4, not 5; leave seed out")
    changed = tmp_path / "changed.yaml"
    values = load_preset("approach").to_dict()
    values["algorithm"]["epochs"] += 1
    changed.write_text(Preset.from_dict(values).to_yaml())
    refused(folder, str(changed), match=r"another 'approach': the two differ in algorithm\.epochs")


def test_finished_run_says_how_to_go_on(tmp_path: Path, checkpoint: Make) -> None:
    trained(tmp_path / "run", checkpoint, update=10, total_steps=1000)
    refused(tmp_path / "run", match=r"is finished: 1000 steps done of 1000; to go on .*total_steps:=2000")
    refused(tmp_path / "run", total_steps=900, match="is finished: 1000 steps done of 900")
    assert prepare_run(tmp_path / "run", total_steps=1001).settings.total_steps == 1001


def test_run_whose_checkpoints_are_all_damaged(tmp_path: Path, checkpoint: Make) -> None:
    run = trained(tmp_path / "run", checkpoint)
    (run.checkpoints.paths()[0] / "policy.safetensors").write_bytes(b"")
    refused(run.folder, match="no checkpoint in .* is valid")


def test_bad_folders(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    refused(tmp_path / "file", match="is a file")
    refused(tmp_path, match="neither empty nor a run folder")
    refused(tmp_path / "file" / "run", match="cannot create the run folder")
    prepare_run(tmp_path / "run")
    (tmp_path / "run" / "run.json").write_text("{")
    refused(tmp_path / "run", match="run.json is damaged")
    (tmp_path / "run" / "run.json").write_text('{"format": 99}')
    refused(tmp_path / "run", match="is not a run of format 1")


def test_folder_that_refuses_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "run").mkdir()
    if os.geteuid() == 0:
        # root may write anywhere: let the system's answer on a read-only disk stand in
        def refuse(*_: object) -> int:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))

        monkeypatch.setattr(Path, "write_bytes", refuse)
    else:
        (tmp_path / "run").chmod(0o500)
    refused(tmp_path / "run", match="cannot write to the run folder .* choose a folder you may write to")


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"arenas": 0}, "arenas is 0, but must be a whole number from 1 to 16"),
        ({"arenas": 17}, "arenas is 17"),
        ({"seed": -1}, "seed is -1"),
        ({"total_steps": 0}, "total_steps is 0"),
        ({"workers": -1}, "workers is -1"),
        ({"max_policy_lag": -1}, "max_policy_lag is -1, but must be a whole number from 0 to 1000"),
        ({"device": "tpu"}, "device is 'tpu', but must be cpu, cuda or auto"),
        ({"preset": "aproach"}, "did you mean 'approach'"),
    ],
)
def test_bad_values(tmp_path: Path, options: dict[str, object], match: str) -> None:
    refused(tmp_path / "run", match=match, **options)
    assert not (tmp_path / "run").exists()


def test_newest_run(tmp_path: Path, checkpoint: Make) -> None:
    with pytest.raises(UserError, match="there is no run with a checkpoint in"):
        newest_run(tmp_path / "runs")
    old = trained(tmp_path / "runs" / "old", checkpoint)
    new = trained(tmp_path / "runs" / "new", checkpoint)
    prepare_run(tmp_path / "runs" / "without")
    (tmp_path / "runs" / "else").mkdir()
    os.utime(old.folder / "run.json", (1, 1))
    assert newest_run(tmp_path / "runs") == new.folder
    assert newest_run(tmp_path / "runs", with_checkpoint=False).name == "without"
    old.with_settings(status="stopped")
    assert newest_run(tmp_path / "runs") == old.folder


def test_live_run_is_reached_by_its_folder(tmp_path: Path) -> None:
    run = prepare_run(tmp_path / "run")
    with pytest.raises(UserError, match="is not being trained now"):
        run.redis_url()
    with RunLock(run.folder):
        with pytest.raises(UserError, match="is still starting"):
            run.redis_url()
        run.announce("unix:///x/redis.sock")
        assert run.redis_url() == "unix:///x/redis.sock"
        refused(run.folder, match=f"is being trained by process {os.getpid()}")
    with pytest.raises(UserError, match="is not being trained now"):
        run.redis_url()


def test_lock_goes_with_its_holder(tmp_path: Path) -> None:
    import subprocess

    code = (
        "import sys, time; sys.path[:0] = sys.argv[2:]; from pathlib import Path; "
        "from object_tracker_agent.runs import RunLock; "
        "lock = RunLock(Path(sys.argv[1])).acquire(); print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path, *sys.path], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    lock = RunLock(tmp_path)
    assert lock.is_held()
    with pytest.raises(
        UserError, match=f"is being trained by process {holder.pid}; stop that training first"
    ):
        lock.acquire()
    holder.kill()
    holder.communicate()
    assert not lock.is_held()
    with lock:
        assert lock.path.read_text() == f"{os.getpid()}\n"

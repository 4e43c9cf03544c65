"""What the status looks like, and what it refuses to show."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from rich.console import Console

from object_tracker_agent.errors import UserError
from object_tracker_agent.status.report import CheckpointStatus, FragmentAccount, Status, WorkerStatus
from object_tracker_agent.status.settings import StatusOptions
from object_tracker_agent.status.show import render
from object_tracker_agent.training.figures import TrainerFigures, WorkerFigures
from object_tracker_agent.training.messages import MessageError


def shown(status: Status) -> str:
    text = io.StringIO()
    Console(file=text, width=400).print(render(status))
    return text.getvalue()


def status(**changes: Any) -> Status:
    account = FragmentAccount(20, 17, {"stale": 2, "malformed": 1}, 4, 5, 6, 16)
    worker = WorkerStatus("a", True, 2, 6, 7, 1, 8, 48, 123.4, "host", 1.2)
    values: dict[str, Any] = {
        "source": "/runs/[red]x", "run_id": "0" * 16, "preset": "approach", "status": "running", "update": 8,
        "steps": 8192, "total_steps": 100_000, "max_policy_lag": 1, "steps_per_second": 812.0,
        "policy_lag": 0.5, "reward": 2.34, "success": 0.451, "fragments": account,
        "checkpoint": CheckpointStatus(8, 130.0, "/runs/x/checkpoints/000008"),
        "workers": (worker, WorkerStatus("b", False, 1, 0)), "trainer_seen_seconds_ago": 0.4,
    }  # fmt: skip
    return Status(**{**values, **changes})


def test_says_everything() -> None:
    text = shown(status())
    for part in (
        "approach, running, waiting for experience",
        "/runs/[red]x",  # no markup
        "8,192 of 100,000 (8 %), 812 steps/s",
        "version 8; the last update's experience was 0.50 versions old on average (limit 1)",
        "last 100: reward 2.34, success 45 %",
        "20 in: 17 used, 3 dropped (2 stale: its policy was older than max_policy_lag; 1 malformed: not a",
        "4 never came; 5 wait for the next updates of 16 each, 6 are being made",
        "update 8, 2 min ago, /runs/x/checkpoints/000008",
        "1 alive, 1 gone",
    ):
        assert part in text
    assert [line.split()[:1] for line in text.splitlines()[-3:-1]] == [["a"], ["b"]]
    assert "computing an update" in shown(status(updating=True))


def test_what_is_not_known_is_left_out() -> None:
    empty = status(
        steps_per_second=None, policy_lag=None, reward=None, success=None, fragments=FragmentAccount(),
        checkpoint=None, workers=(), trainer_seen_seconds_ago=None, status="starting", remark="not there yet",
    )  # fmt: skip
    text = shown(empty)
    assert "None" not in text
    assert "none yet" in text
    assert "not there yet" in text


def test_many_workers_stay_readable() -> None:
    workers = tuple(WorkerStatus(str(number), True, 1, 0) for number in range(1000))
    text = shown(status(workers=workers))
    assert "1000 alive" in text
    assert "960 more: --json" in text
    assert len(text.splitlines()) < 60


def test_json_has_the_numbers_scripts_ask_for() -> None:
    values = json.loads(json.dumps(status().to_dict()))
    assert values["workers_alive"] == 1
    assert values["fragments_dropped"] == 3
    assert values["fragments"]["dropped"] == {"stale": 2, "malformed": 1}
    assert values["workers"][0]["steps_per_second"] == 123.4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"run": "x", "redis_url": "unix:///y"}, "give one of them"),
        ({"interval": 0.0}, "--interval must be from 0.2 to 3600 s, not 0.0"),
        ({"interval": float("nan")}, "--interval must be"),
        ({"secret_file": "x"}, "--secret-file is of use with --redis-url alone"),
        ({"redis_ca": "system"}, "--redis-ca is of use with --redis-url alone"),
    ],
)
def test_bad_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        StatusOptions(**options)


@pytest.mark.parametrize(
    "change",
    [
        {"update": -1}, {"update": True}, {"update": 2**60}, {"steps": 1.5}, {"counters": {"used": "1"}},
        {"counters": {"a\x1b[31m": 1}}, {"counters": {str(n): n for n in range(51)}}, {"policy_lag": "1"},
        {"steps_per_second": float("nan")}, {"more": 1}, {"reward": []},
    ],
    ids=lambda change: str(change)[:40],
)  # fmt: skip
def test_figures_that_somebody_else_wrote(change: dict[str, Any]) -> None:
    good = TrainerFigures(3, 3072, {"used": 48}, 0.2, 812.5, 0.5, None, None)
    assert TrainerFigures.from_bytes(good.to_bytes()) == good
    with pytest.raises(MessageError):
        TrainerFigures.from_bytes(json.dumps(json.loads(good.to_bytes()) | change).encode())


@pytest.mark.parametrize(
    "data",
    [b"", b"null", b"[]", b"\xff", b"[" * 10_000, b'{"host": "a"}', b" " * 20_000],
    ids=lambda d: str(d)[:9],
)
def test_figures_that_are_none(data: bytes) -> None:
    with pytest.raises(MessageError):
        WorkerFigures.from_bytes(data)


def test_a_hosts_name_does_not_write_to_the_terminal() -> None:
    good = WorkerFigures(1, 2, 8, 16, 100.0, "box")
    assert WorkerFigures.from_bytes(good.to_bytes()) == good
    with pytest.raises(MessageError):
        WorkerFigures.from_bytes(WorkerFigures(1, 2, 8, 16, 100.0, "\x1b]0;x").to_bytes())

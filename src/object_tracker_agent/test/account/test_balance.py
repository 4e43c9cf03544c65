"""An account that does not add up is told so, whichever record is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from object_tracker_agent.account.account_main import main
from object_tracker_agent.account.balance import balance
from object_tracker_agent.checkpoints import Checkpoint, Manifest, RandomStates
from object_tracker_agent.presets import load_preset
from object_tracker_agent.runs import Run, prepare_run

LINEAGE = [
    {"update": 0, "account": {}},
    {"update": 1, "used": {"0/1": [[0, 1]], "1/1": [[0, 0]]}},
    {"update": 2, "used": {"0/1": [[3, 3], [5, 5]], "0/2": [[0, 0]]}, "stale": {"0/1": [[2, 2]]}},
    {"update": 3, "used": {"0/2": [[1, 3]]}, "missing": {"0/1": [[4, 4]]}},
]
ACCOUNT = {
    "0/1": {"made": 6, "used": 4, "stale": 1, "missing": 1},
    "0/2": {"made": 4, "used": 4},
    "1/1": {"made": 1, "used": 1},
}
LEDGER = {"0-1": 6, "0-2": 5, "0-3": 1}  # worker 1 is on another machine


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = prepare_run(tmp_path / "run")
    write(run)
    return run


def write(run: Run, lineage: Any = LINEAGE, account: Any = ACCOUNT, ledger: Any = LEDGER) -> None:
    states = RandomStates.from_generators(np.zeros(4, np.uint8), np.random.RandomState(0).get_state())
    preset = load_preset("approach").to_dict()
    steps = 9 * preset["algorithm"]["fragment_steps"]
    manifest = Manifest(3, steps, 0, preset, account, {}, [], states)
    run.checkpoints.save(Checkpoint(manifest, {"w": np.zeros(3, np.float32)}, {}))
    run.lineage_file.write_text("".join(json.dumps(line) + "\n" for line in lineage))
    run.ledger.mkdir(exist_ok=True)
    for name, made in ledger.items():
        (run.ledger / name).write_text(f"{made:016d}\n")


def test_balances(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    found = balance(run)
    assert found.problems == []
    assert found.lives["0/2"] == {"made": 5, "used": 4, "unused": 1}
    assert found.totals() == {"made": 13, "used": 9, "stale": 1, "missing": 1, "unused": 2}
    assert main(["--run-dir", str(run.folder), "--json", str(run.folder / "account.json")]) == 0
    assert "balances: every fragment" in capsys.readouterr().out
    assert json.loads((run.folder / "account.json").read_text())["totals"]["made"] == 13


def test_lines_after_the_newest_checkpoint_do_not_count(run: Run) -> None:
    write(run, [*LINEAGE, {"update": 4, "used": {"0/2": [[0, 4]]}}])
    assert balance(run).problems == []
    with run.lineage_file.open("a") as file:
        file.write('{"update": 5, "us')  # its writer was killed
    assert balance(run).problems == []


def changed(update: int, **fates: Any) -> list[dict[str, Any]]:
    return [line | fates if line["update"] == update else line for line in LINEAGE]


@pytest.mark.parametrize(
    ("records", "problem"),
    [
        ({"lineage": changed(3, used={"0/2": [[0, 2]]})}, "0/2: fragment 0 has two fates"),
        ({"lineage": changed(3, used={"0/2": [[2, 4]]})}, "0/2: fragments 1 to 1 have no fate"),
        ({"lineage": changed(3, missing={})}, "0/1: fragments 4 to 4 have no fate"),
        ({"lineage": changed(3, used={"0/2": [[1, 4]]})}, "0/2: the updates add up to {'used': 5}, not"),
        ({"lineage": LINEAGE[:-1]}, "lineage.jsonl does not lead to the newest checkpoint, update 3"),
        ({"lineage": []}, "lineage.jsonl does not lead to"),
        ({"lineage": changed(3, used=3)}, "lineage.jsonl is damaged"),
        ({"ledger": LEDGER | {"0-2": 3}}, "0/2: 4 fragments have a fate, but only 3 were made"),
        (
            {"account": ACCOUNT | {"1/1": {"made": 1, "stale": 1}}},
            "1/1: the updates add up to {'used': 1}, not {'stale': 1}",
        ),
        ({"account": ACCOUNT | {"1/1": {"made": 1, "stale": 1}}}, "8 fragments of 64 steps were used, but"),
    ],
)
def test_says_what_does_not_add_up(
    run: Run, records: dict[str, Any], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(run, **records)
    assert any(line.startswith(problem) for line in balance(run).problems), balance(run).problems
    assert main(["--run-dir", str(run.folder)]) == 1
    assert "does not balance: " in capsys.readouterr().err

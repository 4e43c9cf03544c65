"""However a launch ends, nothing of it is left within 15 s, and the next start goes on where it was."""

from __future__ import annotations

import re
import time

import pytest

from .launched import Launched, launched

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
TRAINING = "distributed_training.launch.py"


def ctrl_c(training: Launched) -> None:
    training.ctrl_c()


def ctrl_c_twice(training: Launched) -> None:
    training.ctrl_c()
    time.sleep(0.5)
    training.ctrl_c()


def sigterm(training: Launched) -> None:
    training.process.terminate()


def kill(training: Launched) -> None:
    training.process.kill()


def test_stopped_in_every_way_and_resumed(tmp_path, tiny):
    settings = [f"preset:={tiny}", f"output_dir:={tmp_path / 'run'}", "total_steps:=1000000"]
    durable = 0
    for stop in (ctrl_c, ctrl_c_twice, sigterm, kill, None):
        with launched(tmp_path, TRAINING, *settings) as training:
            first = updates(training.wait_for("update "))[0]
            assert first == durable + 1, f"before {stop}: began with update {first} after {durable}"
            if stop is None:
                break
            stop(training)
            training.wait_until_gone(15)
            status = training.wait()
            assert training.open_ports == set()
            if stop in (ctrl_c, ctrl_c_twice):
                assert status == 0, training.output
        checkpoints = sorted(
            int(path.name) for path in (tmp_path / "run/checkpoints").iterdir() if path.name.isdigit()
        )
        durable = checkpoints[-1]
        assert durable >= updates(training.output)[-1]


def updates(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"update (\d+): ", text)]

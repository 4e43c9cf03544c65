"""What comes out of measured segments, and what the command refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from object_tracker_agent.benchmark.figures import figures
from object_tracker_agent.benchmark.main import main
from object_tracker_agent.benchmark.measure import Segment
from object_tracker_agent.benchmark.raw_limit import RawLimit
from object_tracker_agent.benchmark.settings import BenchmarkSettings


def segment(seconds: float, raw: tuple[float, float]) -> Segment:
    trainer = {"update": 0.5 * seconds, "waiting": 0.5 * seconds}
    worker = {"simulation": 0.75 * seconds, "inference": 0.25 * seconds}
    return Segment(2, seconds, 2000, raw, trainer, worker)


def test_speed_ratio_and_parts() -> None:
    segments = [segment(2.0, (2000, 2000)), segment(4.0, (2000, 1000)), segment(2.5, (1000, 1000))]
    result = figures(segments)
    assert result["env_steps_per_s"] == 800  # of 1000, 500 and 800
    assert result["raw_steps_per_s"] == 1500  # of 2000, 2000, 1000 and 1000
    assert result["ratio"] == 0.5  # of 0.5, 500 / 1500 and 0.8
    assert result["parts"]["worker"] == {
        "simulation": 0.75, "inference": 0.25, "transport": 0, "waiting": 0, "other": 0,
    }  # fmt: skip
    assert result["parts"]["trainer"]["update"] == 0.5
    assert sum(result["parts"]["trainer"].values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (["--arenas", "17"], "--arenas must be from 1 to 16, or 0 for the preset's, not 17"),
        (["--updates", "0"], "--updates must be from 1 to 10000, not 0"),
        (["--updates", "many"], "'many'"),
        (["--preset", "aproach"], "no preset 'aproach'; did you mean 'approach'?"),
        (["--json", "/none/such/file.json"], "--json: cannot write /none/such/file.json: No such file"),
        (["--jason", "x"], "--jason"),
    ],
)
def test_refused_in_one_line(
    line: list[str], message: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "object_tracker_agent.benchmark.main.raise_on_stop", lambda: None
    )  # pytest's own stay
    assert main(line) == 1
    (error,) = capsys.readouterr().err.splitlines()
    assert error.startswith("error: ")
    assert message in error


def test_defaults() -> None:
    assert BenchmarkSettings() == BenchmarkSettings(json="", preset="approach", arenas=0, updates=16)


def test_the_raw_limit_is_that_of_the_trainings_world(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "raw_limit"
    program.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\n'
        'echo \'{"seconds": 0}\'\nread steps\necho \'{"seconds": 2}\'\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr(
        "object_tracker_agent.benchmark.raw_limit.find_executable", lambda package, name: program
    )
    with RawLimit("follow_hard", 4, "arena") as raw:
        assert raw.measure(10) == 20.0
    said = (tmp_path / "arguments").read_text()
    assert said == "--preset follow_hard --arenas 4 --world arena\n"

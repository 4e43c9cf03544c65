"""Command lines from dataclasses."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from object_tracker_agent.command_line import option, parse
from object_tracker_agent.errors import UserError


@dataclass(frozen=True)
class Arguments:
    """Do something."""

    run_dir: str = option("where")
    trials: int = option("how many", 20)
    rate: float = option("how fast", 0.5)
    device: str = option("on what", "auto", ("auto", "cpu"))
    untrained: bool = option("without weights", False)


def test_fields_become_options() -> None:
    assert parse(Arguments, "p", ["--run-dir", "x"]) == Arguments("x")
    line = ["--run-dir=x", "--trials", "3", "--rate", "2", "--device", "cpu", "--untrained"]
    assert parse(Arguments, "p", line) == Arguments("x", 3, 2.0, "cpu", True)


def test_ros_arguments_are_dropped() -> None:
    line = ["--ros-args", "-r", "__node:=n", "--", "--run-dir", "x", "--ros-args", "--params-file", "f"]
    assert parse(Arguments, "p", line) == Arguments("x")


@pytest.mark.parametrize(
    ("line", "match"),
    [
        ([], "--run-dir"),
        (["--run-dir", "x", "--trails", "3"], "--trails"),
        (["--run-dir", "x", "--trials", "many"], "'many'"),
        (["--run-dir", "x", "--device", "tpu"], "tpu"),
        (["--run", "x"], "--run"),
    ],
)
def test_mistakes_are_one_line(line: list[str], match: str) -> None:
    with pytest.raises(UserError, match=match) as caught:
        parse(Arguments, "p", line)
    assert "\n" not in str(caught.value)


def test_help_tells_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(Arguments, "p", ["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    assert "Do something." in text
    assert "how many (default: 20)" in text

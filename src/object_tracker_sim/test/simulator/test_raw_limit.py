"""The program that measures the raw limit when it is asked to."""

from __future__ import annotations

import json
import subprocess

import pytest

from object_tracker_agent.simulation.executables import find_executable

pytestmark = pytest.mark.integration


def raw_limit(questions: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = find_executable("object_tracker_sim", "raw_limit")
    return subprocess.run(
        [program, *arguments], input=questions, capture_output=True, text=True, timeout=120, check=False
    )


def test_an_answer_for_each_line() -> None:
    result = raw_limit("4\n60\n", "--arenas", "2")
    assert result.returncode == 0, result.stderr
    ready, few, many = map(json.loads, result.stdout.splitlines())
    assert ready == {"steps": 0, "seconds": 0.0}
    assert (few["steps"], many["steps"]) == (4, 60)
    assert 0 < few["seconds"] < many["seconds"]


@pytest.mark.parametrize(
    ("questions", "arguments", "message"),
    [
        ("0\n", [], "'0' is no number of batched steps from 1 to 100000"),
        ("", ["--arenas", "17"], "--arenas must be from 1 to 16, not 17"),
        ("", ["--world", "emty"], "did you mean 'empty'?"),
    ],
)
def test_refused_in_one_line(questions: str, arguments: list[str], message: str) -> None:
    result = raw_limit(questions, *arguments)
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    assert message in line

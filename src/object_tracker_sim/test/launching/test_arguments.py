"""Launch arguments: what is accepted, and what a refusal says."""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest
from launch import LaunchContext

from object_tracker_agent.errors import UserError
from object_tracker_sim.launching.arguments import (
    argument,
    launch_description,
    launch_file_given,
    one_of,
    optional,
    positive_number,
    read,
    refuse_unknown,
    true_or_false,
    whole_number,
)


@dataclass(frozen=True)
class Arguments:
    arenas: int = argument("8", "", whole_number(1, 16))
    steps: int | None = argument("", "", optional(whole_number(1)))
    factor: float = argument("1.0", "", positive_number)
    device: str = argument("auto", "", one_of("cpu", "cuda", "auto"))
    resume: bool = argument("true", "", true_or_false)
    folder: str = argument("x", "")


GIVEN = {"arenas": "16", "steps": "", "factor": "0.5", "device": "cpu", "resume": "False", "folder": "a b"}


def test_values_are_converted():
    assert read(Arguments, GIVEN) == Arguments(16, None, 0.5, "cpu", False, "a b")
    assert read(Arguments, {**GIVEN, "steps": "100"}).steps == 100


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("arenas", "0", "arenas is '0', but must be a whole number from 1 to 16"),
        ("arenas", "17", "arenas is '17', but must be a whole number from 1 to 16"),
        ("arenas", "many", "arenas is 'many', but must be a whole number from 1 to 16"),
        ("arenas", "2.0", "arenas is '2.0', but must be a whole number from 1 to 16"),
        ("arenas", "", "arenas is '', but must be a whole number from 1 to 16"),
        ("steps", "0", "steps is '0', but must be a whole number, 1 or more"),
        ("factor", "0", "factor is '0', but must be a number above 0"),
        ("factor", "-1", "factor is '-1', but must be a number above 0"),
        ("factor", "nan", "factor is 'nan', but must be a number above 0"),
        ("factor", "inf", "factor is 'inf', but must be a number above 0"),
        ("device", "gpu", "device is 'gpu', but must be cpu, cuda or auto"),
        ("resume", "yes", "resume is 'yes', but must be true or false"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(name, value, message):
    with pytest.raises(UserError) as error:
        read(Arguments, {**GIVEN, name: value})
    assert str(error.value) == message


def test_an_unknown_name_is_refused_with_the_nearest():
    refuse_unknown(["trials", "seed"], ["trials:=20"])
    with pytest.raises(UserError) as error:
        refuse_unknown(["trials", "seed"], ["seed:=1", "trails:=20"])
    assert (
        str(error.value) == "there is no argument 'trails'; did you mean 'trials'? (arguments: trials, seed)"
    )
    with pytest.raises(UserError) as error:
        refuse_unknown(["trials", "seed"], ["qqq:=20"])
    assert str(error.value) == "there is no argument 'qqq' (arguments: trials, seed)"


def test_a_launch_without_use_for_the_secret_takes_it_out_of_the_environment(monkeypatch):
    monkeypatch.setenv("OBJECT_TRACKER_SECRET", "correct-horse-battery")
    context = LaunchContext()
    context.launch_configurations.update(GIVEN)
    seen = []

    def actions(context, arguments):
        seen.append(os.environ.get("OBJECT_TRACKER_SECRET"))
        return []

    for entity in launch_description("x.launch.py", Arguments, actions).entities:
        entity.execute(context)
    assert seen == [None]


def test_the_launch_file_of_a_command_line():
    assert launch_file_given(["/bin/ros2", "launch", "pkg", "world.launch.py", "a:=b"]) == "world.launch.py"
    assert launch_file_given(["/bin/ros2", "launch", "/x/y.launch.py"]) == "y.launch.py"
    assert launch_file_given(["pytest"]) is None

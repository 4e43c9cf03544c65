"""The original's environment variables: what each becomes, and that a bad value names its variable."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from object_tracker_agent.errors import UserError
from object_tracker_sim.launching import distributed_training, evaluation, rollout
from object_tracker_sim.launching.arguments import argument, read_all, whole_number
from object_tracker_sim.launching.original_environment import TABLE, Value, from_environment, region

BUCKET = {"MODEL_S3_BUCKET": "a-bucket", "MODEL_S3_PREFIX": "/some/prefix/"}


@pytest.mark.parametrize(
    ("file", "name", "environment", "value"),
    [
        ("distributed_training", "s3_uri", BUCKET, Value("s3://a-bucket/some/prefix", "MODEL_S3_BUCKET")),
        ("rollout", "s3_uri", {"MODEL_S3_BUCKET": "a-bucket"}, Value("s3://a-bucket", "MODEL_S3_BUCKET")),
        ("evaluation", "checkpoint", BUCKET, Value("s3://a-bucket/some/prefix", "MODEL_S3_BUCKET")),
        ("evaluation", "checkpoint", {"LOCAL_MODEL_DIRECTORY": "/m"}, Value("/m", "LOCAL_MODEL_DIRECTORY")),
        (
            "distributed_training", "output_dir", {"LOCAL_MODEL_DIRECTORY": "/m"},
            Value("/m", "LOCAL_MODEL_DIRECTORY"),
        ),
        ("distributed_training", "preset", {"MARKOV_PRESET_FILE": "x"}, Value("x", "MARKOV_PRESET_FILE")),
        (
            "distributed_training", "workers", {"NUMBER_OF_ROLLOUT_WORKERS": "3"},
            Value("3", "NUMBER_OF_ROLLOUT_WORKERS"),
        ),
        ("rollout", "workers", {"NUMBER_OF_ROLLOUT_WORKERS": "3"}, None),
        ("evaluation", "trials", {"NUMBER_OF_TRIALS": "7"}, Value("7", "NUMBER_OF_TRIALS")),
        (
            "distributed_training", "node_type", {"NODE_TYPE": "SIMULATION_WORKER"},
            Value("rollout", "NODE_TYPE"),
        ),
        (
            "distributed_training", "node_type", {"NODE_TYPE": "SAGEMAKER_TRAINING_WORKER"},
            Value("trainer", "NODE_TYPE"),
        ),
        ("distributed_training", "s3_uri", {"MODEL_S3_BUCKET": ""}, None),
        ("distributed_training", "seed", BUCKET, None),
        ("world", "arenas", BUCKET, None),
    ],
)  # fmt: skip
def test_what_they_become(file, name, environment, value):
    assert from_environment(file, name, environment) == value


@pytest.mark.parametrize(
    ("file", "name", "environment"),
    [
        ("distributed_training", "s3_uri", {"MODEL_S3_BUCKET": "s3://bucket"}),
        ("distributed_training", "s3_uri", {"MODEL_S3_PREFIX": "a b", "MODEL_S3_BUCKET": "bucket"}),
        ("distributed_training", "node_type", {"NODE_TYPE": "BOSS"}),
        ("distributed_training", "preset", {"MARKOV_PRESET_FILE": "object_tracker.py"}),
    ],
)
def test_a_bad_value_names_its_variable(file, name, environment):
    with pytest.raises(UserError, match=f"^{next(iter(environment))} is '"):
        from_environment(file, name, environment)


def test_the_region_is_told_to_boto3_unless_aws_own_is_set():
    assert region({"ROS_AWS_REGION": "us-west-2"}) == {"AWS_DEFAULT_REGION": "us-west-2"}
    assert region({"ROS_AWS_REGION": "us-west-2", "AWS_REGION": "eu-west-1"}) == {}
    assert region({}) == {}
    with pytest.raises(UserError, match="ROS_AWS_REGION is 'Oregon'"):
        region({"ROS_AWS_REGION": "Oregon"})


@dataclass(frozen=True)
class Arguments:
    trials: int = argument("20", "", whole_number(1))


@pytest.mark.parametrize(
    ("text", "given", "environment", "trials"),
    [
        ("20", [], {}, 20),
        ("20", [], {"NUMBER_OF_TRIALS": "7"}, 7),
        ("20", ["trials"], {"NUMBER_OF_TRIALS": "7"}, 20),
        ("3", ["trials"], {"NUMBER_OF_TRIALS": "7"}, 3),
        ("3", [], {"NUMBER_OF_TRIALS": "7"}, 3),  # included by another launch file
    ],
)
def test_argument_else_variable_else_default(text, given, environment, trials):
    found = read_all("evaluation.launch.py", Arguments, {"trials": text}, given, environment)
    assert found.trials == trials


def test_a_bad_number_names_its_variable():
    with pytest.raises(UserError, match=r"^NUMBER_OF_TRIALS is '0', but must be a whole number, 1 or more"):
        read_all("evaluation.launch.py", Arguments, {"trials": "20"}, [], {"NUMBER_OF_TRIALS": "0"})


def test_every_name_of_the_table_is_an_argument():
    modules = {"distributed_training": distributed_training, "evaluation": evaluation, "rollout": rollout}
    for file, names in TABLE.items():
        assert set(names) <= set(modules[file].Arguments.__dataclass_fields__)

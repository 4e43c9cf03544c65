"""The original sample's environment variables: argument, else variable, else default.

Only here are they looked at. docs/distribution.md has the same table in words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from object_tracker_agent.errors import UserError
from object_tracker_agent.security import refuse_password

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION = re.compile(r"[a-z]{2,3}(-[a-z]+)+-[0-9]+")
REGION = "ROS_AWS_REGION"
BUCKET, PREFIX = "MODEL_S3_BUCKET", "MODEL_S3_PREFIX"
NODE_TYPES = {"SIMULATION_WORKER": "rollout", "SAGEMAKER_TRAINING_WORKER": "trainer"}


@dataclass(frozen=True)
class Value:
    """An argument's text, and the variable it comes from."""

    text: str
    variable: str


def _plain(variable: str) -> Callable[[Mapping[str, str]], Value | None]:
    def read(environment: Mapping[str, str]) -> Value | None:
        return Value(environment[variable], variable) if environment.get(variable) else None

    return read


def _s3_uri(environment: Mapping[str, str]) -> Value | None:
    bucket, prefix = environment.get(BUCKET, ""), environment.get(PREFIX, "").strip("/")
    if not bucket:
        return None
    if not _BUCKET.fullmatch(bucket):
        raise UserError(f"{BUCKET} is '{bucket}', but must be the name of a bucket")
    if any(character.isspace() or not character.isprintable() for character in prefix):
        raise UserError(f"{PREFIX} is {prefix!r}, but must be a key's beginning without spaces")
    return Value(f"s3://{bucket}/{prefix}".rstrip("/"), BUCKET)


def _preset(environment: Mapping[str, str]) -> Value | None:
    text = environment.get("MARKOV_PRESET_FILE", "")
    if text.endswith(".py"):
        raise UserError(
            f"MARKOV_PRESET_FILE is '{text}', Python code, which is not run; give a preset's name"
            " (the original's is 'upstream') or the path of a .yaml file"
        )
    return Value(text, "MARKOV_PRESET_FILE") if text else None


def _node_type(environment: Mapping[str, str]) -> Value | None:
    text = environment.get("NODE_TYPE", "")
    if text and text not in NODE_TYPES:
        raise UserError(f"NODE_TYPE is '{text}', but must be {' or '.join(NODE_TYPES)}")
    return Value(NODE_TYPES[text], "NODE_TYPE") if text else None


def _checkpoint(environment: Mapping[str, str]) -> Value | None:
    return _s3_uri(environment) or _plain("LOCAL_MODEL_DIRECTORY")(environment)


_Reader = Callable[[Mapping[str, str]], "Value | None"]
# A rollout job of the original was one worker of NUMBER_OF_ROLLOUT_WORKERS: that number is not how many one
# rollout.launch.py starts, so it is read by the training alone.
TABLE: dict[str, dict[str, _Reader]] = {
    "distributed_training": {
        "preset": _preset,
        "workers": _plain("NUMBER_OF_ROLLOUT_WORKERS"),
        "s3_uri": _s3_uri,
        "output_dir": _plain("LOCAL_MODEL_DIRECTORY"),
        "node_type": _node_type,
    },
    "rollout": {"s3_uri": _s3_uri},
    "evaluation": {
        "trials": _plain("NUMBER_OF_TRIALS"),
        "preset": _preset,
        "checkpoint": _checkpoint,
    },
}


def from_environment(launch_file: str, argument: str, environment: Mapping[str, str]) -> Value | None:
    """Return what the environment says of `argument` (of ``distributed_training``, for one), or None.

    Raises UserError naming a variable with a bad value, and without repeating it if it holds a password.
    """
    reader = TABLE.get(launch_file, {}).get(argument)
    if reader is None:
        return None
    for variable in (BUCKET, PREFIX, "MARKOV_PRESET_FILE", "LOCAL_MODEL_DIRECTORY"):
        refuse_password(variable, environment.get(variable, ""))
    return reader(environment)


def region(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variable that tells boto3 the original's region, if it is set and AWS' own are not."""
    text = environment.get(REGION, "")
    if not text or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION"):
        return {}
    if not _REGION.fullmatch(text):
        raise UserError(f"{REGION} is '{text}', but must be a region such as us-west-2")
    return {"AWS_DEFAULT_REGION": text}

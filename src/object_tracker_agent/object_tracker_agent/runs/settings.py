"""What a run was started with and how it stands: the content of run.json."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from object_tracker_agent.errors import UserError

FORMAT = 1
STATUSES = ("prepared", "running", "stopped", "finished")
MAX_ARENAS = 16  # one collision bit each (object_tracker_msgs/DescribeSimulation)
MAX_POLICY_LAG = 1000  # as in presets.settings.Algorithm


@dataclass(frozen=True)
class RunSettings:
    """Settings of one training. Those of learning itself stand in the run's preset.yaml."""

    run_id: str  # 16 hexadecimal digits, drawn when the run is created; tells its messages from another's
    preset: str  # name of the preset, as in preset.yaml
    world: str  # name or path of the world file
    seed: int  # of everything random in the run, 0 .. 2**31 - 1
    total_steps: int  # environment steps after which the run is finished
    arenas: int  # arenas per worker's simulation, 1 .. 16
    workers: int  # rollout workers started with the run
    max_policy_lag: int  # oldest policy whose data are used [updates], 0: strictly on-policy
    device: str  # of the learner: cpu, cuda or auto
    created: str  # UTC, ISO 8601
    status: str = "prepared"  # prepared, running (or killed while running), stopped, finished
    software: dict[str, str] = field(default_factory=dict)  # version per package
    format: int = FORMAT

    def __post_init__(self) -> None:
        check_number("seed", self.seed, 0, 2**31 - 1)
        check_number("total_steps", self.total_steps, 1, 10**12)
        check_number("arenas", self.arenas, 1, MAX_ARENAS)
        check_number("workers", self.workers, 0, 10_000)
        check_number("max_policy_lag", self.max_policy_lag, 0, MAX_POLICY_LAG)
        if self.device not in ("cpu", "cuda", "auto"):
            raise UserError(f"device is '{self.device}', but must be cpu, cuda or auto")
        if self.status not in STATUSES:
            raise UserError(f"status is '{self.status}', but must be one of {', '.join(STATUSES)}")

    def to_json(self) -> bytes:
        return (json.dumps(asdict(self), indent=2) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes, path: Path) -> RunSettings:
        """Read the content of the run.json at `path`. Raises UserError naming the file and the key."""
        try:
            values: Any = json.loads(data)
        except ValueError as error:
            raise UserError(f"{path} is damaged ({error}); start a new run in another folder") from error
        if not isinstance(values, dict) or values.get("format") != FORMAT:
            raise UserError(f"{path} is not a run of format {FORMAT}; start a new run in another folder")
        known = {item.name: item for item in fields(cls)}
        if odd := sorted(set(values) ^ set(known)):
            raise UserError(
                f"{path} has missing or unknown keys ({', '.join(odd)}); start a new run in another folder"
            )
        for name, value in values.items():
            kind = {"int": int, "str": str}.get(str(known[name].type), dict)
            if not isinstance(value, kind) or isinstance(value, bool):
                raise UserError(f"{path}: {name} is {value!r}, but must be of type {kind.__name__}")
        try:
            return cls(**values)
        except UserError as error:
            raise UserError(f"{path}: {error}") from error


def check_number(name: str, value: int, low: int, high: int) -> None:
    """Raise UserError unless `value` is a whole number in [low, high]."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise UserError(f"{name} is {value}, but must be a whole number from {low} to {high}")

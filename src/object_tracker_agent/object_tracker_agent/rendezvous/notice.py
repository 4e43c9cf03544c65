"""``ip/ip.json`` and ``ip/done`` under a training's S3 prefix: where its trainer is, and that one can come.

The original wrote the address alone, and workers took a file that an earlier run had left behind. Here both
objects name one start of one trainer (`Notice.token`), ``done`` is taken away before ``ip.json`` changes, and
both go with the trainer.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timezone
from typing import Any

from object_tracker_agent.storage import DamagedError, NotThereError, S3Prefix
from object_tracker_agent.training.names import RUN_ID

ADDRESS, DONE = "ip/ip.json", "ip/done"
LARGEST = 4096  # [byte]
_HOST = re.compile(r"[A-Za-z0-9:]([A-Za-z0-9.:-]{0,253}[A-Za-z0-9:])?")
_HEX = re.compile(r"[0-9a-f]{64}")


class NoticeError(Exception):
    """Something under ip/ that is no notice; says what is wrong with it."""


@dataclass(frozen=True)
class Notice:
    """Where a training is reached."""

    IP: str  # address or host's name; called as in the original, whose ip.json held this alone
    port: int
    tls: bool
    ca_fingerprint: str  # SHA-256 of the authority's certificate that follows from the secret; "" without TLS
    run_id: str
    token: str  # 16 hexadecimal digits, drawn at each start
    time: str  # UTC, ISO 8601

    @classmethod
    def of(cls, host: str, port: int, *, tls: bool, ca_fingerprint: str, run_id: str) -> Notice:
        """Return the notice of a start that is now."""
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        return cls(host, port, tls, ca_fingerprint, run_id, secrets.token_hex(8), now)

    @property
    def url(self) -> str:
        host = f"[{self.IP}]" if ":" in self.IP else self.IP
        return f"{'rediss' if self.tls else 'redis'}://{host}:{self.port}"

    def to_json(self) -> bytes:
        return (json.dumps(asdict(self), indent=2) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes) -> Notice:
        """Read what anybody may have written. Raises NoticeError."""
        try:
            values: Any = json.loads(data) if len(data) <= LARGEST else None
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict) or set(values) != {field.name for field in fields(cls)}:
            raise NoticeError(f"{ADDRESS} is not what this version writes")
        checks = {
            "IP": lambda value: isinstance(value, str) and _HOST.fullmatch(value),
            "port": lambda value: type(value) is int and 0 < value < 65536,
            "tls": lambda value: isinstance(value, bool),
            "ca_fingerprint": lambda value: isinstance(value, str) and (not value or _HEX.fullmatch(value)),
            "run_id": lambda value: isinstance(value, str) and RUN_ID.fullmatch(value),
            "token": lambda value: isinstance(value, str) and RUN_ID.fullmatch(value),
            "time": lambda value: isinstance(value, str) and len(value) < 40 and value.isprintable(),
        }
        for name, check in checks.items():
            if not check(values[name]):
                raise NoticeError(f"{name} in {ADDRESS} is not one")
        return cls(**values)


def publish(place: S3Prefix, notice: Notice) -> None:
    """Say where the training is. Raises StorageError; may be called again then."""
    place.delete(DONE)
    place.overwrite(ADDRESS, notice.to_json())
    place.overwrite(DONE, notice.token.encode())


def withdraw(place: S3Prefix, notice: Notice) -> None:
    """Take the notice back, unless another trainer's has taken its place."""
    if _read(place, DONE) == notice.token.encode():
        place.delete(DONE)
        place.delete(ADDRESS)


def look(place: S3Prefix) -> Notice | str:
    """Return the notice if it is complete, else what is missing, in words. Raises StorageError."""
    done = _read(place, DONE)
    if done is None:
        return f"{DONE} is not there: no trainer has said that it can be reached"
    data = _read(place, ADDRESS)
    if data is None:
        return f"{ADDRESS} is not there"
    try:
        notice = Notice.from_json(data)
    except NoticeError as error:
        return str(error)
    if done.strip() != notice.token.encode():
        return f"{DONE} belongs to another start than {ADDRESS}"
    return notice


def _read(place: S3Prefix, key: str) -> bytes | None:
    try:
        return place.read(key, LARGEST).data
    except NotThereError:
        return None
    except DamagedError:  # too large to be ours
        return b""

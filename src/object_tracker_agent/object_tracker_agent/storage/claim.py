"""model/run.json: which run a prefix belongs to, and which trainer of it writes there now."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from object_tracker_agent.errors import UserError
from object_tracker_agent.storage.client import S3Prefix
from object_tracker_agent.storage.errors import ConflictError, DamagedError, NotThereError
from object_tracker_agent.storage.pointer import FORMAT, LATEST, MAX_BYTES, pointer_key, read_object

KEY = "model/run.json"
RENEW_SECONDS = 15.0  # between two signs of life
EXPIRY_SECONDS = 60.0  # without one, after which another trainer of the same run may take over


class LostClaimError(UserError):
    """Another trainer writes to this prefix now: this one must not any more."""


@dataclass(frozen=True)
class Claim:
    """The content of model/run.json."""

    run_id: str
    holder: str  # of the run folder that trains it; a trainer restarted there is the same holder
    write: str  # drawn at each write: tells a write of ours whose answer was lost from another's
    released: bool  # True: its trainer ended in order
    settings: dict[str, Any]  # run.json of the run: what another machine needs to go on with it

    def to_json(self) -> bytes:
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1).encode()


def read_claim(prefix: S3Prefix) -> tuple[Claim, str] | None:
    """Return the claim of a prefix with its tag, None if nobody has it. Raises DamagedError."""
    try:
        stored = prefix.read(KEY, MAX_BYTES)
    except NotThereError:
        return None
    try:
        values = read_object(stored.data, dict(Claim.__annotations__))
    except ValueError as error:
        raise DamagedError(f"{prefix}/{KEY} is damaged: {error}") from error
    return Claim(**values), stored.etag


class HeldClaim:
    """This trainer's hold of a prefix: taken by a conditional write, renewed by one, lost when one fails."""

    def __init__(self, prefix: S3Prefix, run_id: str, holder: str, settings: dict[str, Any]) -> None:
        self._prefix = prefix
        self._claim = Claim(run_id, holder, "", False, settings)
        self._etag: str | None = None
        self.renewed = 0.0  # time.monotonic() of the last write

    @property
    def held(self) -> bool:
        return self._etag is not None

    def acquire(
        self,
        say: Callable[[str], None],
        stopped: Callable[[], bool] = lambda: False,
        expiry: float = EXPIRY_SECONDS,
    ) -> None:
        """Take the prefix; wait `expiry` for the sign of life of another holder, if there is one.

        Raises UserError: of another run, or another trainer of this run is alive. StorageError as it comes.
        """
        seen: str | None = None  # the tag of the other holder's last sign of life
        since = time.monotonic()
        while not stopped():
            found = read_claim(self._prefix)
            try:
                if found is None:
                    self._written(lambda data: self._prefix.create(KEY, data), self._next())
                    self._check_conditions()
                    return
                claim, etag = found
                self._refuse_other_run(claim)
                if (
                    claim.released
                    or claim.holder == self._claim.holder
                    or (seen == etag and time.monotonic() - since >= expiry)
                ):
                    self._written(partial(self._prefix.replace, KEY, etag=etag), self._next())
                    return
            except ConflictError:
                continue  # somebody was quicker; look who
            if seen is None:
                seen, since = etag, time.monotonic()
                say(f"{self._prefix} was held by another trainer of this run; waiting {expiry:.0f} s for it")
            elif seen != etag:
                raise UserError(
                    f"another trainer writes run {claim.run_id} to {self._prefix} now;"
                    " stop it first or use another s3_uri"
                )
            time.sleep(min(1.0, expiry / 10))

    def renew(self) -> None:
        """Give a sign of life. Raises LostClaimError if another trainer has taken the prefix."""
        self._replace(self._next())

    def release(self) -> None:
        """Let the next trainer begin at once."""
        self._replace(replace(self._next(), released=True))

    def _next(self) -> Claim:
        return replace(self._claim, write=secrets.token_hex(8))

    def _replace(self, claim: Claim) -> None:
        assert self._etag is not None
        etag = self._etag
        try:
            self._written(lambda data: self._prefix.replace(KEY, data, etag), claim)
        except ConflictError:
            raise LostClaimError(
                f"another trainer has taken over {self._prefix}; this one ends, its checkpoints stay in its"
                " run folder"
            ) from None

    def _written(self, write: Callable[[bytes], str], claim: Claim) -> None:
        try:
            self._etag = write(claim.to_json())
        except ConflictError:
            # Perhaps the answer to an earlier try of this very write was lost
            found = read_claim(self._prefix)
            if found is None or found[0].write != claim.write:
                raise
            self._etag = found[1]
        self.renewed = time.monotonic()

    def _refuse_other_run(self, claim: Claim) -> None:
        if claim.run_id != self._claim.run_id and self._prefix.exists(pointer_key(LATEST)):
            raise UserError(
                f"{self._prefix} holds the checkpoints of another run ({claim.run_id}); use another s3_uri,"
                " or a new output_dir to go on with that run"
            )

    def _check_conditions(self) -> None:
        try:
            self._prefix.create(KEY, self._claim.to_json())
        except ConflictError:
            return
        self._prefix.delete(KEY)
        raise UserError(
            f"{self._prefix}: this server ignores conditional writes (If-None-Match), so two trainers could"
            " overwrite each other; use another server"
        )

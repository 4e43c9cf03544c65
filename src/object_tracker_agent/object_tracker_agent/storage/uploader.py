"""Checkpoints to S3 in the background: always the newest, however long S3 is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from object_tracker_agent.errors import UserError
from object_tracker_agent.storage.checkpoints import S3Checkpoints, local_files, pointer_to
from object_tracker_agent.storage.claim import RENEW_SECONDS, HeldClaim, LostClaimError
from object_tracker_agent.storage.errors import ConflictError
from object_tracker_agent.storage.pointer import LATEST, Pointer

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # [s] between two tries, doubled at each
REMIND_SECONDS = 60.0  # between two lines about the same trouble
END_PATIENCE = 600.0  # [s] for the last checkpoint once the training is finished: S3 may refuse for minutes
STOP_PATIENCE = 4.0  # [s] when it was stopped: a launch waits 5 s before it kills


class Uploader:
    """A thread that brings a run's newest checkpoint to a prefix. The training never waits for it.

    A checkpoint that is superseded before its turn comes is skipped: it stays in the run folder.
    """

    def __init__(
        self, store: S3Checkpoints, claim: HeldClaim, run_id: str, keep: int, say: Callable[[str], None]
    ) -> None:
        self._store, self._claim, self._run_id, self._keep, self._say = store, claim, run_id, keep, say
        self._changed = threading.Condition()
        self._wanted: Path | None = None  # the newest checkpoint that is not there yet
        self._closing = False
        self._fault: UserError | None = None  # by which uploading ended for good
        self._problem: Exception | None = None  # of the last try, None when it went well
        self._pointer: tuple[Pointer, str] | None = None
        self.uploaded: int | None = None  # update of the last checkpoint that the pointer names
        self._thread = threading.Thread(target=self._run, name="upload", daemon=True)
        self._thread.start()

    def offer(self, path: Path) -> None:
        """Take note of a new durable checkpoint and return at once.

        Raises LostClaimError when another trainer has taken the prefix over.
        """
        with self._changed:
            if self._fault is not None:
                raise self._fault
            self._wanted = path
            self._changed.notify_all()

    def finish(self, stopped: Callable[[], bool], patience: float = END_PATIENCE) -> None:
        """Wait until the last checkpoint is there, let the prefix go and end the thread.

        Waits for `patience` [s], once `stopped` says so for STOP_PATIENCE. Raises UserError saying what is
        not in S3 then.
        """
        end, remind = time.monotonic() + patience, time.monotonic() + 5
        with self._changed:
            self._changed.notify_all()
            while self._wanted is not None and self._fault is None and time.monotonic() < end:
                self._changed.wait(0.5)
                if stopped():
                    end = min(end, time.monotonic() + STOP_PATIENCE)
                    stopped = bool  # said once; bool() is False
                if time.monotonic() > remind:
                    remind = time.monotonic() + 10
                    left = max(0.0, end - time.monotonic())
                    self._say(
                        f"bringing the last checkpoint to {self._store.prefix}, at most {left:.0f} s more"
                    )
            missing, problem = self._wanted, self._fault or self._problem
            self._closing = True
            self._changed.notify_all()
        self._thread.join(5)
        if missing is not None:
            there = "none is" if self.uploaded is None else f"the last one there is of update {self.uploaded}"
            raise UserError(
                f"checkpoint {missing} is not in {self._store.prefix} ({there}):"
                f" {problem or 'not enough time'}; bring it there with: ros2 run object_tracker_agent"
                f" upload_checkpoint --run-dir {missing.parent.parent} --s3-uri {self._store.prefix}"
            )

    def _run(self) -> None:
        pause, said = FIRST_PAUSE, 0.0
        while True:
            with self._changed:
                if self._wanted is None and not self._closing:
                    self._changed.wait(RENEW_SECONDS)
                path, closing = self._wanted, self._closing
            try:
                if not self._claim.held:
                    if closing:
                        return
                    self._claim.acquire(self._say, lambda: self._closing)
                if closing:
                    self._claim.release()
                    return
                if path is not None:
                    self._upload(path)
                elif time.monotonic() - self._claim.renewed >= RENEW_SECONDS:
                    self._claim.renew()
            except LostClaimError as error:
                return self._end(error)
            except Exception as error:  # whatever it is: the training goes on, and the last word is finish's
                if closing:
                    return
                if isinstance(error, UserError) and not self._claim.held and not hasattr(error, "transient"):
                    return self._end(error)  # of another run, or another trainer is alive
                self._problem = error
                if time.monotonic() - said > REMIND_SECONDS:
                    said = time.monotonic()
                    self._say(f"warning: no checkpoint goes to S3 now, training goes on: {error}")
                with self._changed:
                    self._changed.wait_for(lambda: self._closing, pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            if self._problem is not None and said:
                self._say(f"{self._store.prefix} is there again; the newest checkpoint is in it")
            self._problem, pause, said = None, FIRST_PAUSE, 0.0

    def _end(self, error: UserError) -> None:
        self._say(f"warning: {error}")
        with self._changed:
            self._fault = error
            self._changed.notify_all()

    def _upload(self, path: Path) -> None:
        try:
            files = local_files(path)
        except FileNotFoundError:
            with self._changed:  # removed as too old meanwhile: then there is a newer one
                if self._wanted == path:
                    self._wanted = None
            return
        pointer = pointer_to(files, self._run_id)
        self._store.put(LATEST, pointer, files)
        self._claim.renew()
        self._move(pointer)
        self.uploaded = pointer.update
        with self._changed:
            if self._wanted == path:
                self._wanted = None
            self._changed.notify_all()
        self._store.tidy(self._run_id, pointer, self._keep)

    def _move(self, pointer: Pointer) -> None:
        """Move the pointer. The claim was renewed just now: who moved it before us was of an older hold."""
        if self._pointer is None:
            self._pointer = self._store.pointer(LATEST)
        etag = None if self._pointer is None else self._pointer[1]
        try:
            self._pointer = (pointer, self._store.point(LATEST, pointer, etag))
        except ConflictError:
            self._pointer = self._store.pointer(LATEST)
            if self._pointer is not None and self._pointer[0] == pointer:
                return  # ours: only the answer was lost
            raise  # tried again, after the claim has been looked at again

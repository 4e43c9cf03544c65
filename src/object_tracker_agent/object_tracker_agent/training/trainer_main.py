"""Program ``trainer``: trains the run of a folder from what rollout workers send through Redis."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from object_tracker_agent.checkpoints import KEEP
from object_tracker_agent.command_line import option, parse
from object_tracker_agent.errors import UserError
from object_tracker_agent.memory import keep_freed_memory
from object_tracker_agent.processes import Stop, die_with_parent, run_main
from object_tracker_agent.runs import RunLock, open_run
from object_tracker_agent.training.redis_access import RedisOptions
from object_tracker_agent.training.room import SECONDS, Room

MAX_KEEP = 1_000_000


@dataclass(frozen=True, kw_only=True)
class TrainerArguments(RedisOptions):
    """Train the run in a folder made by runs.prepare_run, until its total_steps or SIGINT or SIGTERM."""

    run_dir: str = option("the run folder; settings and preset stand in it")
    device: str = option("of the learner; by default what run.json says", "", ("", "cpu", "cuda", "auto"))
    linger: float = option("when finished, wait so long for workers elsewhere to hear of it [s]", 0.0)
    threads: int = option("of torch; 0 means half of the cores, but 1 to 4", 0)
    keep: int = option("how many of the last checkpoints stay, in the run folder and in S3", KEEP)
    keep_every: int = option("of the older ones, that of every so many updates stays in the run; 0: none", 0)
    s3_uri: str = option("s3://bucket/prefix to bring checkpoints to", "")
    room_seconds: float = option("how long to wait for room on a full disk before failing [s]", SECONDS)


def train(arguments: list[str]) -> int:
    die_with_parent()
    options = parse(TrainerArguments, "trainer", arguments)
    access = options.access()
    stop = Stop().install()
    if not 1 <= options.keep <= MAX_KEEP:
        raise UserError(f"keep is {options.keep}, but must be from 1 to {MAX_KEEP}")
    if not 0 <= options.keep_every <= MAX_KEEP:
        raise UserError(f"keep_every is {options.keep_every}, but must be from 0 to {MAX_KEEP}")
    run, room = open_run(options.run_dir), Room(stop, seconds=options.room_seconds)
    with RunLock(run.folder), contextlib.ExitStack() as at_end:
        # torch takes seconds: imported when nothing is left that could be refused at once
        from object_tracker_agent.policies.threads import use_threads
        from object_tracker_agent.training.link import Link
        from object_tracker_agent.training.trainer import Trainer

        use_threads(options.threads)
        keep_freed_memory(of_any_size=True)
        changes = {"status": "running", **({"device": options.device} if options.device else {})}
        run = room.wait_for(lambda: run.with_settings(**changes))
        on_checkpoint = None
        if options.s3_uri:
            from object_tracker_agent.storage.run import uploading

            on_checkpoint = at_end.enter_context(uploading(run, options.s3_uri, options.keep, stop))
        link = Link(access, stop, patience=options.patience_or_default)
        try:
            trainer = Trainer(
                run,
                link,
                stop,
                keep=options.keep,
                keep_every=options.keep_every,
                on_checkpoint=on_checkpoint,
                room_seconds=options.room_seconds,
            )
            room.wait_for(lambda: run.announce(access.url, options.secret_file, access.ca))
            status = trainer.train()
            if status == "finished":
                # The launch takes redis-server away as soon as this program has ended
                end = time.monotonic() + options.linger
                while time.monotonic() < end and trainer.workers() and not stop.wait(0.2):
                    pass
        except BaseException:
            with contextlib.suppress(
                UserError
            ):  # on a full disk, for one: the first error is the one to tell
                run.with_settings(status="stopped")
            raise
        finally:
            run.withdraw()
            link.close()
        room.wait_for(lambda: run.with_settings(status=status))
        print(f"{status} after {trainer.position.steps} steps; run folder: {run.folder}", flush=True)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    return run_main(train, arguments)


if __name__ == "__main__":
    sys.exit(main())

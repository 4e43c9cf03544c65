"""Program ``upload_checkpoint``: brings a run's newest checkpoint to S3, when the training could not."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from object_tracker_agent.checkpoints import KEEP
from object_tracker_agent.command_line import option, parse
from object_tracker_agent.processes import Stop, run_main
from object_tracker_agent.runs import RunLock, open_run


@dataclass(frozen=True)
class UploadArguments:
    """Bring the newest checkpoint of a run that is not being trained to S3, as latest."""

    run_dir: str = option("the run folder")
    s3_uri: str = option("s3://bucket/prefix")
    keep: int = option("how many of the last checkpoints stay there", KEEP)


def upload(arguments: list[str]) -> int:
    options = parse(UploadArguments, "upload_checkpoint", arguments)
    stop = Stop().install()
    run = open_run(options.run_dir)
    with RunLock(run.folder):
        run.checkpoints.newest()  # refuse to upload what is damaged
        from object_tracker_agent.storage.run import uploading

        with uploading(run, options.s3_uri, options.keep, stop):
            pass  # it takes up the newest by itself
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    return run_main(upload, arguments)


if __name__ == "__main__":
    sys.exit(main())

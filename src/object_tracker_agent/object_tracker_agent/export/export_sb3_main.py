"""Program ``export_sb3``: a checkpoint as a zip that Stable-Baselines3 loads."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from object_tracker_agent.checkpoints import resolve_checkpoint
from object_tracker_agent.command_line import option, parse
from object_tracker_agent.durable_files import replace_file
from object_tracker_agent.errors import UserError
from object_tracker_agent.processes import run_main


@dataclass(frozen=True)
class ExportArguments:
    """Write a checkpoint as a zip for PPO.load or A2C.load of Stable-Baselines3."""

    checkpoint: str = option(
        "a run folder (its newest checkpoint), RUN/best, a checkpoint, latest, best, shipped/PRESET or"
        " s3://bucket/prefix"
    )
    output: str = option("the file to write, ending in .zip; replaced if it is there")


def export_sb3(arguments: list[str]) -> int:
    options = parse(ExportArguments, "export_sb3", arguments)
    output = Path(options.output).expanduser().absolute()
    if output.suffix != ".zip":
        raise UserError(f"--output is {options.output}, but must end in .zip")
    if not output.parent.is_dir():
        raise UserError(f"--output: there is no folder {output.parent}")
    checkpoint = resolve_checkpoint(options.checkpoint)

    from object_tracker_agent.checkpoints import read_checkpoint
    from object_tracker_agent.policies.export import sb3_zip
    from object_tracker_agent.policies.policy import preset_of

    replace_file(output, sb3_zip(checkpoint))
    algorithm = preset_of(read_checkpoint(checkpoint, optimizer=False)).algorithm.name.upper()
    print(f"{output}: {algorithm} of checkpoint {checkpoint}; load it with {algorithm}.load", flush=True)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    return run_main(export_sb3, arguments)


if __name__ == "__main__":
    sys.exit(main())

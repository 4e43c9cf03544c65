"""The command ``ros2 run object_tracker_agent status``."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.live import Live
from rich.text import Text

from object_tracker_agent.command_line import parse
from object_tracker_agent.errors import UserError
from object_tracker_agent.processes import Stop, run_main
from object_tracker_agent.runs import newest_run, open_run
from object_tracker_agent.status.from_folder import status_of_run
from object_tracker_agent.status.from_redis import status_in_redis
from object_tracker_agent.status.report import Status
from object_tracker_agent.status.settings import StatusOptions
from object_tracker_agent.status.show import render
from object_tracker_agent.training.link import Link, Stopped
from object_tracker_agent.training.redis_access import RedisAccess

PATIENCE = 3.0  # [s] with a Redis that does not answer
NARROWEST = 120  # [characters] where nobody looks


def status(arguments: list[str]) -> int:
    options = parse(StatusOptions, "status", arguments)
    stop = Stop().install()
    look = _looker(options, stop)
    with contextlib.suppress(Stopped):
        if options.watch:
            _watch(look, options, stop)
        else:
            _print(look(), options, _console())
    return 0


def _looker(options: StatusOptions, stop: Stop) -> Callable[[], Status]:
    """Return what looks at the training that the options name. Raises UserError: there is no such thing."""

    def connect(access: RedisAccess) -> Link:
        return Link(access, stop, patience=PATIENCE)

    if options.redis_url:
        link = connect(options.access())
        return lambda: status_in_redis(link)
    folder = open_run(options.run).folder if options.run else newest_run(with_checkpoint=False)
    return lambda: status_of_run(open_run(folder), connect)


def _watch(look: Callable[[], Status], options: StatusOptions, stop: Stop) -> None:
    """Show the training until it ends or a stop is asked for.

    The first look must succeed; later on an absence is shown and waited out.
    """
    console, first = _console(), look()
    live = None if options.json or not console.is_terminal else Live(console=console, auto_refresh=False)
    with live or contextlib.nullcontext():
        now: Status | None = first
        while True:
            if now is not None:
                if live is not None:
                    live.update(render(now), refresh=True)
                else:
                    _print(now, options, console)
                if now.has_ended:
                    return
            if stop.wait(options.interval):
                return
            try:
                now = look()
            except UserError as error:
                now = None
                if live is not None:
                    live.update(Text(f"{error}; looking again"), refresh=True)
                else:
                    print(f"warning: {error}; looking again", file=sys.stderr, flush=True)


def _print(found: Status, options: StatusOptions, console: Console) -> None:
    if options.json:
        text = json.dumps(found.to_dict(), indent=None if options.watch else 2)
        print(text, flush=True)
    else:
        console.print(render(found))
        if options.watch:
            console.print()


def _console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=max(NARROWEST, console.width))


def main(arguments: Sequence[str] | None = None) -> int:
    return run_main(status, arguments)


if __name__ == "__main__":
    sys.exit(main())

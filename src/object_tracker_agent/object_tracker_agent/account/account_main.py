"""Program ``account``: what became of every fragment of a training, as a table, and whether it adds up."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from object_tracker_agent.account.balance import UNUSED, Balance, balance
from object_tracker_agent.checkpoints.lives import FATES, MADE, USED
from object_tracker_agent.command_line import option, parse
from object_tracker_agent.durable_files import replace_file
from object_tracker_agent.errors import UserError
from object_tracker_agent.processes import run_main
from object_tracker_agent.runs import newest_run, open_run


@dataclass(frozen=True)
class AccountArguments:
    """Show what became of every fragment of a training; fail unless each was used once or dropped once."""

    run_dir: str = option("the run folder; empty: the newest one in runs/", "")
    json: str = option("file to write the account to", "")


def account(arguments: list[str]) -> int:
    options = parse(AccountArguments, "account", arguments)
    run = open_run(options.run_dir or newest_run())
    found = balance(run)
    Console().print(table(found, f"{run.folder.name}, update {found.update}"))
    if options.json:
        replace_file(Path(options.json), json.dumps(found.to_dict(), indent=1).encode())
    if found.problems:
        raise UserError(f"the account of {run.folder} does not balance: {'; '.join(found.problems[:5])}")
    print("balances: every fragment was used once or dropped once, or is unused at the end", flush=True)
    return 0


def table(found: Balance, title: str) -> Table:
    """Return one line per life of a worker, and the sums."""
    totals = found.totals()
    columns = [MADE, USED, *(fate for fate in FATES if fate != USED and totals.get(fate)), UNUSED]
    shown = Table("worker's life", title=title)
    for column in columns:
        shown.add_column(column, justify="right")
    for life, numbers in [*found.lives.items(), ("all", totals)]:
        if life == "all":
            shown.add_section()
        shown.add_row(life, *(f"{numbers.get(column, 0):,}" for column in columns))
    return shown


def main(arguments: Sequence[str] | None = None) -> int:
    return run_main(account, arguments)


if __name__ == "__main__":
    sys.exit(main())

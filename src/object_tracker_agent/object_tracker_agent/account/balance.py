"""Whether every fragment of a run was used exactly once or dropped with a reason, from three records.

The ledgers are written by the workers, `lineage.jsonl` and the checkpoint by the trainer; none is derived
from another, so what one of them gets wrong shows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from object_tracker_agent.checkpoints.lives import FATES, MADE, USED, split_life
from object_tracker_agent.runs import Run
from object_tracker_agent.training.ledger import read_ledgers
from object_tracker_agent.training.lineage import read_lineage

UNUSED = "unused"  # made, but by no update of the newest checkpoint; never will be if the training is over


@dataclass(frozen=True)
class Balance:
    """The account of a run at its newest checkpoint."""

    update: int
    lives: dict[str, dict[str, int]]  # life -> made, number by fate, unused
    problems: list[str]  # why it does not balance; none if it does

    def totals(self) -> dict[str, int]:
        """Return the sums over all lives."""
        return dict(sum((Counter(life) for life in self.lives.values()), Counter()))

    def to_dict(self) -> dict[str, Any]:
        return {
            "update": self.update,
            "balances": not self.problems,
            "problems": self.problems,
            "totals": self.totals(),
            "lives": self.lives,
        }


def balance(run: Run) -> Balance:
    """Check the records of a run against each other. Raises UserError: no checkpoint, unreadable files."""
    checkpoint = run.checkpoints.newest(optimizer=False)
    manifest = checkpoint.manifest
    ledgers, problems = read_ledgers(run.ledger), []
    lives: dict[str, dict[str, int]] = {}
    for life in sorted({*manifest.account, *ledgers}, key=split_life):
        known = manifest.account.get(life, {})
        fates = {fate: number for fate, number in known.items() if fate != MADE}
        # A worker of another machine keeps its ledger there: of it we know what the trainer has heard
        made = ledgers.get(life, known.get(MADE, 0))
        seen = sum(fates.values())
        if seen > made:
            problems.append(f"{life}: {seen} fragments have a fate, but only {made} were made")
        lives[life] = {MADE: made, **fates, UNUSED: made - seen}
    try:
        problems += _against_lineage(manifest.account, manifest.update, read_lineage(run.lineage_file))
    except (TypeError, ValueError, AttributeError):
        problems.append("lineage.jsonl is damaged")
    steps = int(manifest.preset["algorithm"]["fragment_steps"])
    used = sum(life.get(USED, 0) for life in lives.values())
    if not any("earlier" in life for life in lives.values()) and used * steps != manifest.steps:
        learned = f"{manifest.steps} steps learned from"
        problems.append(f"{used} fragments of {steps} steps were used, but {learned}")
    return Balance(manifest.update, lives, problems)


def _against_lineage(
    account: Mapping[str, Mapping[str, int]], update: int, lines: list[dict[str, Any]]
) -> list[str]:
    """Follow the fragments from update to update, and compare with what the checkpoint has in the end."""
    lines = [line for line in lines if line["update"] <= update]
    if not lines or lines[-1]["update"] != update or not isinstance(lines[0].get("account"), dict):
        return [f"lineage.jsonl does not lead to the newest checkpoint, update {update}"]
    counts: dict[str, Counter[str]] = {
        life: Counter({fate: number for fate, number in fates.items() if fate != MADE})
        for life, fates in lines[0]["account"].items()
    }
    ranges: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for life, fates in counts.items():
        if fates.total():
            ranges[life].append((0, fates.total() - 1))
    for line in lines[1:]:
        for fate, life, first, last in _entries(line):
            counts.setdefault(life, Counter())[fate] += last - first + 1
            ranges[life].append((first, last))
    problems = [problem for life in sorted(ranges) for problem in _in_a_row(life, ranges[life])]
    for life in sorted({*counts, *account}):
        expected = {fate: number for fate, number in account.get(life, {}).items() if fate != MADE and number}
        if +counts.get(life, Counter()) != Counter(expected):
            problems.append(f"{life}: the updates add up to {dict(counts.get(life, {}))}, not {expected}")
    return problems


def _entries(line: Mapping[str, Any]) -> Iterable[tuple[str, str, int, int]]:
    for fate in FATES:
        for life, ranges in line.get(fate, {}).items():
            for first, last in ranges:
                yield fate, life, first, last


def _in_a_row(life: str, ranges: list[tuple[int, int]]) -> Iterable[str]:
    """Tell of every fragment that has two fates or none although a later one has one."""
    due = 0
    for first, last in sorted(ranges):
        if first < due:
            yield f"{life}: fragment {first} has two fates"
        elif first > due:
            yield f"{life}: fragments {due} to {first - 1} have no fate"
        due = max(due, last + 1)

"""A training's status for people."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from object_tracker_agent.status.report import Status, WorkerStatus
from object_tracker_agent.training.intake import DROPPED

MOST_WORKERS = 40  # lines of the table
UNKNOWN = "-"


def render(status: Status) -> RenderableType:
    """Return the status as a block of lines and, if there are workers, a table of them."""
    lines = [Text(f"{name:<10}  {text}", overflow="fold") for name, text in _lines(status)]
    return Group(*lines, *([_worker_table(status.workers)] if status.workers else []))


def _lines(status: Status) -> list[tuple[str, str]]:
    doing = status.status
    if status.status == "running" and status.remark is None:
        doing += ", computing an update" if status.updating else ", waiting for experience"
    percent = 100 * status.steps / status.total_steps
    speed = "" if status.steps_per_second is None else f", {status.steps_per_second:,.0f} steps/s"
    lines = [
        ("training", f"{status.preset}, {doing}"),
        ("where", status.source),
        ("steps", f"{status.steps:,} of {status.total_steps:,} ({percent:.0f} %){speed}"),
        ("policy", _policy(status)),
        ("fragments", _fragments(status)),
        ("checkpoint", _checkpoint(status)),
    ]
    if status.success is not None and status.reward is not None:
        means = f"last 100: reward {status.reward:.2f}, success {100 * status.success:.0f} %"
        lines.insert(4, ("episodes", means))
    if status.trainer_seen_seconds_ago is not None and not status.has_ended:
        lines.append(("trainer", f"heard of {_ago(status.trainer_seen_seconds_ago)}"))
    if status.redis_bytes is not None:
        lines.append(("redis", f"{status.redis_bytes / 1e6:,.1f} MB of memory"))
    if status.trainer_seen_seconds_ago is not None:  # seen through Redis, which knows its workers
        alive = sum(worker.alive for worker in status.workers)
        gone = len(status.workers) - alive
        lines.append(("workers", f"{alive} alive" + (f", {gone} gone" if gone else "")))
    if status.remark is not None:
        lines.append(("remark", status.remark))
    return lines


def _policy(status: Status) -> str:
    text = f"version {status.update}"
    if status.policy_lag is not None:
        text += f"; the last update's experience was {status.policy_lag:.2f} versions old on average"
    return f"{text} (limit {status.max_policy_lag})"


def _fragments(status: Status) -> str:
    account = status.fragments
    text = f"{account.received:,} in: {account.used:,} used, {status.dropped:,} dropped"
    if account.dropped:
        reasons = (f"{n:,} {reason}: {DROPPED[reason]}" for reason, n in account.dropped.items())
        text += f" ({'; '.join(reasons)})"
    if account.missing:
        text += f"; {account.missing:,} never came"
    if account.waiting is not None:
        text += f"; {account.waiting:,} wait for the next updates of {account.per_update} each"
        text += f", {account.in_flight:,} are being made"
    return text


def _checkpoint(status: Status) -> str:
    if status.checkpoint is None:
        return "none yet"
    parts = [f"update {status.checkpoint.update}"]
    if status.checkpoint.seconds_ago is not None:
        parts.append(_ago(status.checkpoint.seconds_ago))
    if status.checkpoint.path is not None:
        parts.append(status.checkpoint.path)
    return ", ".join(parts)


def _worker_table(workers: tuple[WorkerStatus, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("worker")
    table.add_column("heard of")
    for name in ("life", "policy", "lag", "arenas", "sent", "making", "steps/s"):
        table.add_column(name, justify="right")
    table.add_column("machine")
    for worker in workers[:MOST_WORKERS]:
        seen = UNKNOWN if worker.seen_seconds_ago is None else _ago(worker.seen_seconds_ago)
        numbers = (worker.version, worker.lag, worker.arenas, worker.fragments)
        cells = [
            worker.name,
            seen if worker.alive else "gone",
            str(worker.incarnation),
            *(UNKNOWN if number is None else f"{number:,}" for number in numbers),
            str(worker.in_flight),
            UNKNOWN if worker.steps_per_second is None else f"{worker.steps_per_second:,.0f}",
            worker.host or UNKNOWN,
        ]
        table.add_row(*map(Text, cells))
    if len(workers) > MOST_WORKERS:
        table.add_row(Text(f"{len(workers) - MOST_WORKERS} more: --json"))
    return table


def _ago(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit} ago"
    return f"{seconds:.0f} s ago"

"""The figures that come out, and how they are shown."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from object_tracker_agent.load_test.stage import Measured

FULL = 0.9  # of a processor, for a part that computes in one thread
ALL_BUSY = 0.95  # of all processors of the machine
PARTS = ("waiting", "transport", "update", "checkpoint")


def figures(measured: Measured, fragment_steps: int, fragment_bytes: int) -> dict[str, Any]:
    """Return speed, latency, memory and processors of a measurement, and what saturates first.

    Latency is from the moment a worker begins to send a fragment to the moment the trainer begins the update
    with it [s]. `fragment_bytes` are a fragment's before it is compressed.
    """
    inside = [one for one in measured.updates if measured.begun <= one["ended"] <= measured.ended]
    first, last = inside[0], inside[-1]
    seconds = last["ended"] - first["ended"]
    fragments = sum(len(one["taken"]) for one in inside[1:])
    speed = fragments * fragment_steps / seconds
    waits = latencies(inside, measured.sent)
    spent = {part: sum(one.get(f"{part}_seconds", 0.0) for one in inside[1:]) for part in PARTS}
    total = sum(spent.values()) or 1.0
    shares = {part: value / total for part, value in spent.items()}
    return {
        "steps_per_s": speed,
        "updates": len(inside) - 1,
        "latency_s": {"median": statistics.median(waits), "p95": quantile(waits, 0.95)},
        "raw_mb_per_s": speed / fragment_steps * fragment_bytes / 1e6,
        "sent_mb_per_s": speed / fragment_steps * measured.message_bytes / 1e6,
        "memory_mb": {part: value / 1e6 for part, value in measured.use.memory.items()},
        "redis_data_mb": measured.redis_bytes / 1e6,
        "processors": measured.use.processors,
        "machine_busy": measured.use.busy,
        "trainer_time": shares,
        "policy_lag": statistics.fmean(one["lag"] for one in inside),
        "fragments_dropped": last["dropped"] - first["dropped"],
        "max_policy_lag": measured.max_policy_lag,
        "saturates_first": saturates_first(measured.use.processors, measured.use.busy, shares),
    }


def latencies(
    updates: Sequence[Mapping[str, Any]], sent: Sequence[tuple[str, int, int, float]]
) -> list[float]:
    """Return how long each fragment that the updates took had been on its way [s]."""
    times = {(worker, first + i): when for worker, first, number, when in sent for i in range(number)}
    return [
        one["taken_at"] - times[worker, sequence]
        for one in updates
        for worker, sequence in one["taken"]
        if (worker, sequence) in times
    ]


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, round(share * len(ordered)) - 1))]


def saturates_first(processors: Mapping[str, float], busy: float, trainer: Mapping[str, float]) -> str:
    """Say what limits the speed.

    Trainer and redis-server each have one thread that does the work. `trainer` tells where the trainer's time
    goes; one that hardly waits for fragments is the limit, also if others take its processor away.
    """
    working = {part: share for part, share in trainer.items() if part != "waiting"}
    longest = max(working, key=lambda part: working[part])
    if sum(working.values()) >= FULL:
        return f"trainer ({longest})"
    if processors.get("trainer", 0.0) >= FULL:
        return "trainer (receiving and checking)"
    if processors.get("redis", 0.0) >= FULL:
        return "redis"
    if busy >= ALL_BUSY:
        most = max(processors, key=lambda part: processors[part])
        return f"processors of this machine (most by {most})"
    return "workers (they offer no more)"


def show(results: Sequence[Mapping[str, Any]], console: Console) -> None:
    """Print a table with two lines per number of workers."""
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("workers", "what", "steps/s", "raw MB/s", "latency median, p95"):
        table.add_column(name, justify="left" if name == "what" else "right")
    for name in ("processors: trainer, redis, workers", "MB: trainer, redis, workers"):
        table.add_column(name, justify="right")
    table.add_column("saturates first")
    for result in results:
        for what in ("ingest", "training"):
            one = result[what]
            cells = (one["processors"], one["memory_mb"])
            used, memory = (
                [cell.get(part, 0.0) for part in ("trainer", "redis", "workers")] for cell in cells
            )
            latency = one["latency_s"]
            table.add_row(
                str(result["workers"]),
                what,
                f"{one['steps_per_s']:,.0f}",
                f"{one['raw_mb_per_s']:,.1f}",
                f"{1000 * latency['median']:,.0f}, {1000 * latency['p95']:,.0f} ms",
                ", ".join(f"{value:.2f}" for value in used),
                ", ".join(f"{value:,.0f}" for value in memory),
                one["saturates_first"],
            )
    console.print(table)

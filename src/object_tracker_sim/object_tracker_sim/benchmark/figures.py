"""The figures that come out, and how they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from object_tracker_sim.benchmark.names import (
    ENV,
    LOCAL,
    ONE_LOOP,
    PROGRAM_PARTS,
    RAW,
    ROS,
    SOCKET,
    TWO,
    TWO_LOOPS,
)
from object_tracker_sim.benchmark.rounds import Series

NARROWEST = 160
"""[characters] Of the tables where there is no terminal."""


def figures(series: Mapping[str, Series], arenas: int, wall_clock: float) -> dict[str, Any]:
    """Return what was measured with `arenas` arenas: env-steps/s, ratios, and ms of a batched step.

    Args:
        series: of each way, see `measure`.
        arenas: their number.
        wall_clock: env-steps/s of one arena in real time.
    """
    speed = {way: arenas / series[way].median() for way in series if way not in (ONE_LOOP, TWO_LOOPS)}
    ratios = {
        "ros_to_raw": series[ROS].speed_to(series[RAW]),
        "local_to_raw": series[LOCAL].speed_to(series[RAW]),
        "env_to_raw": series[ENV].speed_to(series[RAW]),
        "env_to_wallclock": speed[ENV] / wall_clock,
    }
    result: dict[str, Any] = {
        "raw_steps_per_s": speed[RAW],
        "socket_steps_per_s": speed[SOCKET],
        "local_steps_per_s": speed[LOCAL],
        "ros_steps_per_s": speed[ROS],
        "env_steps_per_s": speed[ENV],
        "wallclock_steps_per_s": wall_clock,
        "ratios": ratios,
        "milliseconds": parts(series),
    }
    if TWO in series:
        # Each of the two makes as many steps as the one.
        result["two_raw_steps_per_s"] = 2 * speed[TWO]
        ratios["two_raw_to_raw"] = 2 * series[TWO].speed_to(series[RAW])
        # What the machine gives to two programs that share nothing: the most that two simulators can reach.
        ratios["two_loops_to_loop"] = 2 * series[TWO_LOOPS].speed_to(series[ONE_LOOP])
        ratios["two_raw_to_machine"] = ratios["two_raw_to_raw"] / ratios["two_loops_to_loop"]
    return result


def parts(series: Mapping[str, Series]) -> dict[str, float]:
    """Return the time of each part of a batched step through the environment [ms].

    The program tells its own parts; what comes after is what a way takes longer than the one before it.
    """
    program = {part: series[RAW].median_part(part) for part in PROGRAM_PARTS}
    total = {way: series[way].median() for way in (RAW, SOCKET, LOCAL, ENV)}
    seconds = {
        **program,
        "program": total[RAW] - sum(program.values()),
        "socket": total[SOCKET] - total[RAW],
        "world node": total[LOCAL] - total[SOCKET],
        "env": total[ENV] - total[LOCAL],
        "total": total[ENV],
    }
    return {part: 1e3 * value for part, value in seconds.items()}


def show(results: Mapping[str, Mapping[str, Any]], console: Console) -> None:
    """Print two tables: speeds and their ratios, and where the time goes."""
    speeds = Table("arenas", title="env-steps/s", title_justify="left", box=box.SIMPLE_HEAD)
    two = any("two_raw_steps_per_s" in result for result in results.values())
    columns = ["raw", "socket", "service", "env", "real time", "service/raw", "env/raw", "env/real time"]
    for column in [*columns, *(["two simulators", "two/one", "machine's two/one"] if two else [])]:
        speeds.add_column(column, justify="right")
    for arenas, result in results.items():
        ratios = result["ratios"]
        row = [f"{result[f'{way}_steps_per_s']:.0f}" for way in ("raw", "local", "ros", "env")]
        row.append(f"{result['wallclock_steps_per_s']:.1f}")
        row += [f"{ratios[name]:.2f}" for name in ("ros_to_raw", "env_to_raw")]
        row.append(f"{ratios['env_to_wallclock']:.0f}")
        if two:
            row += [f"{result['two_raw_steps_per_s']:.0f}", f"{ratios['two_raw_to_raw']:.2f}"]
            row.append(f"{ratios['two_loops_to_loop']:.2f}")
        speeds.add_row(arenas, *row)
    console.print(speeds)

    names = list(next(iter(results.values()))["milliseconds"])
    times = Table("arenas", title="ms of a batched step", title_justify="left", box=box.SIMPLE_HEAD)
    for name in names:
        times.add_column(name, justify="right")
    for arenas, result in results.items():
        times.add_row(arenas, *(f"{result['milliseconds'][name]:.2f}" for name in names))
    console.print(times)


def make_console() -> Console:
    """Return a console on standard output that does not wrap the tables where nobody looks."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=max(NARROWEST, console.width))

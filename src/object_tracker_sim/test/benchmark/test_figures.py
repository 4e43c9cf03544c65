"""Rounds, medians, ratios."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from object_tracker_sim.benchmark.figures import figures, parts, show
from object_tracker_sim.benchmark.rounds import Series, run_rounds


def test_rounds_take_turns_and_divide_the_steps():
    calls: list[tuple[str, int]] = []
    pieces = []

    def way(name: str, seconds: float):
        def run(steps: int):
            calls.append((name, steps))
            return seconds * steps, {"physics": 0.5 * seconds * steps}

        return run

    series = run_rounds({"a": way("a", 0.01), "b": way("b", 0.03)}, 80, lambda: pieces.append(1))
    assert calls == [("a", 10), ("b", 10)] * 8
    assert len(pieces) == 16
    assert series["b"].median() == pytest.approx(0.03)
    assert series["b"].median_part("physics") == pytest.approx(0.015)
    assert series["b"].speed_to(series["a"]) == pytest.approx(1 / 3)


def test_few_steps_make_few_rounds():
    counts = []
    series = run_rounds({"a": lambda steps: (counts.append(steps) or 1.0, {})}, 3, lambda: None)
    assert counts == [1, 1, 1]
    assert series["a"].seconds == [1.0, 1.0, 1.0]


def test_a_slow_round_does_not_move_the_ratio():
    quiet = [1.0, 1.0, 1.0, 1.0, 1.0]
    raw, env = Series([*quiet, 10.0]), Series([*(2 * value for value in quiet), 20.0])
    assert env.speed_to(raw) == pytest.approx(0.5)


def measured() -> dict[str, Series]:
    def series(milliseconds: float, **of_parts: float) -> Series:
        return Series([milliseconds / 1e3], {name: [value / 1e3] for name, value in of_parts.items()})

    return {
        "raw": series(6.6, physics=3.1, poses=0.2, rendering=3.2),
        "socket": series(6.7),
        "local": series(7.2),
        "ros": series(7.9),
        "env": series(7.4),
        "two_raw": series(7.0),
        "one_loop": series(3.0),
        "two_loops": series(4.0),
    }


def test_figures_and_parts():
    result = figures(measured(), 8, 9.9)
    assert result["raw_steps_per_s"] == pytest.approx(8 / 6.6e-3)
    assert result["env_steps_per_s"] == pytest.approx(8 / 7.4e-3)
    assert result["two_raw_steps_per_s"] == pytest.approx(16 / 7.0e-3)
    assert result["ratios"]["env_to_raw"] == pytest.approx(6.6 / 7.4)
    assert result["ratios"]["two_raw_to_raw"] == pytest.approx(2 * 6.6 / 7.0)
    assert result["ratios"]["two_loops_to_loop"] == pytest.approx(1.5)
    assert result["ratios"]["two_raw_to_machine"] == pytest.approx(2 * 6.6 / 7.0 / 1.5)
    assert result["ratios"]["env_to_wallclock"] == pytest.approx(8 / 7.4e-3 / 9.9)
    assert parts(measured()) == pytest.approx(
        {
            "physics": 3.1,
            "poses": 0.2,
            "rendering": 3.2,
            "program": 0.1,
            "socket": 0.1,
            "world node": 0.5,
            "env": 0.2,
            "total": 7.4,
        }
    )


def test_the_parts_add_up():
    result = parts(measured())
    total = result.pop("total")
    assert sum(result.values()) == pytest.approx(total)


def test_tables():
    console = Console(file=io.StringIO(), width=160)
    show({"8": figures(measured(), 8, 9.9)}, console)
    text = console.file.getvalue()
    assert "1081" in text
    assert "0.89" in text
    assert "1.89" in text
    assert "1.50" in text
    assert "rendering" in text

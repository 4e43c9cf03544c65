"""From what was seen to the figures."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from object_tracker_agent.load_test.figures import figures, latencies, quantile, saturates_first, show
from object_tracker_agent.load_test.pictures import made_up
from object_tracker_agent.load_test.stage import Measured
from object_tracker_agent.load_test.usage import Use
from object_tracker_agent.presets import load_preset
from object_tracker_agent.training.compression import compress
from object_tracker_agent.training.fragment import FragmentLayout
from object_tracker_agent.training.layout import layout_of


def update(ended: float, first: int, dropped: int = 0) -> dict[str, Any]:
    return {
        "ended": ended, "taken_at": ended - 0.5, "taken": [["0", first], ["0", first + 1]], "lag": 1.0,
        "dropped": dropped, "waiting_seconds": 0.2, "update_seconds": 0.6, "transport_seconds": 0.2,
    }  # fmt: skip


def measured() -> Measured:
    use = Use(4.0, {"trainer": 0.5, "redis": 0.1, "workers": 0.3}, 0.6, {"trainer": 300 * 10**6})
    updates = [update(9.0, 0), update(11.0, 2), update(12.0, 4, 1), update(13.0, 6, 3), update(99.0, 8)]
    return Measured(10.0, 14.0, updates, [("0", 0, 20, 10.0)], 1000.0, use, 5 * 10**6, 1)


def test_the_window_alone_counts() -> None:
    found = figures(measured(), fragment_steps=64, fragment_bytes=300_000)
    assert found["updates"] == 2  # from the end of the first one within to that of the last
    assert found["steps_per_s"] == 2 * 2 * 64 / 2.0
    assert found["raw_mb_per_s"] == pytest.approx(0.6)
    assert found["sent_mb_per_s"] == pytest.approx(0.002)
    assert found["fragments_dropped"] == 3
    assert found["latency_s"]["median"] == 1.5
    assert found["trainer_time"]["update"] == pytest.approx(0.6)
    assert found["memory_mb"]["trainer"] == 300.0
    assert found["saturates_first"] == "workers (they offer no more)"


def test_latencies_belong_to_their_fragments() -> None:
    sent = [("0", 0, 2, 1.0), ("1", 0, 1, 2.0), ("0", 2, 2, 3.0)]
    updates = [{"taken_at": 4.0, "taken": [["0", 1], ["1", 0], ["0", 3], ["unknown", 0]]}]
    assert latencies(updates, sent) == [3.0, 2.0, 1.0]


def test_quantile() -> None:
    assert quantile([float(n) for n in range(1, 101)], 0.95) == 95.0
    assert quantile([7.0], 0.95) == 7.0


@pytest.mark.parametrize(
    ("processors", "busy", "waiting", "said"),
    [
        ({"trainer": 0.4, "redis": 0.1, "workers": 0.1}, 1.0, 0.05, "trainer (update)"),
        ({"trainer": 0.95, "redis": 0.1, "workers": 0.1}, 0.9, 0.5, "trainer (receiving and checking)"),
        ({"trainer": 0.3, "redis": 0.93, "workers": 0.1}, 0.9, 0.5, "redis"),
        ({"trainer": 0.3, "workers": 0.8}, 0.99, 0.5, "processors of this machine (most by workers)"),
        ({"trainer": 0.3, "redis": 0.3, "workers": 0.8}, 0.7, 0.5, "workers (they offer no more)"),
    ],
)  # fmt: skip
def test_what_saturates_first(processors: dict[str, float], busy: float, waiting: float, said: str) -> None:
    trainer = {"waiting": waiting, "update": 0.9 * (1 - waiting), "transport": 0.1 * (1 - waiting)}
    assert saturates_first(processors, busy, trainer) == said


def test_the_table() -> None:
    one = figures(measured(), 64, 300_000)
    text = io.StringIO()
    show([{"workers": 4, "ingest": one, "training": one}], Console(file=text, width=400))
    assert "0.50, 0.10, 0.30" in text.getvalue()
    assert "1,500, 2,500 ms" in text.getvalue()
    assert text.getvalue().count("they offer no more") == 2


@pytest.mark.parametrize("preset", ["approach", "follow", "follow_hard"])
@pytest.mark.parametrize("kind", ["rendered", "noise"])
def test_made_up_fragments_are_sound(preset: str, kind: str) -> None:
    layout = layout_of(load_preset(preset))
    fragment = made_up(layout, kind, 1)
    fragment.check(layout)
    smaller = fragment.observations.nbytes / len(compress(fragment.observations.tobytes()))
    assert smaller > 50 if kind == "rendered" else smaller < 1.01


def test_made_up_fragments_with_continuous_actions() -> None:
    layout = FragmentLayout(5, (3, 9, 7), None)
    assert np.isfinite(made_up(layout, "rendered", 0).actions).all()
    made_up(layout, "rendered", 0).check(layout)

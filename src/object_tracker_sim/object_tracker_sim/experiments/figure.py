"""The picture: success over environment steps, and over wall clock."""

from __future__ import annotations

import io
from collections import defaultdict

import matplotlib

matplotlib.use("Agg")  # no display

from matplotlib import pyplot, ticker

from object_tracker_sim.experiments.series import BEST, REFERENCE, Row

WIDTH, HEIGHT, DOTS = 11.0, 4.0, 110  # [inch], [inch], [per inch]


def draw(rows: list[Row], form: str) -> bytes:
    """Return the picture of `rows` as a file of format `form`: png, svg or pdf."""
    names = list(dict.fromkeys(row.series for row in rows))
    colours = {name: f"C{index % 10}" for index, name in enumerate(names)}
    figure, axes = pyplot.subplots(1, 2, figsize=(WIDTH, HEIGHT), sharey=True, layout="constrained")
    for axis, minutes in zip(axes, (False, True), strict=True):
        _draw_curves(axis, rows, colours, minutes)
        axis.set_xscale("log")
        axis.xaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
        axis.xaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:,g}"))
        axis.xaxis.set_minor_formatter(ticker.NullFormatter())
        axis.set_xlabel("minutes of training (wall clock)" if minutes else "environment steps")
        axis.set_ylim(-3, 103)
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("success [%]")
    axes[0].legend(loc="best")
    data = io.BytesIO()
    figure.savefig(data, format=form, dpi=DOTS)
    pyplot.close(figure)
    return data.getvalue()


def _draw_curves(axis: pyplot.Axes, rows: list[Row], colours: dict[str, str], minutes: bool) -> None:
    curves: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        curves[row.series, row.run, row.kind].append(row)
    labelled: set[str] = set()
    for (name, _, kind), points in curves.items():
        label = None if name in labelled else name
        labelled.add(name)
        success = [100 * point.success for point in points]
        if kind == REFERENCE:
            axis.axhline(success[0], color=colours[name], linestyle="--", label=label)
            continue
        x = [(point.seconds or 0.0) / 60 if minutes else (point.steps or 0) for point in points]
        dots = kind == BEST or len(points) == 1  # a line through one point is not to be seen
        style = {"marker": "o", "linestyle": "", "markersize": 4} if dots else {"linewidth": 1.2}
        axis.plot(x, success, color=colours[name], label=label, **style)

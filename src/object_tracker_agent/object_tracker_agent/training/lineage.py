"""lineage.jsonl: which fragments each update used and which were dropped before it, one line per update."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from object_tracker_agent.durable_files import append_whole, replace_file, why
from object_tracker_agent.errors import UserError
from object_tracker_agent.training.intake import Fates


class LineageFile:
    """The file, continued when a run is taken up.

    The first line is ``{"update": U, "account": {…}}``, the account of the checkpoint where the file begins;
    each further one ``{"update": N, "used": {"0/1": [[12, 15]]}, "stale": …}``: by fate and by life of a
    worker the ranges of sequence numbers.
    """

    def __init__(self, path: Path, update: int, account: Mapping[str, Mapping[str, int]]) -> None:
        """Keep the lines up to `update`; later ones belong to a checkpoint that was never finished.

        A file that does not lead up to `update` is begun anew with the checkpoint's `account`.
        """
        self.path = path
        lines = [line for line in read_lineage(path) if line["update"] <= update]
        if not lines or lines[-1]["update"] != update:
            lines = [{"update": update, "account": account}]
        replace_file(path, "".join(_text(line) for line in lines).encode())

    def add(self, update: int, fates: Fates) -> None:
        """Append the line of an update, before its checkpoint is written: whole or not at all.

        Raises UserError when that fails.
        """
        try:
            append_whole(self.path, _text({"update": update, **fates}).encode())
        except OSError as error:
            raise UserError(f"cannot write {self.path}: {why(error)}") from error


def read_lineage(path: Path) -> list[dict[str, Any]]:
    """Return the lines as far as they follow each other; a file that is not there has none."""
    try:
        text = path.read_text()
    except (FileNotFoundError, UnicodeDecodeError):
        return []
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    lines: list[dict[str, Any]] = []
    for line in _whole_lines(text):
        if lines and line["update"] != lines[-1]["update"] + 1:
            break
        lines.append(line)
    return lines


def _whole_lines(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines(keepends=True):
        try:
            values = json.loads(line) if line.endswith("\n") else None  # cut off when its writer was killed
        except (ValueError, RecursionError):
            return
        if not isinstance(values, dict) or type(values.get("update")) is not int:
            return
        yield values


def _text(line: Mapping[str, Any]) -> str:
    return json.dumps(line, separators=(",", ":")) + "\n"

"""Prints the Debian mirror that this machine's apt sources name.

usage: apt_mirror.py CODENAME [APT_FOLDER]      for example: apt_mirror.py bookworm /etc/apt

Reads both formats of apt sources: one line per source (*.list) and paragraphs of fields (*.sources).
Uses the standard library alone: it runs before the virtual environment exists.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """One place that apt takes binary packages from, for some suites."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]


def parse_one_line_format(text: str) -> Iterator[Source]:
    """Yields the binary sources of a sources.list: `deb [options] URI SUITE COMPONENT…`."""
    for line in text.splitlines():
        words = line.split("#", 1)[0].split()
        if not words or words[0] != "deb":
            continue
        del words[0]
        if words and words[0].startswith("["):
            while words and not words.pop(0).endswith("]"):
                pass
        if len(words) >= 2:
            yield Source(words[0], (words[1],), tuple(words[2:]))


def parse_deb822_format(text: str) -> Iterator[Source]:
    """Yields the enabled binary sources of a *.sources file."""
    for fields in _paragraphs(text):
        if "deb" not in fields.get("types", "").split():
            continue
        if fields.get("enabled", "yes").strip().lower() in ("no", "false", "0", "off", "without", "disable"):
            continue
        for uri in fields.get("uris", "").split():
            yield Source(
                uri, tuple(fields.get("suites", "").split()), tuple(fields.get("components", "").split())
            )


def _paragraphs(text: str) -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if not line.strip():
            if fields:
                yield fields
            fields, name = {}, ""
        elif line[0].isspace():
            if name:
                fields[name] += " " + line.strip()
        elif ":" in line:
            name, value = line.split(":", 1)
            name = name.strip().lower()
            fields[name] = value.strip()
    if fields:
        yield fields


def read_sources(apt_folder: Path) -> list[Source]:
    """Returns all binary sources below an apt folder, in the order apt reads them."""
    parts = apt_folder / "sources.list.d"
    files = [apt_folder / "sources.list", *sorted(parts.glob("*.list")), *sorted(parts.glob("*.sources"))]
    sources: list[Source] = []
    for file in files:
        if file.is_file():
            parse = parse_deb822_format if file.suffix == ".sources" else parse_one_line_format
            sources.extend(parse(file.read_text(encoding="utf-8", errors="replace")))
    return sources


def debian_mirror(sources: list[Source], codename: str) -> str | None:
    """Returns the URI that offers Debian's own main component of this release, or None.

    Other vendors name their suites like Debian's releases, too. A folder called `debian`, or updates of the
    release offered by the same URI, tell a real mirror.
    """
    releases = {codename, "stable", "oldstable"}
    updates = {f"{release}-updates" for release in releases}

    def likelihood(uri: str) -> int:
        suites = {suite for source in sources if source.uri == uri for suite in source.suites}
        return int(uri.rstrip("/").endswith("/debian")) + int(bool(suites & updates))

    candidates = [
        source.uri
        for source in sources
        if releases & set(source.suites)
        and "main" in source.components
        and not source.uri.startswith("cdrom:")
    ]
    return max(candidates, key=likelihood, default=None)  # the first one of the most likely


def main(arguments: list[str]) -> int:
    """Command line; returns the exit status."""
    if not 1 <= len(arguments) <= 2:
        print("error: usage: apt_mirror.py CODENAME [APT_FOLDER]", file=sys.stderr)
        return 2
    apt_folder = Path(arguments[1] if len(arguments) == 2 else "/etc/apt")
    mirror = debian_mirror(read_sources(apt_folder), arguments[0])
    if mirror is None:
        print(
            f"error: the apt sources in {apt_folder} name no Debian mirror for {arguments[0]}; "
            "name one with GAZEBO_DEBIAN_MIRROR=URL",
            file=sys.stderr,
        )
        return 1
    print(mirror)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

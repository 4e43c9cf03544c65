"""Which Debian mirror the machine's apt sources name, in both of apt's formats."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MIRROR = "http://mirror.example/debian"

DEB822 = f"""\
# the distribution
Types: deb deb-src
URIs: {MIRROR}
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main
"""

DEB822_FOLDED = f"""\
Types: deb
URIs:
 {MIRROR}
 http://second.example/debian
Suites: bookworm
# a comment inside
 bookworm-updates
Components: main contrib
"""

DEB822_DISABLED = DEB822.replace("Types: deb deb-src", "Enabled: no\nTypes: deb", 1)

ONE_LINE = f"""\
# deb http://commented.example/debian bookworm main
deb-src http://source.example/debian bookworm main
deb {MIRROR} bookworm main non-free-firmware # the distribution
deb http://security.example/debian-security bookworm-security main
"""

ONE_LINE_OPTIONS = f"deb [ arch=amd64 signed-by=/usr/share/keyrings/x.gpg ] {MIRROR} bookworm main\n"
ONE_LINE_TIGHT_OPTIONS = f"deb [arch=amd64] {MIRROR} stable main\n"
CDROM = f"deb cdrom:[Debian_12]/ bookworm main\ndeb {MIRROR} bookworm main\n"
VENDOR_FIRST = f"deb https://vendor.example/apt bookworm main\ndeb {MIRROR} bookworm main\n"
SNAPSHOT = "http://mirror.example/archive/20250101T000000Z"
VENDOR_AND_SNAPSHOT = f"""\
deb https://vendor.example/apt bookworm main
deb {SNAPSHOT} bookworm main
deb {SNAPSHOT} bookworm-updates main
"""


def find_mirror(root: Path, apt_folder: Path, codename: str = "bookworm") -> subprocess.CompletedProcess[str]:
    program = root / "embedded/gazebo/apt_mirror.py"
    return subprocess.run(
        [sys.executable, program, codename, apt_folder],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("sources.list.d/debian.sources", DEB822, MIRROR),
        ("sources.list.d/debian.sources", DEB822_FOLDED, MIRROR),
        ("sources.list", ONE_LINE, MIRROR),
        ("sources.list", ONE_LINE_OPTIONS, MIRROR),
        ("sources.list.d/extra.list", ONE_LINE_TIGHT_OPTIONS, MIRROR),
        ("sources.list", CDROM, MIRROR),
        ("sources.list", VENDOR_FIRST, MIRROR),
        ("sources.list", VENDOR_AND_SNAPSHOT, SNAPSHOT),
    ],
)
def test_mirror_is_found(root: Path, tmp_path: Path, file: str, text: str, expected: str) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / file).write_text(text)
    found = find_mirror(root, tmp_path)
    assert (found.returncode, found.stdout) == (0, expected + "\n")


@pytest.mark.parametrize("text", ["", DEB822_DISABLED, DEB822.replace("bookworm", "trixie")])
def test_without_a_mirror_one_line_says_what_to_do(root: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d/debian.sources").write_text(text)
    found = find_mirror(root, tmp_path)
    assert found.returncode == 1
    assert found.stdout == ""
    assert len(found.stderr.splitlines()) == 1
    assert "GAZEBO_DEBIAN_MIRROR" in found.stderr


def test_files_that_apt_ignores_are_ignored(root: Path, tmp_path: Path) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d/debian.sources.save").write_text(DEB822)
    (tmp_path / "sources.list.d/other.list").write_text(ONE_LINE)
    assert find_mirror(root, tmp_path).stdout == MIRROR + "\n"

"""What processes hold, as the kernel tells it."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")  # [byte]


@dataclass(frozen=True)
class Holding:
    """What one process holds."""

    name: str
    memory: int
    """Resident set [byte]."""
    descriptors: int
    """Open files, sockets, pipes, …"""


def family(pid: int) -> list[int]:
    """Return `pid` and all its descendants that run."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                # "pid (name) state ppid …", and the name may hold anything.
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for member in found:
        found += children.get(member, [])
    return [member for member in found if Path(f"/proc/{member}").exists()]


def holding(pid: int) -> Holding:
    """Return what process `pid` holds now. Raises OSError if it has ended."""
    process = Path(f"/proc/{pid}")
    command = (process / "cmdline").read_bytes().split(b"\0")
    # A script's process is its interpreter: the script's name tells more.
    names = [Path(os.fsdecode(word)).name for word in command[:2]]
    name = names[1] if names[0].startswith("python") and len(names) > 1 else names[0]
    pages = int((process / "statm").read_text().split()[1])
    return Holding(name, pages * PAGE, len(list((process / "fd").iterdir())))


def files_of(pid: int, since: float) -> set[Path]:
    """Return what process `pid` has open or mapped of temporary files, sockets and shared memory with a name.

    Only those made after `since` [s since the epoch].
    """
    roots = (Path("/dev/shm"), Path(tempfile.gettempdir()), Path("/tmp"))
    process = Path(f"/proc/{pid}")
    sockets = _socket_paths()
    names = set()
    for descriptor in (process / "fd").iterdir():
        try:
            target = str(descriptor.readlink())
        except OSError:  # closed meanwhile
            continue
        names.add(sockets.get(target.removeprefix("socket:[").removesuffix("]"), target))
    names |= {line.split(maxsplit=5)[5] for line in _lines(process / "maps") if line.count("/")}
    names.add(str((process / "cwd").readlink()))
    temporary = {Path(name) for name in names if any(root in Path(name).parents for root in roots)}
    return {path for path in temporary if _made_at(path) > since}


def _made_at(path: Path) -> float:
    try:
        return path.stat().st_ctime
    except OSError:  # gone meanwhile, or never there: memory of its own
        return 0.0


def _socket_paths() -> dict[str, str]:
    """Return the paths of the machine's Unix sockets by inode number."""
    fields = (line.split() for line in _lines(Path("/proc/net/unix"))[1:])
    return {field[6]: field[7] for field in fields if len(field) > 7}


def _lines(path: Path) -> list[str]:
    return path.read_text(errors="replace").splitlines()

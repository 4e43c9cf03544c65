"""Repairs the ROS 2 wheels of a virtual environment after pip installed them. May be run any number of times.

usage: repair.py VENV

Two things in the wheels still point at the machine they were built on:

1. The CMake targets they export name its Python and numpy include folders, and a tinyxml2 library.
2. The libraries the ROS libraries were linked with lie under hashed names in site-packages/ros_*.libs, where
   neither the loader nor the linker's search for indirect dependencies finds them; links in VENV/lib make one
   folder enough.
"""

from __future__ import annotations

import re
import sys
import sysconfig
from pathlib import Path

BUILD_PYTHON_INCLUDE = re.compile(r"/opt/python/cp\d+-cp\d+/include/python3\.\d+")
BUILD_NUMPY_INCLUDE = re.compile(
    r"/opt/python/cp\d+-cp\d+/lib/python3\.\d+/site-packages/numpy/(?:_core|core)/include"
)
BUILD_TINYXML2 = re.compile(r";?/usr/lib64/libtinyxml2\.so")


def repaired(text: str, python_include: str, numpy_include: str) -> str:
    """Returns the text of a CMake file with this machine's folders in place of the build machine's."""
    text = BUILD_NUMPY_INCLUDE.sub(numpy_include, text)
    text = BUILD_PYTHON_INCLUDE.sub(python_include, text)
    return BUILD_TINYXML2.sub("", text)


def repair_cmake_files(venv: Path, python_include: str, numpy_include: str) -> int:
    """Repairs the CMake files below VENV/share and VENV/lib/cmake; returns how many were changed."""
    changed = 0
    for folder in (venv / "share", venv / "lib" / "cmake"):
        for path in sorted(folder.rglob("*.cmake")):
            text = path.read_text(encoding="utf-8", errors="surrogateescape")
            new_text = repaired(text, python_include, numpy_include)
            if new_text != text:
                temporary = path.with_name(path.name + ".new")
                temporary.write_text(new_text, encoding="utf-8", errors="surrogateescape")
                temporary.replace(path)
                changed += 1
    return changed


def link_libraries(venv: Path) -> int:
    """Links the libraries of site-packages/ros_*.libs into VENV/lib; returns how many links were made."""
    made = 0
    for library in sorted((venv / "lib").glob("python3*/site-packages/ros_*.libs/*")):
        link = venv / "lib" / library.name
        target = library.relative_to(venv / "lib")
        if link.is_symlink() and link.readlink() == target:
            continue
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        made += 1
    return made


def main(arguments: list[str]) -> int:
    """Command line; returns the exit status."""
    if len(arguments) != 1 or not Path(arguments[0], "bin", "python").exists():
        print("error: usage: repair.py VENV, with the folder of a virtual environment", file=sys.stderr)
        return 2
    venv = Path(arguments[0]).resolve()
    import numpy as np  # of the environment being repaired

    python_include, numpy_include = sysconfig.get_paths()["include"], np.get_include()
    if not Path(python_include, "Python.h").exists():
        print(f"error: no Python.h in {python_include}: install the headers of this Python", file=sys.stderr)
        return 1
    files = repair_cmake_files(venv, python_include, numpy_include)
    links = link_libraries(venv)
    print(f"{files} CMake files repaired, {links} libraries linked")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

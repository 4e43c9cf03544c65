"""The program that embeds Gazebo, as a process: started, asked how it does, ended."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psutil
from ament_index_python.packages import get_package_prefix

from object_tracker_agent.processes import tied
from object_tracker_sim.simulator.link import Link, ProtocolError
from object_tracker_sim.simulator.types import SimulatorSettings, StartError


class Program:
    """One run of it. It gets a signal from the kernel when the thread that made this ends."""

    def __init__(
        self,
        link: Link,
        settings: SimulatorSettings,
        world: Path,
        folder: Path,
        variables: Mapping[str, str],
    ) -> None:
        """Start it.

        Args:
            link: What it is to be reached by.
            settings: How many arenas, and the size of images.
            world: The composed world file.
            folder: It runs in there, and its log is kept there.
            variables: Its environment.

        Raises StartError: it has not been built.
        """
        program = Path(get_package_prefix("object_tracker_sim")) / "lib" / "object_tracker_sim" / "simulator"
        if not program.is_file():
            raise StartError(f"the simulator program {program} is missing; build the workspace")
        self._log_path = folder / "simulator.log"
        numbers = (settings.arenas, settings.image_height, settings.image_width)
        with self._log_path.open("wb") as log:
            self.process = subprocess.Popen(
                tied([str(program), *map(str, link.far_descriptors), str(world), *map(str, numbers)]),
                env=variables,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=link.far_descriptors,
                start_new_session=True,
            )
        link.started()

    def running(self) -> bool:
        return self.process.poll() is None

    def cpu_seconds(self) -> float:
        """Return the processor time that it has used [s]; 0 if it is gone."""
        try:
            times = psutil.Process(self.process.pid).cpu_times()
        except psutil.Error:
            return 0.0
        return float(times.user + times.system)

    def end(self, patience: float) -> None:
        """Wait so long [s] for it, whose socket is closed, to end by itself; kill it if it does not."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(patience)
            return
        self.process.kill()
        self.process.wait()

    def how_it_ended(self, problem: Exception, when: str) -> str:
        """Say how it ended, given what showed on the socket."""
        if isinstance(problem, ProtocolError):
            return f"the simulator sent nonsense ({problem})"
        try:
            status = self.process.wait(2.0)
        except subprocess.TimeoutExpired:
            return "the simulator closed its socket without ending"
        if status < 0:
            with contextlib.suppress(ValueError):
                return f"the simulator ended {when} (killed by {signal.Signals(-status).name})"
        return f"the simulator ended {when} (exit status {status})"

    def last_words(self) -> str:
        """Return the end of what it has logged, in one line; empty if that is nothing."""
        # OGRE and Gazebo colour what they say
        said = [line for line in self._read_log().replace("\x1b", " ").splitlines() if line.strip()]
        return " | ".join(" ".join(line.split()) for line in said[-3:])[-600:]

    def _read_log(self) -> str:
        try:
            with self._log_path.open("rb") as file:
                file.seek(0, 2)
                file.seek(max(0, file.tell() - 20_000))
                return file.read().decode("utf-8", "replace")
        except OSError:
            return ""

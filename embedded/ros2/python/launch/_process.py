"""One process of a launch: how it is started, read, stopped and waited for."""

from __future__ import annotations

import itertools
import os
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from launch import _missing
from launch._core import Action, LaunchContext, Text, perform

if TYPE_CHECKING:
    from launch._service import LaunchService

_count = itertools.count(1)
_DRAIN = 1.0  # [s] how long a process that has ended may leave its output open (a child of its own holds it)
_ESCALATION = {signal.SIGTERM: ("5", signal.SIGINT), signal.SIGKILL: ("10.0", signal.SIGTERM)}
_OUTPUTS = {"screen": (True, True, False), "log": (False, True, True), "both": (True, True, True)}


@dataclass(frozen=True)
class ProcessExited:
    """A process has ended; returncode is negative for a signal."""

    action: ExecuteProcess
    process_name: str
    cmd: list[str]
    pid: int
    returncode: int


class ExecuteProcess(Action):
    """Start a process; shut it down by SIGINT, after 5 s SIGTERM, after 5 s more SIGKILL."""

    def __init__(
        self,
        *,
        cmd: Iterable[Text],
        prefix: Text = "",
        name: Text | None = None,
        additional_env: Mapping[Any, Text] | None = None,
        output: str = "log",
        **options: Any,
    ) -> None:
        _missing.refuse_options(type(self).__name__, options)
        if not isinstance(output, str) or output not in _OUTPUTS:
            raise TypeError(f"{type(self).__name__}(output={output!r}) {_missing.NEEDS_REAL}")
        self._cmd, self._prefix, self._name = list(cmd), prefix, name
        self._additional_env = additional_env or {}
        self._stdout_on_screen, self._stderr_on_screen, self._in_log = _OUTPUTS[output]
        self._process: subprocess.Popen[bytes] | None = None
        self._final_name = ""
        self._deadlines: list[tuple[float, signal.Signals]] = []

    def execute(self, context: LaunchContext) -> None:
        if context.service is None or context.is_shutdown:
            return
        if self._process is not None:
            raise RuntimeError(f"ExecuteProcess action '{self._final_name}': executed more than once")
        command = [perform(context, part) for part in self._cmd]
        self._final_cmd = shlex.split(perform(context, self._prefix)) + command
        name = Path(self._final_cmd[0]).name if self._name is None else perform(context, self._name)
        self._final_name = f"{name}-{next(_count)}"
        extra = {
            perform(context, key): perform(context, value) for key, value in self._additional_env.items()
        }
        self._start(context.service, {**os.environ, **extra})

    def _start(self, service: LaunchService, environment: dict[str, str]) -> None:
        try:
            self._process = subprocess.Popen(
                self._final_cmd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        except OSError as error:
            service.output.say(
                "ERROR", self._final_name, f"exception occurred while executing process: {error}"
            )
            return
        service.output.say("INFO", self._final_name, f"process started with pid [{self._process.pid}]")
        service.running.append(self)
        threading.Thread(target=self._watch, args=(service, self._process), daemon=True).start()

    def _watch(self, service: LaunchService, process: subprocess.Popen[bytes]) -> None:
        """Read the process's output and wait for its end; the service's thread acts on both."""

        def read(stream: IO[bytes], screen: bool) -> None:
            for raw in stream:
                line = raw.decode(errors="replace").rstrip("\n")
                service.post(lambda line=line: service.output.relay(  # type: ignore[misc]
                    self._final_name, line, screen=screen, log=self._in_log))  # fmt: skip

        assert process.stdout is not None
        assert process.stderr is not None
        readers = [
            threading.Thread(target=read, args=(process.stdout, self._stdout_on_screen), daemon=True),
            threading.Thread(target=read, args=(process.stderr, self._stderr_on_screen), daemon=True),
        ]
        for reader in readers:
            reader.start()
        returncode = process.wait()
        for reader in readers:
            reader.join(_DRAIN)
        service.post(lambda: self._ended(service, process.pid, returncode))

    def _ended(self, service: LaunchService, pid: int, returncode: int) -> None:
        service.running.remove(self)
        if returncode == 0:
            service.output.say("INFO", self._final_name, f"process has finished cleanly [pid {pid}]")
        else:
            command = " ".join(part for part in self._final_cmd if part.strip())
            service.output.say(
                "ERROR", self._final_name,
                f"process has died [pid {pid}, exit code {returncode}, cmd '{command}'].",
            )  # fmt: skip
        service.emit(ProcessExited(self, self._final_name, self._final_cmd, pid, returncode))

    def stop(self, service: LaunchService, *, send_sigint: bool) -> None:
        """Begin the shutdown of this process."""
        now = time.monotonic()
        self._deadlines = [(now + 5, signal.SIGTERM), (now + 10, signal.SIGKILL)]
        if send_sigint:
            self._signal(service, signal.SIGINT)

    def next_deadline(self) -> float | None:
        """Return the time [s, monotonic] at which a stronger signal is due, if any."""
        return self._deadlines[0][0] if self._deadlines else None

    def escalate(self, service: LaunchService) -> None:
        """Send the signals that are due."""
        while self._deadlines and self._deadlines[0][0] <= time.monotonic():
            _, number = self._deadlines.pop(0)
            seconds, last = _ESCALATION[number]
            service.output.say(
                "ERROR", self._final_name,
                f"process[{self._final_name}] failed to terminate '{seconds}' seconds after receiving "
                f"'{last.name}', escalating to '{number.name}'",
            )  # fmt: skip
            self._signal(service, number)

    def _signal(self, service: LaunchService, number: signal.Signals) -> None:
        assert self._process is not None
        name = self._final_name
        service.output.say("INFO", name, f"sending signal '{number.name}' to process[{name}]")
        self._process.send_signal(number)

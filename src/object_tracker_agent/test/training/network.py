"""Machines on a network that can be cut: network namespaces, each with a cable to the first of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

ADDRESS = "10.77.{}.1"  # of the first machine at its end of cable number 1, 2, …; .2 is the other end's


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=20)


class Network:
    """`hub` and the machines with a cable to it, by name."""

    def __init__(self, names: Sequence[str]) -> None:
        tag = uuid.uuid4().hex[:6]
        self.hub = f"ot-hub-{tag}"
        self.machines = {name: f"ot-{name}-{tag}" for name in names}
        self._cables = {name: f"ot{tag}{number}" for number, name in enumerate(names, 1)}
        self.hub_as_seen_from = {name: ADDRESS.format(60 + number) for number, name in enumerate(names, 1)}

    def connect(self) -> None:
        for namespace in (self.hub, *self.machines.values()):
            ip("netns", "add", namespace)
            ip("-n", namespace, "link", "set", "lo", "up")
        for name, machine in self.machines.items():
            cable, address = self._cables[name], self.hub_as_seen_from[name]
            ip("-n", self.hub, "link", "add", cable, "type", "veth", "peer", "cable", "netns", machine)
            ip("-n", self.hub, "address", "add", f"{address}/24", "dev", cable)
            ip("-n", machine, "address", "add", f"{address[:-1]}2/24", "dev", "cable")
            ip("-n", self.hub, "link", "set", cable, "up")
            ip("-n", machine, "link", "set", "cable", "up")

    def cut(self, name: str) -> None:
        """Let nothing through any more, and tell neither end: no connection is reset or refused."""
        ip("-n", self.hub, "link", "set", self._cables[name], "down")

    def mend(self, name: str) -> None:
        ip("-n", self.hub, "link", "set", self._cables[name], "up")

    def on(self, name: str) -> list[str]:
        """Return what goes before a command that is to run on a machine."""
        return ["ip", "netns", "exec", self.machines.get(name, self.hub)]

    def remove(self) -> None:
        for namespace in (self.hub, *self.machines.values()):
            subprocess.run(["ip", "netns", "del", namespace], capture_output=True, timeout=20, check=False)


@contextmanager
def network(*names: str) -> Iterator[Network]:
    """A network of `hub` and these machines; skips the test where that is not permitted."""
    if shutil.which("ip") is None or os.geteuid() != 0:
        pytest.skip("needs root and ip (iproute2) to make network namespaces")
    made = Network(names)
    try:
        try:
            made.connect()
        except subprocess.CalledProcessError as error:
            pytest.skip(f"network namespaces are not permitted here: {error.stderr.decode().strip()}")
        yield made
    finally:
        made.remove()

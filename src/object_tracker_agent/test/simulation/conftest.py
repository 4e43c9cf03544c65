"""Looking at processes from outside."""

import contextlib
import time

import psutil
import pytest


def _alive(pid):
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


@pytest.fixture
def wait_gone():
    """Wait until none of some processes is left; returns those that still are after 10 s."""

    def wait(pids, timeout=10.0):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and any(_alive(pid) for pid in pids):
            time.sleep(0.02)
        return [pid for pid in pids if _alive(pid)]

    return wait

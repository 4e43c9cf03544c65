"""Gazebo's own window opens on a real display and stays."""

from __future__ import annotations

import time

import pytest

from object_tracker_sim.simulator.display import Display

from .running_world import wait_until

pytestmark = pytest.mark.integration


def window(world):
    return [process for process in world.processes() if "gzclient" in process.name()]


def test_the_window_opens_and_ends_with_the_world(tmp_path, monkeypatch, start_world):
    display = Display(tmp_path / "xvfb.log")
    try:
        monkeypatch.setenv("DISPLAY", display.name)
        world = start_world(gui=True, mode="realtime")
        world.wait_ready()
        wait_until(lambda: window(world), timeout=20)
        (client,) = window(world)
        time.sleep(3)
        assert client.is_running()
        world.close()
        assert not client.is_running()
    finally:
        display.close()

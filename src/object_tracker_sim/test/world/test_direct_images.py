"""Images of half the size, and states that come ahead of their images."""

from __future__ import annotations

import numpy as np
import pytest

from object_tracker_agent.envs.observations import pictures
from object_tracker_agent.presets import Observation
from object_tracker_agent.ros import ArenaStart, StepReply

from .direct import STEP_NS, drive, hang_up, line_of
from .running_world import RunningWorld

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("channels", [1, 3])
def test_images_of_half_the_size_are_opencvs(direct_world: RunningWorld, channels: int) -> None:
    """Whoever made the step before, and whether or not anything has moved."""
    settings = Observation(channels=channels)
    with direct_world.client() as client:
        client.step(0.0, resets=[ArenaStart(k, burger_pose=(0.7, 0.1 * k, 0.0)) for k in range(2)])
        for duration in (0.1, 0.0, 0.3):
            reply = client.step(duration, half_channels=channels, copy_frames=False)
            np.testing.assert_array_equal(reply.halves, pictures(reply.frames, settings))
        client.step(0.1)  # without them
        hang_up(client)
        by_node = client.step(0.1, resets=[ArenaStart(0)], half_channels=channels)
        assert by_node.halves is None
        reply = client.step(0.0, half_channels=channels)
        np.testing.assert_array_equal(reply.halves, pictures(by_node.frames, settings))


def test_a_state_comes_ahead_of_its_images(direct_world: RunningWorld) -> None:
    early: list[StepReply] = []
    with direct_world.client() as client:
        client.step(0.0, resets=[ArenaStart(0), ArenaStart(1)])
        drive(client, 5)
        reply = client.step(0.1, on_state=early.append)
        assert line_of(client) is not None
        assert early[0].stamp_ns == reply.stamp_ns
        np.testing.assert_array_equal(early[0].waffle_pose, reply.waffle_pose)
        assert reply.frames.shape == (2, 120, 160, 3)
        after = client.step(0.0)
        np.testing.assert_array_equal(after.frames, reply.frames)
        np.testing.assert_array_equal(after.waffle_pose, reply.waffle_pose)


def test_what_is_raised_meanwhile_harms_nothing(direct_world: RunningWorld) -> None:
    def fail(_: StepReply) -> None:
        raise RuntimeError("of the caller's own")

    with direct_world.client() as client:
        begin = client.step(0.1).stamp_ns
        with pytest.raises(RuntimeError, match="of the caller's own"):
            client.step(0.1, on_state=fail)
        assert client.step(0.1).stamp_ns == begin + 2 * STEP_NS
        assert line_of(client) is not None


def test_after_a_ctrl_c_in_the_middle_of_a_step(direct_world: RunningWorld) -> None:
    """The next call is answered by what it asks for itself, though the answer to the last was never read."""

    def interrupt(_: StepReply) -> None:
        raise KeyboardInterrupt

    with direct_world.client() as client:
        client.step(0.0, resets=[ArenaStart(0), ArenaStart(1)])
        drive(client, 3)
        with pytest.raises(KeyboardInterrupt):
            client.step(0.1, on_state=interrupt)
        reply = client.step(0.0, resets=[ArenaStart(0, waffle_pose=(0.3, 0.2, 0.1)), ArenaStart(1)])
        np.testing.assert_allclose(reply.waffle_pose[0, :2], [0.3, 0.2])
        assert client.step(0.1).stamp_ns == reply.stamp_ns + STEP_NS
        assert line_of(client) is not None

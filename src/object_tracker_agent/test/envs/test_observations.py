"""What the policy sees, against a computation written out."""

import numpy as np
import pytest

from object_tracker_agent.envs.observations import (
    ObservationStacks,
    half_channels,
    observation_space,
    picture,
    pictures,
)
from object_tracker_agent.presets import Observation


def random_frame(seed=0, height=120, width=160):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def halved(frame):
    height, width, _ = frame.shape
    return frame.reshape(height // 2, 2, width // 2, 2, 3).astype(float).mean(axis=(1, 3))


def test_luminance_of_the_mean_over_areas():
    frame = random_frame()
    expected = halved(frame) @ [0.299, 0.587, 0.114]
    seen = picture(frame, Observation())
    assert seen.shape == (60, 80, 1)
    assert seen.dtype == np.uint8
    # the colours are rounded (0.5 each at most), then their luminance is (another 0.5)
    assert np.abs(seen[:, :, 0] - expected).max() <= 1.01


def test_luminance_is_the_simulators():
    """All colours there are, against the whole numbers of halving.cc in object_tracker_sim."""
    green, blue = np.meshgrid(np.arange(256), np.arange(256), indexing="ij")
    for red in range(256):
        colours = np.stack([np.full_like(green, red), green, blue], axis=-1).astype(np.uint8)
        seen = picture(colours, Observation(height=256, width=256))[:, :, 0]
        np.testing.assert_array_equal(seen, (9798 * red + 19235 * green + 3735 * blue + 2**14) >> 15)


def test_a_mean_is_rounded_up_from_the_half():
    frame = random_frame(3).astype(int)
    sums = frame[::2, ::2] + frame[1::2, ::2] + frame[::2, 1::2] + frame[1::2, 1::2]
    seen = picture(frame.astype(np.uint8), Observation(channels=3))
    np.testing.assert_array_equal(seen, (sums + 2) >> 2)


def test_colours():
    frame = random_frame(1)
    seen = picture(frame, Observation(channels=3))
    assert seen.shape == (60, 80, 3)
    assert np.abs(seen - halved(frame)).max() <= 0.5


@pytest.mark.parametrize(("colour", "weight"), [(0, 0.299), (1, 0.587), (2, 0.114)])
def test_red_is_red(colour, weight):
    frame = np.zeros((120, 160, 3), np.uint8)
    frame[:, :, colour] = 200
    assert np.unique(picture(frame, Observation())) == round(200 * weight)


def test_the_full_size_is_not_resized():
    frame = random_frame(2)
    full = Observation(height=120, width=160, channels=3)
    assert np.array_equal(picture(frame, full), frame)


def test_sizes_that_do_not_divide():
    frame = np.full((120, 160, 3), 77, np.uint8)
    assert np.unique(picture(frame, Observation(height=36, width=50, channels=3))) == 77


@pytest.mark.parametrize("channels", [1, 3])
def test_a_stack_has_the_newest_last(channels):
    settings = Observation(stack=3, channels=channels)
    stacks = ObservationStacks(settings, arenas=2)
    frames = [random_frame(seed) for seed in range(5)]
    pictures = [picture(frame, settings) for frame in frames]
    stacks.begin(1, frames[0])
    assert np.array_equal(stacks.observations()[1], np.concatenate([pictures[0]] * 3, axis=2))
    for frame in frames[1:]:
        stacks.push(np.stack([random_frame(9), frame]), [1])
    assert np.array_equal(stacks.observations()[1], np.concatenate(pictures[2:], axis=2))
    assert not stacks.observations()[0].any()
    stacks.begin(1, frames[0])  # the next episode has forgotten the last
    assert np.array_equal(stacks.observations()[1], np.concatenate([pictures[0]] * 3, axis=2))


@pytest.mark.parametrize("size", [(60, 80), (30, 40), (120, 160), (36, 50)])
@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_of_all_arenas_are_those_of_each(size, channels):
    settings = Observation(height=size[0], width=size[1], channels=channels)
    frames = np.stack([random_frame(seed) for seed in range(3)])
    one_by_one = np.stack([picture(frame, settings) for frame in frames])
    assert np.array_equal(pictures(frames, settings), one_by_one)


@pytest.mark.parametrize("stack", [1, 2])
def test_some_arenas_or_all(stack):
    settings = Observation(stack=stack)
    frames = np.stack([random_frame(seed) for seed in range(3)])
    some, everyone = ObservationStacks(settings, arenas=3), ObservationStacks(settings, arenas=3)
    everyone.push(frames, [0, 1, 2])
    some.push(frames, [0, 2])
    assert np.array_equal(some.observations()[[0, 2]], everyone.observations()[[0, 2]])
    assert not some.observations()[1].any()
    some.push(frames, [])
    assert not some.observations()[1].any()


@pytest.mark.parametrize("arenas", [[0, 1, 2], [0, 2]])
def test_pictures_that_are_there_already(arenas):
    settings = Observation(stack=2)
    frames = np.stack([random_frame(seed) for seed in range(3)])
    made, given = ObservationStacks(settings, arenas=3), ObservationStacks(settings, arenas=3)
    made.push(frames, arenas)
    given.push(np.zeros_like(frames), arenas, halves=pictures(frames, settings))
    assert np.array_equal(given.observations(), made.observations())


def test_which_pictures_the_simulator_makes():
    assert half_channels(Observation()) == 1
    assert half_channels(Observation(channels=3)) == 3
    assert half_channels(Observation(height=45)) == 0
    assert half_channels(Observation(height=120, width=160)) == 0


def test_observations_are_the_callers_own():
    stacks = ObservationStacks(Observation(), arenas=1)
    before = stacks.observations()
    stacks.begin(0, random_frame())
    assert not before.any()


def test_the_space():
    space = observation_space(Observation(channels=3, stack=2))
    assert space.shape == (60, 80, 6)
    assert space.dtype == np.uint8
    assert (space.low.min(), space.high.max()) == (0, 255)

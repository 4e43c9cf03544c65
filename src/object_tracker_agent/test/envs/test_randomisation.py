"""What is drawn for an episode, and what it does to commands and pictures."""

from dataclasses import fields, replace

import numpy as np
import pytest

from object_tracker_agent.envs.disturbances import Disturbances
from object_tracker_agent.envs.observations import pictures
from object_tracker_agent.envs.randomisation import NEUTRAL, Draw, draw
from object_tracker_agent.envs.starts import draw_start
from object_tracker_agent.presets import Colour, Randomisation, Range, load_preset
from object_tracker_agent.ros.step_types import ArenaLook

HARD = load_preset("follow_hard")
WHOLE = replace(
    HARD.randomisation,
    camera_position_error=Range(-0.03, 0.02),
    camera_angle_error=Range(0.01, 0.06),
    furniture=Range(0.2, 0.9),
)  # the preset leaves some of these out
SEED = 2  # of a draw with a latency that is not 0
LOOKS = (
    "sun_direction",
    "sun_strength",
    "ambient",
    "ground_colour",
    "burger_colour",
    "background_colour",
    "surroundings_seed",  # with its range, or 0
    "patterns",  # with its seed
    "camera_position_error",
    "camera_angle_error",
    "furniture",  # with its seed
)


def test_nothing_is_drawn_unless_asked_for():
    assert draw(Randomisation(), 5) is NEUTRAL
    approach = load_preset("approach")
    assert draw_start(approach.task, 7, 0).look is None


def test_a_draw_depends_on_the_seed_alone():
    assert draw(HARD.randomisation, 5) == draw(HARD.randomisation, 5)
    assert draw(HARD.randomisation, 5) != draw(HARD.randomisation, 6)


def test_draws_are_within_their_ranges():
    draws = [draw(HARD.randomisation, seed) for seed in range(300)]
    assert {each.latency for each in draws} == {0, 1}
    assert all(abs(part) <= 0.05 for each in draws for part in (*each.position_error, each.yaw_error))
    assert all(
        0.95 <= factor <= 1.05 for each in draws for factor in (each.linear_factor, each.angular_factor)
    )
    assert (
        0.0 <= min(each.noise for each in draws) < 0.002 < 0.012 < max(each.noise for each in draws) <= 0.014
    )
    looks = [each.look for each in draws]
    assert all(look.sun_direction[2] < 0 and 0.5 <= look.sun_strength <= 1.3 for look in looks)
    assert all(0.1 <= part <= 0.9 for look in looks for part in look.ground_colour)
    assert all(0.2 <= part <= 1.0 for look in looks for part in look.background_colour)
    shares = [look.surroundings_high[0] - look.surroundings_low[0] for look in looks]
    assert 0.1 <= min(shares) < 0.15 < 0.95 < max(shares) <= 1.0
    assert all(0 <= part <= 1 for look in looks for part in (*look.surroundings_low, *look.surroundings_high))
    assert len({look.surroundings_seed for look in looks}) == 300
    assert all(0 <= look.surroundings_seed < 2**53 for look in looks)
    shares = [look.patterns for look in looks]
    assert 0.0 <= min(shares) < 0.1 < 0.9 < max(shares) <= 1.0
    assert len({look.patterns_seed for look in looks}) == 300
    assert all(0 <= look.patterns_seed < 2**53 for look in looks)


def test_the_camera_is_off_in_six_ways_of_their_own():
    looks = [draw(WHOLE, seed).look for seed in range(300)]
    positions = [look.camera_position_error for look in looks]
    angles = [look.camera_angle_error for look in looks]
    for drawn, low, high in ((positions, -0.03, 0.02), (angles, 0.01, 0.06)):
        assert np.shape(drawn) == (300, 3)
        assert ((low <= np.min(drawn, axis=0)) & (np.min(drawn, axis=0) < low + 0.005)).all()
        assert ((high - 0.005 < np.max(drawn, axis=0)) & (np.max(drawn, axis=0) <= high)).all()
    assert np.abs(np.corrcoef(np.hstack([positions, angles]).T) - np.eye(6)).max() < 0.2
    alone = Randomisation(camera_angle_error=Range(0.01, 0.06))
    assert draw(alone, 7).look == ArenaLook(camera_angle_error=angles[7])


def test_each_episode_has_its_furniture():
    looks = [draw(WHOLE, seed).look for seed in range(300)]
    shares = [look.furniture for look in looks]
    assert 0.2 <= min(shares) < 0.25 < 0.85 < max(shares) <= 0.9
    assert np.mean(shares) == pytest.approx(0.55, abs=0.05)
    assert len({look.furniture_seed for look in looks}) == 300
    assert all(0 <= look.furniture_seed < 2**53 for look in looks)
    alone = draw(Randomisation(furniture=Range(0.2, 0.9)), 7)
    assert alone == replace(
        NEUTRAL, look=ArenaLook(furniture=shares[7], furniture_seed=looks[7].furniture_seed)
    )
    without = draw(replace(WHOLE, furniture=None), 7).look
    assert (without.furniture, without.furniture_seed) == (None, 0)


def test_episodes_of_presets_that_know_of_no_surroundings_stay_as_they_were():
    """Written down before there were any: seed 5 of follow_hard, whose ground was 0.3 to 0.9 then."""
    old = replace(
        HARD.randomisation,
        ground=Colour(*[Range(0.3, 0.9)] * 3),
        surroundings=None,
        background=None,
        patterns=None,
        tones=None,
        furniture=None,
    )
    assert draw(old, 5) == Draw(
        look=ArenaLook(
            sun_direction=(0.04880753427575532, 0.6313754914302361, -0.7739397996092131),
            sun_strength=0.9731306817525385,
            ambient=(0.580583090292435, 0.3213380881989908, 0.49698245828238086),
            ground_colour=(0.41464557189183243, 0.3622089728052059, 0.4522530379160385),
            burger_colour=(0.041807539198009815, 0.20064710225262572, 0.19481083891993942),
        ),
        position_error=(-0.003678287711502845, 0.003560516018129803),
        yaw_error=0.048439622353654885,
        linear_factor=0.9985111377195032,
        angular_factor=0.9616167025215964,
        latency=1,
        noise=0.012693778999601451,
    )


@pytest.mark.parametrize(
    "left_out", [field.name for field in fields(Randomisation) if field.name != "tones"]
)
def test_leaving_one_out_does_not_change_the_others(left_out):
    whole, part = (
        draw(settings, SEED)
        for settings in (WHOLE, replace(WHOLE, **{left_out: None}))
    )
    assert whole != part
    of_looks = [
        name
        for name in LOOKS
        if getattr(whole.look, name) != getattr(part.look, name)
    ]
    of_draws = [
        field.name for field in fields(Draw) if getattr(whole, field.name) != getattr(part, field.name)
    ]
    assert len(of_looks) + len([name for name in of_draws if name != "look"]) == 1


def test_tones_are_a_part_of_the_colours():
    """All of one shade, the same for red, green and blue, dark or bright; the whole range: no change."""
    plain = replace(HARD.randomisation, tones=None)
    assert draw(plain, 3) == draw(replace(plain, tones=Range(1.0, 1.0)), 3)
    whole = [draw(plain, seed).look for seed in range(200)]
    narrow = [draw(replace(plain, tones=Range(0.1, 0.1)), seed).look for seed in range(200)]
    for look in narrow:
        assert len(set(look.surroundings_low)) == len(set(look.surroundings_high)) == 1
        assert look.surroundings_high[0] - look.surroundings_low[0] == pytest.approx(0.1)
        assert np.ptp(look.ground_colour) <= 0.1 * 0.8 + 1e-9
        assert np.ptp(look.background_colour) <= 0.1 * 0.8 + 1e-9
        assert all(0.1 <= part <= 0.9 for part in look.ground_colour)
    dark = [sum(max(look.ground_colour) < 0.3 for look in looks) for looks in (whole, narrow)]
    assert dark[0] < 12 < 30 < dark[1]
    lows = np.array([look.surroundings_low[0] for look in narrow])
    grounds = np.array([look.ground_colour[0] for look in narrow])
    assert lows.min() < 0.05
    assert lows.max() > 0.85
    assert abs(np.corrcoef(lows, grounds)[0, 1]) < 0.3  # each has its own shade
    same = [replace(a, ground_colour=b.ground_colour, background_colour=b.background_colour,
                    surroundings_low=b.surroundings_low, surroundings_high=b.surroundings_high)
            for a, b in zip(narrow, whole, strict=True)]  # fmt: skip
    assert same == whole  # all else is drawn as before


def disturbances(**changes):
    made = Disturbances(HARD.observation, 2)
    made.begin(0, 9, replace(NEUTRAL, **changes))
    return made


def test_commands_are_obeyed_exactly_by_default():
    wanted = np.array([[0.1, 0.2], [0.3, 0.4]])
    assert disturbances().commands(wanted) is wanted


def test_late_and_inexact_commands():
    made = disturbances(latency=2, linear_factor=1.1, angular_factor=0.5)
    given = np.stack([made.commands(np.full((2, 2), float(step))) for step in (1, 2, 3)])
    np.testing.assert_allclose(given[:, 0], [[0, 0], [0, 0], [1.1, 0.5]])
    np.testing.assert_allclose(given[:, 1], [[1, 1], [2, 2], [3, 3]])


def test_a_new_episode_forgets_the_old_ones_commands():
    made = disturbances(latency=1)
    made.commands(np.ones((2, 2)))
    made.begin(0, 10, replace(NEUTRAL, latency=1))
    assert not made.commands(np.ones((2, 2)))[0].any()


@pytest.mark.parametrize("channels", [1, 3])
def test_noise_is_as_strong_as_that_of_the_cameras_pixels(channels):
    observation = replace(HARD.observation, channels=channels)
    sigma = 0.05
    made = Disturbances(observation, 1)
    made.begin(0, 1, replace(NEUTRAL, noise=sigma))
    grey = np.full((1, 120, 160, 3), 128, np.uint8)
    ours = np.stack([made.add_noise(pictures(grey, observation), [0]) for _ in range(20)]).astype(float)
    generator = np.random.default_rng(0)
    noisy = [
        np.clip(grey + generator.normal(0, 255 * sigma, grey.shape), 0, 255).astype(np.uint8)
        for _ in range(20)
    ]
    real = np.stack([pictures(frame, observation) for frame in noisy]).astype(float)
    assert ours.std() == pytest.approx(real.std(), rel=0.05)
    assert ours.mean() == pytest.approx(128, abs=0.2)


def test_noise_is_the_episodes_and_not_the_arenas():
    one, two = Disturbances(HARD.observation, 1), Disturbances(HARD.observation, 3)
    one.begin(0, 4, replace(NEUTRAL, noise=0.02))
    two.begin(2, 4, replace(NEUTRAL, noise=0.02))
    grey = np.full((3, 60, 80, 3), 100, np.uint8)
    noisy = two.add_noise(grey, [0, 1, 2])
    np.testing.assert_array_equal(noisy[2], one.add_noise(grey[:1], [0])[0])
    assert (noisy[:2] == 100).all()
    assert (grey == 100).all()


def test_ranges_in_yaml():
    assert HARD.randomisation.latency == Range(0.0, 1.0)

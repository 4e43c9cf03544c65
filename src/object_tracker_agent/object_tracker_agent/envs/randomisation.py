"""What is drawn at random for an episode besides its start: looks, and how well commands are obeyed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from object_tracker_agent.presets import Colour, Randomisation, Range
from object_tracker_agent.ros.step_types import ArenaLook, Triple

STREAM = 2
"""Tells this generator from the others that the same episode's seed makes."""
NUMBERS = 37
"""How many a draw takes. What is new takes its own after all others: old seeds draw what they drew."""


@dataclass(frozen=True)
class Draw:
    """One episode's draw; what the preset leaves out is neutral."""

    look: ArenaLook | None
    position_error: tuple[float, float]  # [m] x and y, added to the Waffle's start
    yaw_error: float  # [rad] added to it
    linear_factor: float  # on the Waffle's commanded velocities
    angular_factor: float
    latency: int  # [steps] by which commands come late
    noise: float  # standard deviation of a camera pixel, 1 is full scale


NEUTRAL = Draw(None, (0.0, 0.0), 0.0, 1.0, 1.0, 0, 0.0)


def draw(settings: Randomisation, seed: int) -> Draw:
    """Return the draw of the episode with `seed` (0 .. 2^63-1), in whichever arena.

    Every quantity takes its numbers from the generator whether it is used or not, so that leaving one out
    of a preset does not change the others.
    """
    if settings == Randomisation():
        return NEUTRAL
    numbers = iter(np.random.default_rng([seed, STREAM]).random(NUMBERS).tolist())

    def between(part: Range | None, neutral: float) -> float:
        uniform = next(numbers)
        return neutral if part is None else part.low + (part.high - part.low) * uniform

    def three() -> Triple:
        return next(numbers), next(numbers), next(numbers)

    azimuth, elevation = between(settings.sun_azimuth, math.nan), between(settings.sun_elevation, math.nan)
    strength = between(settings.sun_strength, math.nan)
    ambient, ground, burger = three(), three(), three()
    position_error = between(settings.position_error, 0.0), between(settings.position_error, 0.0)
    yaw_error = between(settings.yaw_error, 0.0)
    linear_factor = 1.0 + between(settings.linear_error, 0.0)
    angular_factor = 1.0 + between(settings.angular_error, 0.0)
    latency = round(between(settings.latency, 0.0))
    noise = between(settings.camera_noise, 0.0)
    background = three()
    seed_of_surroundings = int(next(numbers) * 2**53)
    patterns = between(settings.patterns, math.nan)
    seed_of_patterns = int(next(numbers) * 2**53)
    share = between(settings.tones, 1.0)
    of_surroundings, of_ground, of_background = (
        _in_tone(part, share, next(numbers))
        for part in (settings.surroundings, settings.ground, settings.background)
    )
    camera_position_error = _each(settings.camera_position_error, three())
    camera_angle_error = _each(settings.camera_angle_error, three())
    furniture = between(settings.furniture, math.nan)
    seed_of_furniture = int(next(numbers) * 2**53)
    look = ArenaLook(
        sun_direction=_direction(azimuth, elevation),
        sun_strength=None if math.isnan(strength) else strength,
        ambient=_colour(settings.ambient, ambient),
        ground_colour=_colour(of_ground, ground),
        burger_colour=_colour(settings.burger, burger),
        background_colour=_colour(of_background, background),
        **_surroundings(of_surroundings, seed_of_surroundings),
        patterns=None if settings.patterns is None else patterns,
        patterns_seed=0 if settings.patterns is None else seed_of_patterns,
        camera_position_error=camera_position_error,
        camera_angle_error=camera_angle_error,
        furniture=None if settings.furniture is None else furniture,
        furniture_seed=0 if settings.furniture is None else seed_of_furniture,
    )
    return Draw(
        look=None if look == ArenaLook() else look,
        position_error=position_error,
        yaw_error=yaw_error,
        linear_factor=linear_factor,
        angular_factor=angular_factor,
        latency=latency,
        noise=noise,
    )


def _each(part: Range | None, uniform: Triple) -> Triple | None:
    return None if part is None else _colour(Colour(part, part, part), uniform)


def _colour(part: Colour | None, uniform: Triple) -> Triple | None:
    if part is None:
        return None
    red, green, blue = (
        each.low + (each.high - each.low) * u
        for each, u in zip((part.red, part.green, part.blue), uniform, strict=True)
    )
    return red, green, blue


def _in_tone(part: Colour | None, share: float, place: float) -> Colour | None:
    """Return that share of the ranges, all three at the same `place`: 0 the lowest, 1 the highest."""
    if part is None or share == 1.0:
        return part

    def some(each: Range) -> Range:
        low = each.low + (each.high - each.low) * (1.0 - share) * place
        return Range(low, min(each.high, low + (each.high - each.low) * share))

    return Colour(some(part.red), some(part.green), some(part.blue))


def _surroundings(part: Colour | None, seed: int) -> dict[str, Any]:
    """Return the fields of an ArenaLook that say so: only the simulator knows how many visuals there are."""
    if part is None:
        return {}
    red, green, blue = part.red, part.green, part.blue
    return {
        "surroundings_low": (red.low, green.low, blue.low),
        "surroundings_high": (red.high, green.high, blue.high),
        "surroundings_seed": seed,
    }


def _direction(azimuth: float, elevation: float) -> Triple | None:
    """Return where light from `azimuth` (0: from +x, positive to the left) and `elevation` goes to [rad]."""
    if math.isnan(azimuth) and math.isnan(elevation):
        return None
    azimuth = 0.0 if math.isnan(azimuth) else azimuth
    elevation = math.pi / 4 if math.isnan(elevation) else elevation
    flat = -math.cos(elevation)
    return flat * math.cos(azimuth), flat * math.sin(azimuth), -math.sin(elevation)

"""What the simulator draws with, written down anew from ArenaAppearance.msg."""


def uniform(seed: int, index: int) -> float:
    """Return u of that output, 0 to 1."""
    z = (seed + (index + 1) * 0x9E3779B97F4A7C15) % 2**64
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
    return ((z ^ (z >> 31)) >> 11) / 2**53

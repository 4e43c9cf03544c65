"""The names of what is measured."""

RAW, SOCKET, LOCAL, ROS, ENV, TWO = "raw", "socket", "local", "ros", "env", "two_raw"
"""The ways of stepping, see `ways`; the last is the raw limit of two simulators at once."""
ONE_LOOP, TWO_LOOPS = "one_loop", "two_loops"
"""One and two processes that only compute: what the machine gives to two of anything."""
PROGRAM_PARTS = ("physics", "poses", "rendering")
"""What the simulator program measures by itself."""


def ways(two_simulators: bool) -> list[str]:
    """Return the names of what is measured in each round, in that order."""
    return [RAW, SOCKET, LOCAL, ROS, ENV, *([TWO, ONE_LOOP, TWO_LOOPS] if two_simulators else [])]

"""How the ROS processes of a run find and reach each other: on this machine, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from pathlib import Path

PROFILE = Path(__file__).with_name("loopback.xml")
PROFILE_VARIABLE = "FASTRTPS_DEFAULT_PROFILES_FILE"
FAST_DDS = ("rmw_fastrtps_cpp", "rmw_fastrtps_dynamic_cpp")


def transport_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that keep ROS traffic on loopback, given the user's `environment`.

    With Fast DDS (the default of ROS 2) that is our profile `loopback.xml`. A stock participant that has
    only the same ROS_DOMAIN_ID can still attach. What the user chose stays in force: with a profiles file
    of their own nothing is changed, and with another RMW implementation (RMW_IMPLEMENTATION) discovery is
    only asked to stay on this machine, unless they set ROS_AUTOMATIC_DISCOVERY_RANGE themselves.
    """
    if (environment.get("RMW_IMPLEMENTATION") or FAST_DDS[0]) not in FAST_DDS:
        variable = "ROS_AUTOMATIC_DISCOVERY_RANGE"
        return {variable: environment.get(variable) or "LOCALHOST"}
    if (environment.get(PROFILE_VARIABLE) or str(PROFILE)) != str(PROFILE):
        return {}
    # Other values of these two make rmw_fastrtps add a UDP transport bound to all addresses to the profile's.
    variables = {PROFILE_VARIABLE: str(PROFILE), "ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET"}
    if environment.get("ROS_LOCALHOST_ONLY"):  # deprecated: rcl warns about it even when it is 0
        variables["ROS_LOCALHOST_ONLY"] = "0"
    return variables


def stay_on_loopback(environment: MutableMapping[str, str]) -> None:
    """Put `transport_environment` into this process's `environment` (`os.environ`).

    Has an effect only before the first ROS context of the process: Fast DDS reads its profile once.
    """
    environment.update(transport_environment(environment))

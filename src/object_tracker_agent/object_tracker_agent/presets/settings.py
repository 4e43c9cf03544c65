"""The parts of a preset: task, actions, observation, reward, algorithm, network and training.

Frozen dataclasses without behaviour; `presets.reader` makes and checks them. Defaults are those of the preset
``approach``. Units are SI, angles in rad, poses are of base_footprint in the frame ``odom`` (REP-103, REP-105).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from object_tracker_agent.presets.setting import setting

WAFFLE_MAX_LINEAR = 0.26  # [m/s]   TurtleBot3 Waffle Pi, ROBOTIS e-Manual, "Specifications"
WAFFLE_MAX_ANGULAR = 1.82  # [rad/s] the same table
MAX_ARENAS = 16  # one collision bit per arena: see object_tracker_sim


@dataclass(frozen=True)
class Range:
    """Values drawn uniformly from low to high. In YAML ``[low, high]``, or one number for a fixed value."""

    in_yaml_a_list: ClassVar[bool] = True
    low: float
    high: float


@dataclass(frozen=True)
class StartPose:
    """Where a robot may start; every part is drawn uniformly and independently at each reset."""

    x: Range = setting("forward", Range(0.0, 0.0), unit="m", low=-1000, high=1000)
    y: Range = setting("to the left", Range(0.0, 0.0), unit="m", low=-1000, high=1000)
    yaw: Range = setting("about +z, 0 looks along +x", Range(0.0, 0.0), unit="rad", low=-7, high=7)


@dataclass(frozen=True)
class Start:
    """Where the robots start. A robot without an entry (null) starts where the world file puts it."""

    waffle: StartPose | None = setting("start of the Waffle Pi, the robot that learns", StartPose())
    burger: StartPose | None = setting(
        "start of the Burger, the target", StartPose(x=Range(3.5, 3.5), y=Range(-1.0, 1.0))
    )


@dataclass(frozen=True)
class Task:
    """How long a step lasts, and when an episode ends."""

    step_time: float = setting(
        "simulated time per action, a multiple of the world's physics step", 0.1, unit="s", above=0, high=10
    )
    max_steps: int = setting(
        "time limit of an episode; reaching it truncates", 1000, unit="steps", low=1, high=1_000_000
    )
    success_distance: float = setting(
        "success, a termination, when the Burger is nearer than this", 0.2, unit="m", above=0, high=100
    )
    lost_distance: float = setting(
        "failure, a termination, when the Burger is farther than this", 5.0, unit="m", above=0, high=1000
    )
    solid: bool = setting("whether Waffle and Burger can push each other", False)
    limit_acceleration: bool = setting("whether the robots' limits of acceleration apply", True)
    start: Start = setting("start poses", Start())


@dataclass(frozen=True)
class Action:
    """One row of the action table: the velocities commanded for one step."""

    linear: float = setting("forward", unit="m/s", low=-WAFFLE_MAX_LINEAR, high=WAFFLE_MAX_LINEAR)
    angular: float = setting(
        "turn, positive to the left", unit="rad/s", low=-WAFFLE_MAX_ANGULAR, high=WAFFLE_MAX_ANGULAR
    )


@dataclass(frozen=True)
class Observation:
    """The picture the policy gets: uint8, height × width × (channels · stack)."""

    height: int = setting("rows of the observation", 60, unit="pixel", low=8, high=480)
    width: int = setting("columns of the observation", 80, unit="pixel", low=8, high=640)
    channels: int = setting("1: luminance, 3: RGB", 1, choices=(1, 3))
    stack: int = setting("latest pictures put together, the newest last", 1, unit="pictures", low=1, high=16)
    camera_height: int = setting("rows of the rendered camera image", 120, unit="pixel", low=8, high=480)
    camera_width: int = setting("columns of the rendered camera image", 160, unit="pixel", low=8, high=640)


@dataclass(frozen=True)
class Reward:
    """What a step pays."""

    name: str = setting("a reward of object_tracker_agent.rewards or of an entry point", "inverse_distance")
    scale: float = setting(
        "constant factor on the rewards the learner sees; environments and logs show rewards without it",
        0.2,
        above=0,
        high=1e6,
    )


@dataclass(frozen=True)
class Algorithm:
    """PPO's settings, by the names of Schulman et al. 2017 (arXiv:1707.06347) and Stable-Baselines3."""

    name: str = setting("the algorithm", "ppo", choices=("ppo",))
    learning_rate: float = setting("Adam's step size", 3e-4, above=0, high=1)
    batch_size: int = setting("minibatch", 256, unit="steps", low=2, high=1_000_000)
    epochs: int = setting("passes over the data of an update", 4, low=1, high=1000)
    gamma: float = setting("discount per step", 0.99, above=0, high=1)
    gae_lambda: float = setting("lambda of generalised advantage estimation", 0.95, low=0, high=1)
    entropy_coefficient: float = setting("weight of the entropy bonus", 0.005, low=0, high=10)
    value_coefficient: float = setting("weight of the value loss", 0.5, low=0, high=100)
    clip_range: float = setting("clipping of the probability ratio", 0.2, above=0, below=1)
    clip_range_schedule: str = setting(
        "linear: falls to 0 over training.total_steps", "constant", choices=("constant", "linear")
    )
    max_grad_norm: float = setting("clipping of the gradient's norm", 0.5, above=0, high=1e9)
    adam_epsilon: float = setting("Adam's epsilon", 1e-5, above=0, high=1)
    steps_per_update: int = setting(
        "data of one update, a multiple of fragment_steps", 2048, unit="steps", low=2, high=10_000_000
    )
    fragment_steps: int = setting(
        "consecutive steps of one arena sent to the trainer at once", 128, unit="steps", low=1, high=100_000
    )
    max_policy_lag: int = setting(
        "oldest policy whose data are used; 0 is strictly on-policy", 1, unit="updates", low=0, high=1000
    )


@dataclass(frozen=True)
class Convolution:
    """One convolution without padding, followed by a ReLU. In YAML ``[filters, kernel, stride]``."""

    in_yaml_a_list: ClassVar[bool] = True
    filters: int = setting("number of filters", low=1, high=4096)
    kernel: int = setting("side of the kernel", unit="pixel", low=1, high=64)
    stride: int = setting("distance between its places", unit="pixel", low=1, high=64)


@dataclass(frozen=True)
class Network:
    """Convolutions, then one dense layer, then the heads for policy and value."""

    convolutions: tuple[Convolution, ...] = setting(
        "from the picture on", (Convolution(16, 8, 4), Convolution(32, 4, 2), Convolution(32, 3, 1))
    )
    dense: int = setting("units of the dense layer", 128, low=1, high=65536)
    share_features: bool = setting("one trunk for policy and value instead of two", True)


@dataclass(frozen=True)
class Training:
    """How much is trained; launch arguments of the same names win over these."""

    total_steps: int = setting(
        "environment steps over all arenas and workers", 100_000, unit="steps", low=1, high=10_000_000_000
    )
    arenas: int = setting("arenas per simulation", 8, low=1, high=MAX_ARENAS)

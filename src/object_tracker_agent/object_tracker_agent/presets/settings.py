"""The parts of a preset: task, actions, observation, reward, algorithm, network and training.

Frozen dataclasses without behaviour; `presets.reader` makes and checks them. Defaults are those of the preset
``approach``. SI units, angles in rad; poses are of base_footprint in the frame ``odom`` (REP-103, REP-105).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from object_tracker_agent.presets.setting import Setting

WAFFLE_MAX_LINEAR = 0.26  # [m/s]   TurtleBot3 Waffle Pi, ROBOTIS e-Manual, "Specifications"
WAFFLE_MAX_ANGULAR = 1.82  # [rad/s] the same table
MAX_ARENAS = 16  # one collision bit per arena: see object_tracker_sim


@dataclass(frozen=True)
class Range:
    """Values drawn uniformly from low to high. In YAML ``[low, high]``, or one number for a fixed value."""

    in_yaml_a_list: ClassVar[bool] = True
    low: float
    high: float


ZERO = Range(0.0, 0.0)


@dataclass(frozen=True)
class StartPose:
    """Where a robot may start; every part is drawn uniformly and independently at each reset."""

    x: Annotated[Range, Setting("forward", unit="m", low=-1000, high=1000)] = ZERO
    y: Annotated[Range, Setting("to the left", unit="m", low=-1000, high=1000)] = ZERO
    yaw: Annotated[Range, Setting("about +z, 0 looks along +x", unit="rad", low=-7, high=7)] = ZERO


WAFFLE_START = StartPose()
BURGER_START = StartPose(x=Range(3.5, 3.5), y=Range(-1.0, 1.0))


@dataclass(frozen=True)
class Start:
    """Where the robots start. A robot without an entry (null) starts where the world file puts it."""

    waffle: Annotated[StartPose | None, Setting("the Waffle Pi, the robot that learns")] = WAFFLE_START
    burger: Annotated[StartPose | None, Setting("the Burger, the target")] = BURGER_START


@dataclass(frozen=True)
class Colour:
    """A colour drawn part by part, 0 to 1."""

    red: Annotated[Range, Setting("red", low=0, high=1)]
    green: Annotated[Range, Setting("green", low=0, high=1)]
    blue: Annotated[Range, Setting("blue", low=0, high=1)]


@dataclass(frozen=True)
class Randomisation:
    """What is drawn anew at each reset, uniformly; null: not at all, it is as in the world file."""

    sun_azimuth: Annotated[
        Range | None, Setting("whence the sun shines, 0: from +x", unit="rad", low=-7, high=7)
    ] = None
    sun_elevation: Annotated[
        Range | None, Setting("how high it stands over the ground", unit="rad", above=0, high=1.5708)
    ] = None
    sun_strength: Annotated[Range | None, Setting("factor on the sun's colour", low=0, high=10)] = None
    ambient: Annotated[Colour | None, Setting("light from everywhere")] = None
    ground: Annotated[Colour | None, Setting("colour of the ground; tints a texture")] = None
    burger: Annotated[Colour | None, Setting("colour of the Burger; half of each part's own is kept")] = None
    surroundings: Annotated[
        Colour | None,
        Setting("colours of what else stands still, drawn for each wall and object; tints a texture"),
    ] = None
    background: Annotated[Colour | None, Setting("colour behind everything; a sky hides it")] = None
    patterns: Annotated[
        Range | None,
        Setting("share of ground, walls and objects that get a pattern in place of a texture", low=0, high=1),
    ] = None
    tones: Annotated[
        Range | None,
        Setting(
            "share of the colours above that one episode's surroundings use, and its ground and its"
            " background; the smaller, the more of one shade, from dark to bright",
            low=0,
            high=1,
        ),
    ] = None
    camera_position_error: Annotated[
        Range | None,
        Setting("added to each of x, y and z of where the camera is mounted", unit="m", low=-0.5, high=0.5),
    ] = None
    camera_angle_error: Annotated[
        Range | None, Setting("added to its roll, pitch and yaw", unit="rad", low=-0.8, high=0.8)
    ] = None
    furniture: Annotated[
        Range | None,
        Setting(
            "share of the world's furniture that is there, to be seen and to run into: of what stands still"
            " and is narrower than 2 m in x and in y",
            low=0,
            high=1,
        ),
    ] = None
    position_error: Annotated[
        Range | None, Setting("added to x and y of the Waffle's start", unit="m", low=-10, high=10)
    ] = None
    yaw_error: Annotated[
        Range | None, Setting("added to the yaw of the Waffle's start", unit="rad", low=-4, high=4)
    ] = None
    linear_error: Annotated[
        Range | None, Setting("the Waffle drives by this share too fast", low=-0.9, high=0.9)
    ] = None
    angular_error: Annotated[
        Range | None, Setting("the Waffle turns by this share too fast", low=-0.9, high=0.9)
    ] = None
    latency: Annotated[
        Range | None,
        Setting(
            "by how much commands come late: drawn evenly, then rounded, so that of [0, 2] 0 and 2 come half"
            " as often as 1",
            unit="steps",
            low=0,
            high=20,
        ),
    ] = None
    camera_noise: Annotated[
        Range | None,
        Setting("standard deviation of a camera pixel; 1: full scale, 0.007: the original's", low=0, high=1),
    ] = None


@dataclass(frozen=True)
class Follow:
    """What counts as following, for the goal ``follow``."""

    settle_time: Annotated[
        float, Setting("simulated time at the start that does not count", unit="s", low=0, high=100_000)
    ] = 10.0
    nearest: Annotated[
        float, Setting("a Burger nearer than this does not count", unit="m", low=0, high=100)
    ] = 0.3
    farthest: Annotated[float, Setting("nor one farther", unit="m", above=0, high=100)] = 1.0
    share: Annotated[float, Setting("of the steps that count, in view and in range", above=0, high=1)] = 0.9


@dataclass(frozen=True)
class Burger:
    """How the target drives."""

    motion: Annotated[str, Setting("a motion of ours, or of an entry point")] = "still"
    radius: Annotated[
        float, Setting("the motion keeps it within this distance of the origin", unit="m", above=0, high=1000)
    ] = 4.0


@dataclass(frozen=True)
class Task:
    """How long a step lasts, and when an episode starts and ends."""

    goal: Annotated[
        str,
        Setting(
            "reach: success, a termination, nearer than success_distance. follow: success at the time limit"
            " if the Burger was kept as `follow` says and nothing touched; a contact terminates",
            choices=("reach", "follow"),
        ),
    ] = "reach"
    follow: Annotated[Follow, Setting("what counts as following")] = Follow()

    step_time: Annotated[
        float,
        Setting("simulated time per action, a multiple of the physics step", unit="s", above=0, high=10),
    ] = 0.1
    max_steps: Annotated[
        int, Setting("time limit of an episode; reaching it truncates", unit="steps", low=1, high=1_000_000)
    ] = 1000
    success_distance: Annotated[
        float,
        Setting("goal reach: success, a termination, when the Burger is nearer", unit="m", above=0, high=100),
    ] = 0.2
    lost_distance: Annotated[
        float, Setting("failure, a termination, when the Burger is farther", unit="m", above=0, high=1000)
    ] = 5.0
    solid: Annotated[bool, Setting("whether Waffle and Burger can push each other")] = False
    limit_acceleration: Annotated[bool, Setting("whether the robots' limits of acceleration apply")] = True
    start: Annotated[Start, Setting("start poses")] = Start()


@dataclass(frozen=True)
class Action:
    """One row of the action table: the velocities commanded for one step."""

    linear: Annotated[float, Setting("forward", unit="m/s", low=-WAFFLE_MAX_LINEAR, high=WAFFLE_MAX_LINEAR)]
    angular: Annotated[
        float,
        Setting("turn, positive to the left", unit="rad/s", low=-WAFFLE_MAX_ANGULAR, high=WAFFLE_MAX_ANGULAR),
    ]


@dataclass(frozen=True)
class ActionRanges:
    """Continuous actions: two numbers from -1 to 1, the ends of these ranges, held for one step."""

    linear: Annotated[Range, Setting("forward", unit="m/s", low=-WAFFLE_MAX_LINEAR, high=WAFFLE_MAX_LINEAR)]
    angular: Annotated[
        Range,
        Setting("turn, positive to the left", unit="rad/s", low=-WAFFLE_MAX_ANGULAR, high=WAFFLE_MAX_ANGULAR),
    ]


@dataclass(frozen=True)
class Observation:
    """The picture the policy gets: uint8, shape (height, width, channels * stack)."""

    height: Annotated[int, Setting("rows of the observation", unit="pixel", low=8, high=480)] = 60
    width: Annotated[int, Setting("columns of the observation", unit="pixel", low=8, high=640)] = 80
    channels: Annotated[int, Setting("1: luminance, 3: RGB", choices=(1, 3))] = 1
    stack: Annotated[int, Setting("latest pictures put together, newest last", low=1, high=16)] = 1
    camera_height: Annotated[int, Setting("rows of the camera image", unit="pixel", low=8, high=480)] = 120
    camera_width: Annotated[int, Setting("columns of the camera image", unit="pixel", low=8, high=640)] = 160

    @property
    def shape(self) -> tuple[int, int, int]:
        """(channels · stack, height, width), as the policy and fragments have it."""
        return (self.channels * self.stack, self.height, self.width)


@dataclass(frozen=True)
class Reward:
    """What a step pays. In YAML a table, or the name alone."""

    in_yaml_also_by: ClassVar[str] = "name"
    name: Annotated[str, Setting("a reward of ours, or of an entry point")] = "approach"
    scale: Annotated[
        float,
        Setting(
            "constant factor on the rewards the learner sees; environments and logs have them without it",
            above=0,
            high=1e6,
        ),
    ] = 0.2


@dataclass(frozen=True)
class Algorithm:
    """The algorithm and its settings, by the names of Schulman et al. 2017 (arXiv:1707.06347) and SB3.

    In YAML a table, or the name alone. A2C takes one step on all data of an update: batch_size, epochs and
    clip_range do not count then. It has no ratio that would correct for an old policy: max_policy_lag is best
    0, and steps_per_update small.
    """

    in_yaml_also_by: ClassVar[str] = "name"
    name: Annotated[str, Setting("the algorithm", choices=("ppo", "a2c"))] = "ppo"
    learning_rate: Annotated[float, Setting("Adam's step size", above=0, high=1)] = 1e-3
    learning_rate_schedule: Annotated[
        str, Setting("linear: falls to 0 over training.total_steps", choices=("constant", "linear"))
    ] = "linear"
    batch_size: Annotated[int, Setting("minibatch", unit="steps", low=2, high=1_000_000)] = 64
    epochs: Annotated[int, Setting("passes over the data of an update", low=1, high=1000)] = 2
    gamma: Annotated[float, Setting("discount per step", above=0, high=1)] = 0.97
    gae_lambda: Annotated[float, Setting("lambda of generalised advantage estimation", low=0, high=1)] = 0.95
    entropy_coefficient: Annotated[float, Setting("weight of the entropy bonus", low=0, high=10)] = 0.001
    value_coefficient: Annotated[float, Setting("weight of the value loss", low=0, high=100)] = 0.5
    locating_coefficient: Annotated[
        float,
        Setting(
            "weight of an auxiliary loss: the network also learns to tell where the Burger is; 0: none",
            low=0,
            high=100,
        ),
    ] = 0.0
    clip_range: Annotated[float, Setting("clipping of the probability ratio", above=0, below=1)] = 0.2
    clip_range_schedule: Annotated[
        str, Setting("linear: falls to 0 over training.total_steps", choices=("constant", "linear"))
    ] = "constant"
    max_grad_norm: Annotated[float, Setting("clipping of the gradient's norm", above=0, high=1e9)] = 0.5
    adam_epsilon: Annotated[float, Setting("Adam's epsilon", above=0, high=1)] = 1e-5
    steps_per_update: Annotated[
        int,
        Setting(
            "data of one update, a multiple of fragment_steps and of batch_size",
            unit="steps",
            low=2,
            high=10_000_000,
        ),
    ] = 1024
    fragment_steps: Annotated[
        int,
        Setting(
            "consecutive steps of one arena sent to the trainer at once", unit="steps", low=1, high=100_000
        ),
    ] = 64
    max_policy_lag: Annotated[
        int,
        Setting("oldest policy whose data are used, 0: strictly on-policy", unit="updates", low=0, high=1000),
    ] = 1


@dataclass(frozen=True)
class Convolution:
    """One convolution without padding, followed by a ReLU. In YAML ``[filters, kernel, stride]``."""

    in_yaml_a_list: ClassVar[bool] = True
    filters: Annotated[int, Setting("number of filters", low=1, high=4096)]
    kernel: Annotated[int, Setting("side of the kernel", unit="pixel", low=1, high=64)]
    stride: Annotated[int, Setting("distance between its places", unit="pixel", low=1, high=64)]


CONVOLUTIONS = (Convolution(16, 8, 4), Convolution(32, 4, 2), Convolution(32, 3, 1))


@dataclass(frozen=True)
class Network:
    """Convolutions, then one dense layer, then the heads for policy and value."""

    centre: Annotated[
        bool, Setting("subtract from each channel of a picture its mean: brightness does not matter then")
    ] = True
    convolutions: Annotated[tuple[Convolution, ...], Setting("from the picture on")] = CONVOLUTIONS
    dense: Annotated[int, Setting("units of the dense layer", low=1, high=65536)] = 128
    share_features: Annotated[bool, Setting("one trunk for policy and value instead of two")] = True


@dataclass(frozen=True)
class Training:
    """How much is trained; launch arguments of the same names win over these, and over max_policy_lag."""

    total_steps: Annotated[
        int,
        Setting(
            "environment steps of all arenas and workers together", unit="steps", low=1, high=10_000_000_000
        ),
    ] = 100_000
    episode_steps: Annotated[
        int | None,
        Setting(
            "after so many steps training begins a new episode, and counts what would have come by its"
            " value: more starts and looks in the same time; null: task.max_steps",
            unit="steps",
            low=1,
            high=1_000_000,
        ),
    ] = None
    arenas: Annotated[int, Setting("arenas per simulation", low=1, high=MAX_ARENAS)] = 8

#pragma once
// The private protocol between this program and object_tracker_sim.simulator.protocol: keep the two in step.
//
// Over a stream socket, in the machine's own byte order (little-endian, asserted below); every message is a Header
// and `size` bytes. The program speaks first (kReady; or its end after kError, when no other start would do better, or
// kStuck, when one may), then answers each kStep by one kState or kError, each kBenchmark by one kMeasured or kError,
// each kRecall by one kRecalled, and each kPing by an empty kProgress. While a start or an answer takes long, kProgress
// goes ahead of it every now and then: a program from which nothing comes hangs. A request that is not understood in
// full is answered by kError and changes nothing; one whose framing is wrong also ends the program. Images do not
// travel: they lie in shared memory, arenas x height x width x 3 (RGB), and after them, where a Direct asks for them,
// the same made half as high and half as wide (halving.hh).
//
// kLease brings a socket, and has no answer: whoever holds its other end steps the simulator by itself, as lease.hh
// says, until kRecall, the next kLease, or its own end. Of each such step there is a record in shared memory before kDone
// is told (record.hh).

#include <cstddef>
#include <cstdint>

namespace object_tracker::protocol
{

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the protocol is little-endian");

constexpr std::uint32_t kMagic = 0x3153544f;  // "OTS1"
constexpr std::uint32_t kMaxArenas = 16;      // collision bits: see arena.hh
constexpr std::uint32_t kMaxIterations = 100000;
constexpr std::uint32_t kMaxErrorBytes = 2000;
constexpr std::uint32_t kMaxBenchmarkSteps = 1000000;
constexpr std::uint32_t kMaxBenchmarkChoices = 64;

enum Kind : std::uint32_t
{
  kStep = 1, kReady = 2, kState = 3, kError = 4, kBenchmark = 5, kMeasured = 6, kProgress = 7, kStuck = 8,
  kLease = 9, kRecall = 10, kRecalled = 11, kPing = 12
};

struct Header
{
  std::uint32_t magic;
  std::uint32_t kind;
  std::uint32_t size;      // bytes that follow
  std::uint32_t sequence;  // of the request, repeated in its answer
};

enum StepFlags : std::uint32_t { kRender = 1, kHasWaffleCommand = 2, kHasBurgerCommand = 4 };

// kStep: Step, then reset_count x Reset, then 2 x arenas float64 for each command that is there.
struct Step
{
  std::uint32_t iterations;
  std::uint32_t flags;
  std::uint32_t reset_count;
  std::uint32_t reserved;  // 0
};

// kLease: Lease, and one descriptor with its first byte: a socket of packets. Clients hold the other end of it.
struct Lease
{
  std::uint64_t session;
  std::uint64_t next_step;   // the number of the first step that is taken
  std::int64_t time_offset;  // [ns] what is added to the time that is told
  std::uint64_t restarts;    // told as it is
};

// What comes over a lease's socket, one packet for each step: Direct, then that many Reset, then that many float64 of
// commands. Written by object_tracker_agent.ros.direct_line.
struct Direct
{
  std::uint64_t step;
  double duration;               // [s]
  std::uint32_t waffle_numbers;  // 0 (keep the last command) or 2 x arenas: linear [m/s], angular [rad/s]
  std::uint32_t burger_numbers;
  std::uint32_t half_channels;   // of the images of half the size: 3 (RGB), 1 (luminance), or 0: none are wanted
  std::uint32_t ahead;           // 1: the state is told ahead of the images
  std::uint32_t reset_count;
  std::uint32_t reserved;        // 0
};

enum DirectStatus : std::uint32_t
{
  kDone = 0,
  kNotDone = 1,  // nothing has happened; the world node may do it, or says why not
  kMoved = 2     // all is done but the images: kDone follows, or the end
};

// What answers it: Told, then, when it is done, what a kState has after its time. With `ahead` two of them, kMoved with
// the state, and kDone without.
struct Told
{
  std::uint64_t step;
  std::uint32_t status;
  std::uint32_t reserved;  // 0
  std::int64_t stamp;      // [ns] the state's time and the offset
  std::uint64_t restarts;
};

// Bytes of the shared memory for images: arenas x height x width x 3, whole ones, and after them room for those of half
// the size. These lie one behind the other, so where each begins depends on the channels that were last asked for:
// arenas x (height / 2) x (width / 2) x channels.
constexpr std::size_t frame_memory_bytes(std::size_t arenas, std::size_t height, std::size_t width)
{
  return arenas * 3 * (height * width + (height / 2) * (width / 2));
}

constexpr double kLongestDirectStep = 10;        // [s], as object_tracker_sim.world.requests has it
constexpr double kDurationTolerance = 1e-6;      // [s]
constexpr double kFarthest = 1e4;                // [m] start poses, as object_tracker_sim.world.requests has it

enum ResetFlags : std::uint32_t
{
  kHasWafflePose = 1, kHasBurgerPose = 2, kSolid = 4, kLimitAcceleration = 8, kHasAppearance = 16
};

struct Reset
{
  std::uint32_t arena;
  std::uint32_t flags;
  std::uint64_t seed;
  double waffle_pose[3];  // x [m], y [m], yaw [rad]
  double burger_pose[3];
  // With kHasAppearance; NaN in the first number of each: as in the world file. See appearance.hh.
  double sun_direction[3];
  double sun_strength;
  double ambient[3], ground[3], burger[3];  // red, green, blue: 0 .. 1
  double background[3];
  double surroundings_low[3], surroundings_high[3];  // both or neither
  double patterns;  // share
  double camera_position_error[3];  // [m]
  double camera_angle_error[3];     // roll, pitch, yaw [rad]
  double furniture;  // share; see furniture.hh
  std::uint64_t surroundings_seed, patterns_seed, furniture_seed;
};

// kBenchmark: Benchmark, then 2 float64 (linear [m/s], angular [rad/s]) for each choice of a Waffle's command.
// That many steps are made and rendered one after the other, each with commands drawn from the choices; each arena
// is reset to the world file's start every episode_steps steps.
struct Benchmark
{
  std::uint32_t steps;
  std::uint32_t first_step;     // the number of the first, which decides when arenas are reset
  std::uint32_t iterations;     // of each step
  std::uint32_t episode_steps;
  std::uint32_t seed;
  std::uint32_t choices;
};

// kMeasured: Measured. Sums over all steps [s].
struct Measured
{
  double elapsed;
  double physics, poses, rendering;  // see stopwatch.hh
};

constexpr std::size_t kMaxRequestBytes =
  sizeof(Step) + kMaxArenas * sizeof(Reset) + 2 * 2 * kMaxArenas * sizeof(double);

// kError, kStuck: why, as text. kProgress: what is being done, as text; at most kMaxErrorBytes.

// kReady: Ready.
struct Ready
{
  double physics_step;    // [s]
  double horizontal_fov;  // [rad]
  double near_clip;       // [m]
  double far_clip;        // [m]
  std::uint32_t arenas;
  std::uint32_t height;   // [pixel]
  std::uint32_t width;    // [pixel]
  std::uint32_t channels;
  char gazebo_version[16];
};

// kState: State, then float64 arrays waffle_pose (arenas x 7), waffle_twist (arenas x 6), burger_pose, burger_twist,
// then one byte of contact bits per arena.
struct State
{
  std::int64_t time_ns;  // simulated time
};

// kRecalled: what a kState has, of the last step whoever made it, then the commands held, 2 x arenas float64 for each
// robot.

constexpr std::size_t kPoseValues = 7;   // x, y, z [m], qx, qy, qz, qw
constexpr std::size_t kTwistValues = 6;  // linear [m/s] and angular [rad/s], in the robot's own frame

enum ContactBits : std::uint8_t { kWaffleBurger = 1, kWaffleWorld = 2, kBurgerWorld = 4 };  // as in Step.srv

static_assert(sizeof(Header) == 16 && sizeof(Step) == 16 && sizeof(Reset) == 328 && sizeof(Ready) == 64);
static_assert(sizeof(Lease) == 32 && sizeof(Direct) == 40 && sizeof(Told) == 32);
static_assert(sizeof(Benchmark) == 24 && sizeof(Measured) == 32);

}  // namespace object_tracker::protocol

#include "request.hh"

#include <cmath>
#include <cstring>
#include <optional>
#include <string>

namespace object_tracker
{

namespace
{

// What is not given is 0; nothing if all is.
std::optional<ignition::math::Pose3d> mounting_error(const protocol::Reset & reset)
{
  const auto triple = [](const double * v) {
      return std::isnan(v[0]) ? ignition::math::Vector3d::Zero : ignition::math::Vector3d(v[0], v[1], v[2]);
    };
  const auto position = triple(reset.camera_position_error), angles = triple(reset.camera_angle_error);
  // Not by the vectors' own ==, which lets a micrometre pass.
  const auto is_zero = [](const auto & v) {return v.X() == 0.0 && v.Y() == 0.0 && v.Z() == 0.0;};
  if (is_zero(position) && is_zero(angles)) {return std::nullopt;}
  return ignition::math::Pose3d(position, ignition::math::Quaterniond(angles));
}

// Whether all of `count` values are from `low` to `high`, or the first is NaN: it is not given.
bool is_within(const double * values, int count, double low, double high)
{
  if (std::isnan(values[0])) {return true;}
  for (int i = 0; i < count; ++i) {
    if (!(std::isfinite(values[i]) && low <= values[i] && values[i] <= high)) {return false;}
  }
  return true;
}

// The limits of object_tracker_sim.simulator.protocol.APPEARANCE_FIELDS.
bool is_good_appearance(const protocol::Reset & reset)
{
  const auto & low = reset.surroundings_low, & high = reset.surroundings_high;
  const bool in_order = std::isnan(low[0]) || (low[0] <= high[0] && low[1] <= high[1] && low[2] <= high[2]);
  return is_within(reset.sun_direction, 3, -HUGE_VAL, HUGE_VAL) && !(reset.sun_direction[2] >= 0) &&
         is_within(&reset.sun_strength, 1, 0, 10) && is_within(reset.ambient, 3, 0, 1) &&
         is_within(reset.ground, 3, 0, 1) && is_within(reset.burger, 3, 0, 1) &&
         is_within(reset.background, 3, 0, 1) && is_within(low, 3, 0, 1) && is_within(high, 3, 0, 1) &&
         std::isnan(low[0]) == std::isnan(high[0]) && in_order && is_within(&reset.patterns, 1, 0, 1) &&
         is_within(reset.camera_position_error, 3, -0.5, 0.5) && is_within(reset.camera_angle_error, 3, -0.8, 0.8) &&
         is_within(&reset.furniture, 1, 0, 1);
}

bool is_good_pose(const double * pose)
{
  return std::abs(pose[0]) <= protocol::kFarthest && std::abs(pose[1]) <= protocol::kFarthest &&
         std::isfinite(pose[2]);
}

}  // namespace

EpisodeStart start_of(const protocol::Reset & reset)
{
  EpisodeStart start;
  start.seed = reset.seed;
  const auto ground = [](const double * p) {return GroundPose{p[0], p[1], p[2]};};
  if (reset.flags & protocol::kHasWafflePose) {start.waffle = ground(reset.waffle_pose);}
  if (reset.flags & protocol::kHasBurgerPose) {start.burger = ground(reset.burger_pose);}
  start.solid = reset.flags & protocol::kSolid;
  start.limit_acceleration = reset.flags & protocol::kLimitAcceleration;
  return start;
}

Appearance appearance_of(const protocol::Reset & reset)
{
  Appearance appearance;
  if (!(reset.flags & protocol::kHasAppearance)) {return appearance;}
  const auto colour = [](const double * rgb) {
      std::optional<ignition::math::Color> result;
      if (!std::isnan(rgb[0])) {
        result.emplace(static_cast<float>(rgb[0]), static_cast<float>(rgb[1]), static_cast<float>(rgb[2]));
      }
      return result;
    };
  const double * to = reset.sun_direction;
  if (!std::isnan(to[0])) {appearance.sun_direction.emplace(to[0], to[1], to[2]);}
  if (!std::isnan(reset.sun_strength)) {appearance.sun_strength = reset.sun_strength;}
  appearance.ambient = colour(reset.ambient);
  appearance.ground = colour(reset.ground);
  appearance.burger = colour(reset.burger);
  appearance.background = colour(reset.background);
  const auto low = colour(reset.surroundings_low), high = colour(reset.surroundings_high);
  if (low && high) {appearance.surroundings = {*low, *high, reset.surroundings_seed};}
  if (!std::isnan(reset.patterns)) {appearance.patterns = {reset.patterns, reset.patterns_seed};}
  appearance.camera_error = mounting_error(reset);
  if (!std::isnan(reset.furniture)) {appearance.furniture = {reset.furniture, reset.furniture_seed};}
  return appearance;
}

Request parse_request(const std::vector<std::uint8_t> & bytes, std::size_t arenas)
{
  const std::uint8_t * at = bytes.data();
  Request request;
  std::memcpy(&request.step, at, sizeof request.step);  // the connection has seen to there being that much
  at += sizeof request.step;
  const auto & step = request.step;

  const std::size_t velocities =
    ((step.flags & protocol::kHasWaffleCommand) ? arenas : 0) +
    ((step.flags & protocol::kHasBurgerCommand) ? arenas : 0);
  if (step.reset_count > arenas) {throw RequestError("more resets than arenas");}
  if (step.iterations > protocol::kMaxIterations) {
    throw RequestError(
            "at most " + std::to_string(protocol::kMaxIterations) + " iterations in one step, not " +
            std::to_string(step.iterations));
  }
  if ((step.flags & ~std::uint32_t{7}) != 0 || step.reserved != 0 ||
    bytes.size() != sizeof step + step.reset_count * sizeof(protocol::Reset) + velocities * 2 * sizeof(double))
  {
    throw RequestError("the request's size and flags do not agree");
  }

  std::vector<bool> seen(arenas, false);
  for (std::uint32_t i = 0; i < step.reset_count; ++i) {
    protocol::Reset reset;
    std::memcpy(&reset, at, sizeof reset);
    at += sizeof reset;
    if (reset.arena >= arenas) {throw RequestError("no arena " + std::to_string(reset.arena));}
    if (seen[reset.arena]) {throw RequestError("arena " + std::to_string(reset.arena) + " is reset twice");}
    seen[reset.arena] = true;
    if (!is_good_pose(reset.waffle_pose) || !is_good_pose(reset.burger_pose)) {
      throw RequestError("the start pose of arena " + std::to_string(reset.arena) + " is not finite, or too far away");
    }
    if ((reset.flags & protocol::kHasAppearance) && !is_good_appearance(reset)) {
      throw RequestError("the appearance of arena " + std::to_string(reset.arena) + " is not finite, or out of range");
    }
    request.resets.push_back(reset);
  }

  const auto read_command = [&](std::vector<Velocity> & command, const char * robot) {
      command.resize(arenas);
      for (std::size_t k = 0; k < command.size(); ++k) {
        double values[2];
        std::memcpy(values, at, sizeof values);
        at += sizeof values;
        if (!std::isfinite(values[0]) || !std::isfinite(values[1])) {
          throw RequestError(std::string("the ") + robot + " command of arena " + std::to_string(k) + " is not finite");
        }
        command[k] = {values[0], values[1]};
      }
    };
  if (step.flags & protocol::kHasWaffleCommand) {read_command(request.waffle, "waffle");}
  if (step.flags & protocol::kHasBurgerCommand) {read_command(request.burger, "burger");}
  return request;
}

}  // namespace object_tracker

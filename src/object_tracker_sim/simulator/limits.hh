#pragma once
// What the real robots can do: the one table of limits of motion.

namespace object_tracker
{

struct Limits
{
  double linear_speed;          // [m/s]
  double angular_speed;         // [rad/s]
  double linear_acceleration;   // [m/s^2], both ways
  double angular_acceleration;  // [rad/s^2], both ways
};

// Speeds: TurtleBot3 specification. Accelerations: the magnitudes of decel_lim_x and acc_lim_theta in the parameters of
// turtlebot3_navigation2 (param/burger.yaml, param/waffle_pi.yaml), which the real robots are driven with.
constexpr Limits kWafflePiLimits{0.26, 1.82, 2.5, 3.2};
constexpr Limits kBurgerLimits{0.22, 2.84, 2.5, 3.2};

}  // namespace object_tracker

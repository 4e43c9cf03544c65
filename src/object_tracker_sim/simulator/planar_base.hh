#pragma once
// A robot as a velocity-controlled base that moves in the plane: no wheel joints, no gravity, no ground contact, so
// its free motion is exact; walls, objects and the other robot still stop it.

#include <gazebo/physics/PhysicsTypes.hh>
#include <ignition/math/Pose3.hh>

#include "limits.hh"

namespace object_tracker
{

struct Velocity
{
  double linear = 0;   // [m/s], forward
  double angular = 0;  // [rad/s], counter-clockwise
};

// The collision box seen from above, in the robot's frame.
struct Footprint
{
  double centre_x = 0, centre_y = 0;
  double half_length = 0, half_width = 0;
};

class PlanarBase
{
public:
  // Throws std::runtime_error if the model is not one of ours (one link, one box).
  PlanarBase(gazebo::physics::ModelPtr model, const Limits & limits);

  // Puts the base at rest at `pose` in the plane it was loaded in (x, y, yaw of `pose` are used).
  void reset(double x, double y, double yaw, bool limit_acceleration);
  void reset_to_world(bool limit_acceleration);

  void command(const Velocity & velocity);
  const Velocity & command() const {return command_;}  // the one held, within the limits

  void before_update(double step);  // sets this iteration's velocity, within the limits
  void after_update();              // puts back into the plane what a bump has pushed out of it

  const ignition::math::Pose3d & pose() const;
  // Twist at the end of the last iteration, in the robot's own frame: linear x, y, z, angular x, y, z.
  void twist(double step, double * values) const;

  const Footprint & footprint() const {return footprint_;}
  const gazebo::physics::ModelPtr & model() const {return model_;}
  const gazebo::physics::CollisionPtr & collision() const {return collision_;}

private:
  Velocity measured(double step) const;

  gazebo::physics::ModelPtr model_;
  gazebo::physics::LinkPtr link_;
  gazebo::physics::CollisionPtr collision_;
  Limits limits_;
  Footprint footprint_;
  ignition::math::Pose3d world_pose_;  // in the world file
  Velocity command_;
  bool limit_acceleration_ = false;
};

// Whether the two footprints overlap.
bool overlap(const PlanarBase & one, const PlanarBase & other);

}  // namespace object_tracker

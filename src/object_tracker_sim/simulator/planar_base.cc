#include "planar_base.hh"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include <gazebo/physics/BoxShape.hh>
#include <gazebo/physics/Collision.hh>
#include <gazebo/physics/Link.hh>
#include <gazebo/physics/Model.hh>

namespace object_tracker
{

using gazebo::physics::BoxShape;
using ignition::math::Pose3d;
using ignition::math::Quaterniond;
using ignition::math::Vector3d;

PlanarBase::PlanarBase(gazebo::physics::ModelPtr model, const Limits & limits)
: model_(model), limits_(limits)
{
  if (model->GetLinks().size() != 1 || model->GetLinks()[0]->GetCollisions().size() != 1) {
    throw std::runtime_error("model " + model->GetName() + " must have one link with one collision");
  }
  link_ = model->GetLinks()[0];
  collision_ = link_->GetCollisions()[0];
  const auto box = boost::dynamic_pointer_cast<BoxShape>(collision_->GetShape());
  if (!box) {throw std::runtime_error("the collision of model " + model->GetName() + " must be a box");}

  const Pose3d centre = collision_->RelativePose();
  footprint_ = {centre.Pos().X(), centre.Pos().Y(), box->Size().X() / 2, box->Size().Y() / 2};
  world_pose_ = link_->WorldPose();
  world_pose_.Rot() = Quaterniond(0, 0, world_pose_.Rot().Yaw());
  model->SetAutoDisable(false);  // a body put to sleep wakes a step late, and its idle counters outlive a reset
}

void PlanarBase::reset(double x, double y, double yaw, bool limit_acceleration)
{
  command_ = {};
  limit_acceleration_ = limit_acceleration;
  const Pose3d pose(Vector3d(x, y, world_pose_.Pos().Z()), Quaterniond(0, 0, yaw));
  link_->SetWorldPose(pose);
  link_->ResetPhysicsStates();
  link_->SetLinearVel(Vector3d::Zero);
  link_->SetAngularVel(Vector3d::Zero);
}

void PlanarBase::reset_to_world(bool limit_acceleration)
{
  reset(world_pose_.Pos().X(), world_pose_.Pos().Y(), world_pose_.Rot().Yaw(), limit_acceleration);
}

void PlanarBase::command(const Velocity & velocity)
{
  command_.linear = std::clamp(velocity.linear, -limits_.linear_speed, limits_.linear_speed);
  command_.angular = std::clamp(velocity.angular, -limits_.angular_speed, limits_.angular_speed);
}

Velocity PlanarBase::measured(double step) const
{
  const double angular = link_->WorldAngularVel().Z();
  // The last iteration's velocity points along its middle heading, half a turn's worth behind the present one.
  const double heading = pose().Rot().Yaw() - angular * step / 2;
  const Vector3d linear = link_->WorldCoGLinearVel();
  return {linear.X() * std::cos(heading) + linear.Y() * std::sin(heading), angular};
}

void PlanarBase::before_update(double step)
{
  Velocity next = command_;
  if (limit_acceleration_) {
    // From the measured velocity, so that a base that was stopped by a wall starts again from rest.
    const Velocity now = measured(step);
    const double linear = limits_.linear_acceleration * step;
    const double angular = limits_.angular_acceleration * step;
    next.linear = std::clamp(next.linear, now.linear - linear, now.linear + linear);
    next.angular = std::clamp(next.angular, now.angular - angular, now.angular + angular);
  }
  // Along the chord of the arc driven in this iteration: positions lie on the true circle.
  const double heading = pose().Rot().Yaw() + next.angular * step / 2;
  link_->SetLinearVel(Vector3d(next.linear * std::cos(heading), next.linear * std::sin(heading), 0));
  link_->SetAngularVel(Vector3d(0, 0, next.angular));
}

void PlanarBase::after_update()
{
  const Pose3d & now = pose();
  if (now.Pos().Z() == world_pose_.Pos().Z() && now.Rot().X() == 0 && now.Rot().Y() == 0) {return;}
  const Vector3d linear = link_->WorldCoGLinearVel();
  const Vector3d angular = link_->WorldAngularVel();
  link_->SetWorldPose(
    Pose3d(Vector3d(now.Pos().X(), now.Pos().Y(), world_pose_.Pos().Z()), Quaterniond(0, 0, now.Rot().Yaw())));
  link_->SetLinearVel(Vector3d(linear.X(), linear.Y(), 0));
  link_->SetAngularVel(Vector3d(0, 0, angular.Z()));
}

const Pose3d & PlanarBase::pose() const {return link_->WorldPose();}

void PlanarBase::twist(double step, double * values) const
{
  const double angular = link_->WorldAngularVel().Z();
  const double heading = pose().Rot().Yaw() - angular * step / 2;  // as in measured()
  const Vector3d linear = link_->WorldCoGLinearVel();
  const double c = std::cos(heading), s = std::sin(heading);
  values[0] = linear.X() * c + linear.Y() * s;
  values[1] = linear.Y() * c - linear.X() * s;
  values[2] = values[3] = values[4] = 0;
  values[5] = angular;
}

namespace
{

struct Rectangle
{
  double x, y, cos, sin, half_length, half_width;
};

Rectangle rectangle(const PlanarBase & base)
{
  const Footprint & footprint = base.footprint();
  const Pose3d & pose = base.pose();
  const double yaw = pose.Rot().Yaw();
  const double c = std::cos(yaw), s = std::sin(yaw);
  return {
    pose.Pos().X() + c * footprint.centre_x - s * footprint.centre_y,
    pose.Pos().Y() + s * footprint.centre_x + c * footprint.centre_y,
    c, s, footprint.half_length, footprint.half_width};
}

// Whether an axis of `one` separates it from `other` (separating axis theorem).
bool separated(const Rectangle & one, const Rectangle & other)
{
  const double dx = other.x - one.x, dy = other.y - one.y;
  const double along = std::abs(dx * one.cos + dy * one.sin), across = std::abs(dy * one.cos - dx * one.sin);
  const double c = std::abs(one.cos * other.cos + one.sin * other.sin);
  const double s = std::abs(one.cos * other.sin - one.sin * other.cos);
  return along >= one.half_length + other.half_length * c + other.half_width * s ||
         across >= one.half_width + other.half_length * s + other.half_width * c;
}

}  // namespace

bool overlap(const PlanarBase & one, const PlanarBase & other)
{
  const Vector3d gap = one.pose().Pos() - other.pose().Pos();
  const auto reach = [](const Footprint & f) {
      return std::hypot(std::abs(f.centre_x) + f.half_length, std::abs(f.centre_y) + f.half_width);
    };
  const double far = reach(one.footprint()) + reach(other.footprint());
  if (gap.X() * gap.X() + gap.Y() * gap.Y() > far * far) {return false;}
  const Rectangle a = rectangle(one), b = rectangle(other);
  return !separated(a, b) && !separated(b, a);
}

}  // namespace object_tracker

#include "puppet.hh"

#include <gazebo/physics/Entity.hh>
#include <gazebo/rendering/Visual.hh>

namespace object_tracker
{

namespace
{

// To the last bit: the comparison of ignition::math lets a millimetre pass.
bool same(const ignition::math::Pose3d & a, const ignition::math::Pose3d & b)
{
  return a.Pos().X() == b.Pos().X() && a.Pos().Y() == b.Pos().Y() && a.Pos().Z() == b.Pos().Z() &&
         a.Rot().X() == b.Rot().X() && a.Rot().Y() == b.Rot().Y() && a.Rot().Z() == b.Rot().Z() &&
         a.Rot().W() == b.Rot().W();
}

}  // namespace

Puppet::Puppet(Parts parts, bool drawn)
: parts_(std::move(parts)), drawn_(drawn)
{
  for (const auto & [entity, visual] : parts_) {poses_.push_back(entity->WorldPose());}
}

void Puppet::follow()
{
  bool moved = !drawn_;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const auto & pose = parts_[i].first->WorldPose();
    if (!same(pose, poses_[i])) {
      poses_[i] = pose;
      moved = true;
    }
  }
  if (!moved) {return;}
  for (std::size_t i = 0; i < parts_.size(); ++i) {parts_[i].second->SetWorldPose(poses_[i]);}
  drawn_ = true;
}

}  // namespace object_tracker

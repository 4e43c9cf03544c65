#include "mounting.hh"

#include <utility>

#include <gazebo/rendering/Camera.hh>
#include <gazebo/rendering/Conversions.hh>

namespace object_tracker
{

Mounting::Mounting(gazebo::rendering::CameraPtr camera)
: camera_(std::move(camera)), position_(camera_->SceneNode()->getPosition()),
  orientation_(camera_->SceneNode()->getOrientation()) {}

void Mounting::shift(const std::optional<ignition::math::Pose3d> & error) const
{
  using gazebo::rendering::Conversions;
  auto * node = camera_->SceneNode();  // Gazebo's axes: the turn to Ogre's is made below it
  node->setPosition(error ? position_ + orientation_ * Conversions::Convert(error->Pos()) : position_);
  node->setOrientation(error ? orientation_ * Conversions::Convert(error->Rot()) : orientation_);
}

}  // namespace object_tracker

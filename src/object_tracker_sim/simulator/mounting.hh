#pragma once
// Where an arena's camera is mounted on its robot.

#include <optional>

#include <OgreQuaternion.h>
#include <OgreVector3.h>
#include <gazebo/rendering/RenderTypes.hh>
#include <ignition/math/Pose3.hh>

namespace object_tracker
{

class Mounting
{
public:
  // Where the camera is now is where the model file has it.
  explicit Mounting(gazebo::rendering::CameraPtr camera);

  // Off by that, in the camera's own frame as the model file has it (x forward, y left, z up), or not off, to the bit.
  void shift(const std::optional<ignition::math::Pose3d> & error) const;

private:
  gazebo::rendering::CameraPtr camera_;
  Ogre::Vector3 position_;        // on the link's visual
  Ogre::Quaternion orientation_;
};

}  // namespace object_tracker

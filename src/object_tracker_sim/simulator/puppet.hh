#pragma once
// What is drawn of a model and all that hangs on it, and what it stands for.

#include <utility>
#include <vector>

#include <gazebo/physics/PhysicsTypes.hh>
#include <gazebo/rendering/RenderTypes.hh>
#include <ignition/math/Pose3.hh>

namespace object_tracker
{

class Puppet
{
public:
  // Models first, then links: a link's visual hangs on its model's, and setting the links alone leaves rounding in what
  // is drawn.
  using Parts = std::vector<std::pair<gazebo::physics::EntityPtr, gazebo::rendering::VisualPtr>>;

  // `drawn` says that the visuals are where the physics is already.
  Puppet(Parts parts, bool drawn);

  // Puts the visuals where the physics is. Does nothing if nothing has moved since the last time.
  void follow();

  const Parts & parts() const {return parts_;}

private:
  Parts parts_;
  std::vector<ignition::math::Pose3d> poses_;  // of the parts as they are drawn
  bool drawn_;
};

}  // namespace object_tracker

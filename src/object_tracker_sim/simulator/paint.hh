#pragma once
// The colours of one visual.

#include <optional>
#include <vector>

#include <OgreMaterial.h>
#include <gazebo/rendering/RenderTypes.hh>
#include <ignition/math/Color.hh>

namespace object_tracker
{

class Paint
{
public:
  // Gives the visual copies of the materials that it shares with others: those of meshes, and Gazebo's default.
  // There may be no visual; nothing is painted then.
  explicit Paint(const gazebo::rendering::VisualPtr & visual);

  // One colour all over, or its own ones again. Textures are tinted.
  void cover(const std::optional<ignition::math::Color> & colour) const;

  // Halfway between its own colours and that one.
  void mix(const std::optional<ignition::math::Color> & colour) const;

private:
  // A material, and the colours it had in the beginning. A mesh may have several.
  struct Part
  {
    Ogre::MaterialPtr material;
    ignition::math::Color ambient, diffuse;
  };

  std::vector<Part> parts_;
};

}  // namespace object_tracker

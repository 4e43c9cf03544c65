#pragma once
// How an arena looks in an episode. All arenas share one scene and are drawn one after the other: light and ground are
// changed before each is drawn; a Burger is its own arena's alone and is coloured once, when the episode begins.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <OgreMaterial.h>
#include <gazebo/physics/PhysicsTypes.hh>
#include <gazebo/rendering/RenderTypes.hh>
#include <ignition/math/Color.hh>
#include <ignition/math/Vector3.hh>

#include "arena.hh"

namespace object_tracker
{

// What has no value is as in the world file.
struct Appearance
{
  std::optional<ignition::math::Vector3d> sun_direction;  // where its light goes to
  std::optional<double> sun_strength;                     // factor on the sun's colour in the world file
  std::optional<ignition::math::Color> ambient, ground;
  std::optional<ignition::math::Color> burger;            // half of each part's own colour is kept
};

class Scenery
{
public:
  // The sun is the world's first directional light; the ground are the planes among what stands still.
  Scenery(const gazebo::rendering::ScenePtr & scene, const gazebo::physics::WorldPtr & world, std::vector<Arena> & arenas);

  void set(unsigned arena, const Appearance & appearance);

  // Makes the scene look as that arena's: to be called before it is drawn.
  void show(unsigned arena);

private:
  // The colours of one material, and those it had in the beginning.
  struct Paint
  {
    Ogre::MaterialPtr material;
    ignition::math::Color ambient, diffuse;
  };

  static void paint(const Paint & paint, const ignition::math::Color & ambient, const ignition::math::Color & diffuse);
  std::vector<Paint> paints_of(const gazebo::physics::ModelPtr & model, bool planes_only) const;

  gazebo::rendering::ScenePtr scene_;
  gazebo::rendering::LightPtr sun_;
  ignition::math::Vector3d sun_direction_;
  ignition::math::Color sun_colour_, ambient_;
  std::vector<Paint> ground_;
  std::vector<std::vector<Paint>> burgers_;
  std::vector<Appearance> appearances_;
  bool untouched_ = true;  // as in the world file: nothing has to be put back
};

}  // namespace object_tracker

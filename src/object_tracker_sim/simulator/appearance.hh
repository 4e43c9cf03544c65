#pragma once
// How an arena looks in an episode. All arenas share one scene and are drawn one after the other: light, ground and
// surroundings are changed before each is drawn; Burger, background and the camera's
// mounting are their own arena's alone, and are set once, when the episode begins.

#include <cstdint>
#include <optional>
#include <vector>

#include <gazebo/physics/PhysicsTypes.hh>
#include <gazebo/rendering/RenderTypes.hh>
#include <ignition/math/Color.hh>
#include <ignition/math/Pose3.hh>
#include <ignition/math/Vector3.hh>

#include "arena.hh"
#include "furniture.hh"
#include "mounting.hh"
#include "paint.hh"

namespace object_tracker
{

// The colour of each visual is drawn from low .. high by itself; how: ArenaAppearance.msg.
struct Surroundings
{
  ignition::math::Color low, high;
  std::uint64_t seed;
};

// That share of ground and surroundings has a pattern, each visual one of its own; how: ArenaAppearance.msg.
struct Patterns
{
  double share;
  std::uint64_t seed;
};

// What has no value is as in the world file.
struct Appearance
{
  std::optional<ignition::math::Vector3d> sun_direction;  // where its light goes to
  std::optional<double> sun_strength;                     // factor on the sun's colour in the world file
  std::optional<ignition::math::Color> ambient, ground;
  std::optional<ignition::math::Color> burger;            // half of each part's own colour is kept
  std::optional<ignition::math::Color> background;
  std::optional<Surroundings> surroundings;
  std::optional<Patterns> patterns;
  std::optional<ignition::math::Pose3d> camera_error;     // see mounting.hh
  std::optional<FurnitureShare> furniture;                // see furniture.hh, which it is for
};

class Scenery
{
public:
  // The sun is the world's first directional light; the ground are the planes among what stands still, and the
  // surroundings all else that does, but for models whose names begin with "decoy": they get the Burger's colour.
  // `cameras` are the arenas'.
  Scenery(
    const std::vector<gazebo::rendering::CameraPtr> & cameras, const gazebo::physics::WorldPtr & world,
    std::vector<Arena> & arenas);

  void set(unsigned arena, const Appearance & appearance);

  // Makes the scene look as that arena's: to be called before it is drawn.
  void show(unsigned arena);

private:
  // Of ground or surroundings. The sides [m] are those of its largest face, along which texture coordinates go from 0
  // to 1, across and down; 1 of a shape without such.
  struct Surface
  {
    Paint paint;
    double across, down;
  };

  // How one looks in an episode; what has no value is as in the world file.
  struct Look
  {
    std::optional<ignition::math::Color> colour;
    std::optional<Pattern> pattern;
  };

  void add_static(const gazebo::physics::ModelPtr & model);
  std::vector<Look> looks(const Appearance & appearance) const;
  void show_light(const Appearance & now);
  void show_decoys(const std::optional<ignition::math::Color> & burger);
  void show_surfaces(unsigned arena);

  std::vector<gazebo::rendering::CameraPtr> cameras_;
  std::vector<Mounting> mountings_;  // of each camera
  gazebo::rendering::ScenePtr scene_;
  gazebo::rendering::LightPtr sun_;
  ignition::math::Vector3d sun_direction_;
  ignition::math::Color sun_colour_, ambient_, background_;
  std::vector<Surface> ground_, surroundings_;
  std::vector<Paint> decoys_;
  std::vector<std::vector<Paint>> burgers_;  // of each arena
  std::vector<Appearance> appearances_;
  std::vector<std::vector<Look>> looks_;  // of each arena's ground, then surroundings; none: as in the world file
  // As in the world file: nothing has to be put back.
  bool light_untouched_ = true, surfaces_untouched_ = true, decoys_untouched_ = true;
};

}  // namespace object_tracker

#pragma once
// One arena: a Waffle, a Burger and its own copies of the world's movable objects. All arenas are in the same place of
// one world, ghosts to each other: each collides only with itself and with what stands still.
//
// Collision bits (32 in all, so 16 arenas): arena k's Waffle has bit k; its Burger has bit k if the two are solid to
// each other and bit 16 + k if not; its objects have both; what stands still has all, but for furniture that is away
// (furniture.hh): it lacks both bits of the arenas it is away from.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <gazebo/physics/PhysicsTypes.hh>
#include <ignition/math/Pose3.hh>

#include "planar_base.hh"
#include "protocol.hh"

namespace object_tracker
{

constexpr std::uint32_t waffle_bit(unsigned arena) {return 1u << arena;}
constexpr std::uint32_t ghost_burger_bit(unsigned arena) {return 1u << (protocol::kMaxArenas + arena);}
constexpr std::uint32_t arena_bits(unsigned arena) {return waffle_bit(arena) | ghost_burger_bit(arena);}
constexpr std::uint32_t kAllArenas = 0xffffffffu;

struct GroundPose
{
  double x, y, yaw;
};

struct EpisodeStart
{
  std::uint64_t seed = 0;  // of whatever is random within the episode
  std::optional<GroundPose> waffle, burger;  // none: the pose in the world file
  bool solid = false;
  bool limit_acceleration = false;
};

class Arena
{
public:
  // Takes the models of arena `index` by their names (name_prefix() + ...). Throws std::runtime_error.
  Arena(gazebo::physics::WorldPtr world, unsigned index);

  static std::string name_prefix(unsigned index);

  // Puts everything of this arena into the state the episode begins with, whatever was before.
  void reset(const EpisodeStart & start);

  void before_update(double step);
  void after_update();

  // Contacts [protocol::ContactBits] since the last call of clear_contacts().
  std::uint8_t contacts() const {return contacts_;}
  void clear_contacts() {contacts_ = 0;}
  void add_contact(const gazebo::physics::Collision * mine, const gazebo::physics::Collision * other);

  PlanarBase & waffle() {return waffle_;}
  PlanarBase & burger() {return burger_;}
  const PlanarBase & waffle() const {return waffle_;}
  const PlanarBase & burger() const {return burger_;}
  const std::vector<gazebo::physics::ModelPtr> & models() const {return models_;}  // all of them, nested ones too
  const std::vector<gazebo::physics::ModelPtr> & tops() const {return tops_;}      // those that hang on no other

private:
  struct LinkStart
  {
    gazebo::physics::LinkPtr link;
    ignition::math::Pose3d pose;
  };

  unsigned index_;
  PlanarBase waffle_, burger_;
  std::vector<gazebo::physics::ModelPtr> models_, tops_;
  std::vector<LinkStart> objects_;
  std::uint8_t contacts_ = 0;
};

// Lets everything that belongs to no arena collide with all of them. To be called before the arenas are made.
void widen_collisions(const gazebo::physics::WorldPtr & world);

// The models that belong to no arena, in the order of the world file, but for actors, which are drawn by messages of
// their own.
std::vector<gazebo::physics::ModelPtr> find_scenery(const std::vector<Arena> & arenas);

}  // namespace object_tracker

#pragma once
// Which of the world's furniture is there in an arena's episode. The arenas share one world: what is away from one is
// neither seen by its camera nor solid to its robots and objects, and is there for all others.
//
// Furniture is every model that belongs to no arena, is static, has no plane among its shapes, and whose bounding box,
// along the world's axes, of all that is to be seen or touched of it, is narrower than 2 m in x and in y: things in a
// room, but not its ground and walls.

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <gazebo/physics/PhysicsTypes.hh>
#include <gazebo/rendering/RenderTypes.hh>

#include "arena.hh"

namespace object_tracker
{

// That share of it, 0 .. 1, is there: which, says ArenaAppearance.msg.
struct FurnitureShare
{
  double share;
  std::uint64_t seed;
};

class Furniture
{
public:
  // To be made when all that there is to see has been made; all of it is there.
  Furniture(const gazebo::rendering::ScenePtr & scene, const std::vector<Arena> & arenas);

  // Decides for that arena's episode; nothing given: all is there. It is so from the next physics iteration and image.
  void set(unsigned arena, const std::optional<FurnitureShare> & wanted);

private:
  struct Piece
  {
    std::vector<std::pair<gazebo::rendering::VisualPtr, std::uint32_t>> visuals;  // with their flags; see visibility.hh
    std::vector<gazebo::physics::SurfaceParamsPtr> surfaces;  // of all that is solid
    std::uint32_t away = 0;  // bit k: from arena k
  };

  static Piece take(const gazebo::rendering::ScenePtr & scene, const gazebo::physics::ModelPtr & model);
  static void apply(const Piece & piece);

  std::vector<Piece> pieces_;  // in the order of the world file
};

}  // namespace object_tracker

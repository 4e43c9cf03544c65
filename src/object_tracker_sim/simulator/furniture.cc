#include "furniture.hh"

#include <OgreAxisAlignedBox.h>
#include <OgreMovableObject.h>
#include <OgreSceneNode.h>
#include <gazebo/physics/Shape.hh>
#include <gazebo/physics/SurfaceParams.hh>
#include <gazebo/rendering/Conversions.hh>
#include <gazebo/rendering/Visual.hh>
#include <ignition/math/AxisAlignedBox.hh>

#include "collisions.hh"
#include "splitmix.hh"
#include "visibility.hh"
#include "visuals.hh"

namespace object_tracker
{

namespace
{

using gazebo::rendering::Conversions;

constexpr double kWide = 2.0;  // [m] what is wider is a wall or a floor

bool has_plane(const gazebo::rendering::ScenePtr & scene, const gazebo::physics::ModelPtr & model)
{
  bool found = false;
  for_each_collision(
    model, [&found](const auto & collision) {
      found = found || collision->GetShape()->HasType(gazebo::physics::Base::PLANE_SHAPE);
    });
  for_each_visual(
    scene, model, [&found](const sdf::ElementPtr & description, const auto &) {
      found = found || description->GetElement("geometry")->HasElement("plane");
    });
  return found;
}

// Of what is to be seen and what is to be touched, along the world's axes [m]. Nothing of both: it has no corner.
ignition::math::AxisAlignedBox extent(
  const gazebo::rendering::ScenePtr & scene, const gazebo::physics::ModelPtr & model)
{
  ignition::math::AxisAlignedBox box;
  const auto add = [&box](const ignition::math::Vector3d & low, const ignition::math::Vector3d & high) {
      box.Merge(ignition::math::AxisAlignedBox(low, high));
    };
  for_each_collision(
    model, [&add](const auto & collision) {
      const auto touched = collision->BoundingBox();
      add(touched.Min(), touched.Max());
    });
  for_each_visual(
    scene, model, [&add](const auto &, const gazebo::rendering::VisualPtr & visual) {
      if (!visual) {return;}
      auto * node = visual->GetSceneNode();
      for (unsigned short k = 0; k < node->numAttachedObjects(); ++k) {
        const Ogre::AxisAlignedBox & seen = node->getAttachedObject(k)->getWorldBoundingBox(true);
        if (!seen.isFinite()) {continue;}
        add(Conversions::ConvertIgn(seen.getMinimum()), Conversions::ConvertIgn(seen.getMaximum()));
      }
    });
  return box;
}

bool is_furniture(const gazebo::rendering::ScenePtr & scene, const gazebo::physics::ModelPtr & model)
{
  if (!model->IsStatic() || has_plane(scene, model)) {return false;}
  const auto box = extent(scene, model);
  const auto width = box.Max() - box.Min();
  return width.X() >= 0.0 && width.X() < kWide && width.Y() < kWide;
}

}  // namespace

Furniture::Furniture(const gazebo::rendering::ScenePtr & scene, const std::vector<Arena> & arenas)
{
  for (const auto & model : find_scenery(arenas)) {
    if (is_furniture(scene, model)) {pieces_.push_back(take(scene, model));}
  }
}

Furniture::Piece Furniture::take(
  const gazebo::rendering::ScenePtr & scene, const gazebo::physics::ModelPtr & model)
{
  Piece piece;
  for_each_visual(
    scene, model, [&piece](const auto &, const gazebo::rendering::VisualPtr & visual) {
      if (visual) {piece.visuals.emplace_back(visual, visual->GetVisibilityFlags());}
    });
  for_each_collision(
    model, [&piece](const auto & collision) {
      const auto & surface = collision->GetSurface();
      if (surface->collideBitmask != 0) {piece.surfaces.push_back(surface);}  // else its author wants it driven through
    });
  return piece;
}

void Furniture::set(unsigned arena, const std::optional<FurnitureShare> & wanted)
{
  const std::uint32_t bit = 1u << arena;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const bool there = !wanted || uniform(wanted->seed, i) < wanted->share;
    Piece & piece = pieces_[i];
    const std::uint32_t away = there ? piece.away & ~bit : piece.away | bit;
    if (away == piece.away) {continue;}
    piece.away = away;
    apply(piece);
  }
}

void Furniture::apply(const Piece & piece)
{
  std::uint32_t solid = kAllArenas;
  for (unsigned k = 0; k < protocol::kMaxArenas; ++k) {
    if (piece.away >> k & 1u) {solid &= ~arena_bits(k);}
  }
  for (const auto & surface : piece.surfaces) {surface->collideBitmask = solid;}
  for (const auto & [visual, flags] : piece.visuals) {
    visual->SetVisibilityFlags(without_arenas(flags, piece.away));
  }
}

}  // namespace object_tracker

#include "eyes.hh"

#include <stdexcept>

#include <OgreEntity.h>
#include <OgreMaterial.h>
#include <OgreSubEntity.h>
#include <gazebo/common/Events.hh>
#include <gazebo/physics/Link.hh>
#include <gazebo/physics/Model.hh>
#include <gazebo/rendering/Camera.hh>
#include <gazebo/rendering/Scene.hh>
#include <gazebo/rendering/Visual.hh>
#include <gazebo/sensors/CameraSensor.hh>
#include <gazebo/sensors/SensorsIface.hh>

#include "halving.hh"
#include "visibility.hh"
#include "visuals.hh"

namespace object_tracker
{

using gazebo::rendering::CameraPtr;
using gazebo::rendering::VisualPtr;

namespace
{

constexpr Ogre::ushort kFirstPlace = 101;  // after what has Ogre's own priority, 100
constexpr Ogre::ushort kLastPlace = 30000;
constexpr Ogre::ushort kSeeThrough = 30001;  // after all that is solid; among themselves Ogre draws them by distance

// Whether the visual's shape is one that Gazebo draws with a mesh of its own.
bool is_primitive(const sdf::ElementPtr & visual)
{
  const auto geometry = visual->GetElement("geometry");
  return geometry->HasElement("box") || geometry->HasElement("cylinder") || geometry->HasElement("sphere");
}

// Whether every visual named in the link's SDF has been made. A mesh that cannot be found never is: Gazebo says so,
// and draws nothing in its place.
bool complete(
  const gazebo::rendering::ScenePtr & scene, const gazebo::physics::LinkPtr & link, std::string & missing)
{
  const sdf::ElementPtr description = link->GetSDF();
  if (!description->HasElement("visual")) {return true;}
  for (auto visual = description->GetElement("visual"); visual; visual = visual->GetNextElement("visual")) {
    const std::string name = link->GetScopedName() + "::" + visual->Get<std::string>("name");
    const VisualPtr made = scene->GetVisual(name);
    if (!made || (is_primitive(visual) && made->GetMeshName().empty())) {
      missing = "visual " + name;
      return false;
    }
  }
  return true;
}

bool is_see_through(const Ogre::SubEntity & part)
{
  const auto & material = part.getMaterial();
  return !material.isNull() && material->isTransparent();
}

// Has the model's visuals, and the parts of each, drawn in the order of its SDF and mesh, from place `next` on. Ogre's own
// order is that of addresses in memory, and where two faces are equally far the order decides: not every arena would
// see the same.
void put_in_order(
  const gazebo::physics::ModelPtr & model, const gazebo::rendering::ScenePtr & scene, Ogre::ushort & next)
{
  for_each_visual(
    scene, model, [&next](const auto &, const VisualPtr & visual) {
      if (!visual) {return;}
      auto * node = visual->GetSceneNode();
      for (unsigned short k = 0; k < node->numAttachedObjects(); ++k) {
        auto * drawn = node->getAttachedObject(k);
        drawn->setRenderQueueGroupAndPriority(drawn->getRenderQueueGroup(), next);
        auto * entity = dynamic_cast<Ogre::Entity *>(drawn);
        for (unsigned j = 0; entity && j < entity->getNumSubEntities(); ++j) {
          auto * part = entity->getSubEntity(j);
          const Ogre::ushort place = is_see_through(*part) ? kSeeThrough : next;
          part->setRenderQueueGroupAndPriority(entity->getRenderQueueGroup(), place);
          if (next < kLastPlace) {++next;}
        }
      }
      if (next < kLastPlace) {++next;}
    });
}

void add_parts(
  const gazebo::physics::ModelPtr & model, const gazebo::rendering::ScenePtr & scene, Puppet::Parts & models,
  Puppet::Parts & links)
{
  const auto add = [&scene](const gazebo::physics::EntityPtr & entity, Puppet::Parts & parts) {
      if (const VisualPtr visual = scene->GetVisual(entity->GetScopedName())) {parts.emplace_back(entity, visual);}
    };
  add(model, models);
  for (const auto & link : model->GetLinks()) {add(link, links);}
  for (const auto & nested : model->NestedModels()) {add_parts(nested, scene, models, links);}
}

// What is drawn of a model that hangs on no other.
Puppet::Parts parts_of(const gazebo::physics::ModelPtr & model, const gazebo::rendering::ScenePtr & scene)
{
  Puppet::Parts models, links;
  add_parts(model, scene, models, links);
  models.insert(models.end(), links.begin(), links.end());
  return models;
}

}  // namespace

Eyes::Eyes(std::vector<Arena> & arenas, std::uint8_t * frames, unsigned height, unsigned width, Pulse & pulse)
: arenas_(arenas), frames_(frames), height_(height), width_(width), pulse_(pulse) {}

bool Eyes::find_all(std::string & missing)
{
  std::vector<Eye> found(arenas_.size());
  for (unsigned k = 0; k < arenas_.size(); ++k) {
    if (!find(arenas_[k], k, found[k], missing)) {return false;}
  }
  for (unsigned k = 0; k < found.size(); ++k) {
    found[k].camera->OgreViewport()->setVisibilityMask(camera_mask(k));
    for (auto & puppet : found[k].puppets) {
      for (auto & [entity, visual] : puppet.parts()) {visual->SetVisibilityFlags(arena_flag(k));}
    }
  }
  eyes_ = std::move(found);
  const auto scene = eyes_.at(0).camera->GetScene();
  Ogre::ushort next = kFirstPlace;
  for (const auto & arena : arenas_) {
    next = kFirstPlace;  // the same in each
    for (const auto & top : arena.tops()) {put_in_order(top, scene, next);}
  }
  scenery_.clear();
  for (const auto & model : find_scenery(arenas_)) {
    put_in_order(model, scene, next);
    scenery_.emplace_back(parts_of(model, scene), true);
  }
  return true;
}

bool Eyes::find(const Arena & arena, unsigned index, Eye & eye, std::string & missing) const
{
  const auto & waffle = arena.waffle().model();
  const auto names = waffle->SensorScopedName("camera");
  if (names.size() != 1) {throw std::runtime_error("model " + waffle->GetName() + " must have one sensor 'camera'");}
  missing = "camera of arena " + std::to_string(index);
  const auto sensor =
    std::dynamic_pointer_cast<gazebo::sensors::CameraSensor>(gazebo::sensors::get_sensor(names[0]));
  if (!sensor || !sensor->Camera() || !sensor->Camera()->Initialized()) {return false;}
  eye.camera = sensor->Camera();
  if (!eye.camera->OgreViewport() || !eye.camera->GetScene()) {return false;}
  if (eye.camera->ImageHeight() != height_ || eye.camera->ImageWidth() != width_) {
    throw std::runtime_error("camera of arena " + std::to_string(index) + " has another image size than asked for");
  }
  sensor->SetActive(false);  // Gazebo's own loop must not render it too

  const auto scene = eye.camera->GetScene();
  for (const auto & model : arena.models()) {
    missing = "visual " + model->GetScopedName();
    if (!scene->GetVisual(model->GetScopedName())) {return false;}
    for (const auto & link : model->GetLinks()) {
      missing = "visual " + link->GetScopedName();
      if (!scene->GetVisual(link->GetScopedName()) || !complete(scene, link, missing)) {return false;}
    }
  }
  for (const auto & top : arena.tops()) {eye.puppets.emplace_back(parts_of(top, scene), false);}
  return true;
}

void Eyes::render(
  const std::vector<bool> & which, StepTimes & times, Scenery * scenery, unsigned half_channels)
{
  // Gazebo's scene takes in what it was told from outside; what we then set ourselves is exact and comes last.
  Stopwatch watch;
  gazebo::event::Events::preRender();
  for (auto & puppet : scenery_) {puppet.follow();}
  times.poses += watch.lap();
  for (std::size_t k = 0; k < eyes_.size(); ++k) {
    if (which[k]) {draw(k, times, scenery);}
    if (half_channels != 0 && eyes_[k].half_channels != half_channels) {
      halve_image(k, half_channels);  // now, while it is in the processor's cache
    }
  }
}

void Eyes::draw(std::size_t index, StepTimes & times, Scenery * scenery)
{
  Stopwatch watch;
  pulse_.beat("rendering");
  auto & eye = eyes_[index];
  for (auto & puppet : eye.puppets) {puppet.follow();}
  times.poses += watch.lap();
  if (scenery) {scenery->show(static_cast<unsigned>(index));}
  eye.camera->Render(true);
  const std::size_t frame_bytes = std::size_t{3} * height_ * width_;
  const Ogre::PixelBox image(width_, height_, 1, Ogre::PF_BYTE_RGB, frames_ + index * frame_bytes);
  eye.camera->OgreViewport()->getTarget()->copyContentsToMemory(image);
  eye.half_channels = 0;
  times.rendering += watch.lap();
}

void Eyes::halve_image(std::size_t index, unsigned channels)
{
  const std::size_t frame_bytes = std::size_t{3} * height_ * width_;
  const std::size_t half_bytes = std::size_t{channels} * (height_ / 2) * (width_ / 2);
  halve(
    frames_ + index * frame_bytes, height_, width_, channels,
    frames_ + eyes_.size() * frame_bytes + index * half_bytes);
  eyes_[index].half_channels = channels;
}

std::vector<CameraPtr> Eyes::cameras() const
{
  std::vector<CameraPtr> cameras;
  for (const auto & eye : eyes_) {cameras.push_back(eye.camera);}
  return cameras;
}

Optics Eyes::optics() const
{
  const auto & camera = eyes_.at(0).camera;
  return {camera->HFOV().Radian(), camera->NearClip(), camera->FarClip()};
}

}  // namespace object_tracker

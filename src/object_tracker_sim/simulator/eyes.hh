#pragma once
// The arenas' cameras: each renders its own arena and the world, at the instant the physics has reached.

#include <cstdint>
#include <string>
#include <vector>

#include <gazebo/physics/PhysicsTypes.hh>
#include <gazebo/rendering/RenderTypes.hh>

#include "appearance.hh"
#include "arena.hh"
#include "pulse.hh"
#include "puppet.hh"
#include "stopwatch.hh"

namespace object_tracker
{

struct Optics
{
  double horizontal_fov;        // [rad]
  double near_clip, far_clip;   // [m]
};

class Eyes
{
public:
  // `frames` is the shared memory as protocol::frame_memory_bytes describes it.
  Eyes(std::vector<Arena> & arenas, std::uint8_t * frames, unsigned height, unsigned width, Pulse & pulse);

  // Looks whether every camera and everything there is to see exist by now, and takes hold of them.
  // `missing` is what is still waited for. Throws std::runtime_error if a camera is not as asked for.
  bool find_all(std::string & missing);

  // Draws the arenas whose flag is set, each in its scenery if there is one, and adds the time that took to `times`.
  // Afterwards all arenas have an image of half the size with `half_channels`, unless that is 0; see halving.hh.
  void render(const std::vector<bool> & which, StepTimes & times, Scenery * scenery, unsigned half_channels);

  // The arenas' cameras, in their order.
  std::vector<gazebo::rendering::CameraPtr> cameras() const;

  Optics optics() const;

private:
  struct Eye
  {
    gazebo::rendering::CameraPtr camera;
    std::vector<Puppet> puppets;  // of the arena's models
    unsigned half_channels = 0;   // of the image of half the size that fits the whole one; 0: none does
  };

  bool find(const Arena & arena, unsigned index, Eye & eye, std::string & missing) const;
  void draw(std::size_t index, StepTimes & times, Scenery * scenery);
  void halve_image(std::size_t index, unsigned channels);

  std::vector<Arena> & arenas_;
  std::vector<Eye> eyes_;
  std::vector<Puppet> scenery_;  // what belongs to no arena: it stands still, unless a plugin moves it
  std::uint8_t * frames_;
  unsigned height_, width_;
  Pulse & pulse_;
};

}  // namespace object_tracker

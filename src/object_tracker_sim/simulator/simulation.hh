#pragma once
// The whole of it: a world, its arenas and their cameras, stepped by one thread.

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gazebo/common/Event.hh>
#include <gazebo/physics/PhysicsTypes.hh>

#include "appearance.hh"
#include "arena.hh"
#include "eyes.hh"
#include "furniture.hh"
#include "protocol.hh"
#include "pulse.hh"
#include "request.hh"
#include "stopwatch.hh"

namespace object_tracker
{

// It does not get on, and another one may.
struct StuckError : std::runtime_error
{
  using std::runtime_error::runtime_error;
};

struct SimulationOptions
{
  std::string world_file;
  unsigned arenas = 0, height = 0, width = 0;
  std::uint8_t * frames = nullptr;  // see Eyes
  Pulse * pulse = nullptr;
};

class Simulation
{
public:
  // Loads the world. Throws std::exception.
  explicit Simulation(const SimulationOptions & options);

  // Runs until everything can be seen, then puts time to 0 and every arena to its start. Throws StuckError when that
  // does not come about, and std::exception.
  void wait_until_ready();

  protocol::Ready describe() const;

  // Carries out the payload of a kStep request and returns that of its kState answer, valid until the next call.
  // Images of half the size have `half_channels`; 0: none are made. `moved` is called when all but the images is done.
  // Throws RequestError.
  const std::vector<std::uint8_t> & step(
    const std::vector<std::uint8_t> & request, unsigned half_channels = 0,
    const std::function<void()> & moved = nullptr);

  // The payload of the last step's kState answer.
  const std::vector<std::uint8_t> & state() const {return state_;}

  // The commands that the robots hold, as kRecalled has them.
  std::vector<double> commands() const;

  double physics_step() const {return step_;}
  std::uint32_t arenas() const {return options_.arenas;}
  // Whether there can be images of half the size.
  bool halves() const {return options_.height % 2 == 0 && options_.width % 2 == 0;}
  const StepTimes & times() const {return times_;}

private:
  void before_update();
  void after_update();
  void collect_contacts();
  void write_state();

  SimulationOptions options_;
  gazebo::physics::WorldPtr world_;
  double step_;  // [s]
  std::vector<Arena> arenas_;
  std::unique_ptr<Eyes> eyes_;
  std::unique_ptr<Scenery> scenery_;
  std::unique_ptr<Furniture> furniture_;
  std::vector<bool> outdated_;  // arenas whose frame is older than their state
  std::vector<gazebo::event::ConnectionPtr> events_;
  std::vector<std::uint8_t> state_;
  StepTimes times_;
};

}  // namespace object_tracker

// Gazebo as a program that is stepped over a socket: protocol.hh says how one talks to it, simulation.hh what it does.
// It knows nothing of ROS, listens to nobody but its supervisor and a client that that gave a lease, and ends when the
// supervisor has gone.
// usage: simulator SOCKET_FD RECORD_FD FRAMES_FD WORLD_FILE ARENAS HEIGHT WIDTH

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include <gazebo/common/Exception.hh>

#include "connection.hh"
#include "gazebo_api.hh"
#include "pulse.hh"
#include "service.hh"
#include "simulation.hh"

namespace object_tracker
{
namespace
{

unsigned number(const char * text, unsigned low, unsigned high)
{
  char * end = nullptr;
  const unsigned long value = std::strtoul(text, &end, 10);
  if (end == text || *end != '\0' || value < low || value > high) {
    throw std::runtime_error(
            "'" + std::string(text) + "' is not a number from " + std::to_string(low) + " to " + std::to_string(high));
  }
  return static_cast<unsigned>(value);
}

std::uint8_t * map_frames(int descriptor, std::size_t size)
{
  struct stat status {};
  if (fstat(descriptor, &status) != 0 || static_cast<std::size_t>(status.st_size) < size) {
    throw std::runtime_error("the shared memory for images is too small");
  }
  void * memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED) {throw std::runtime_error("the shared memory for images cannot be mapped");}
  return static_cast<std::uint8_t *>(memory);
}

int serve(Connection & connection, char ** arguments)
{
  SimulationOptions options;
  const unsigned frames = number(arguments[3], 0, 1u << 20);
  options.world_file = arguments[4];
  options.arenas = number(arguments[5], 1, protocol::kMaxArenas);
  options.height = number(arguments[6], 1, 4096);
  options.width = number(arguments[7], 1, 4096);
  options.frames = map_frames(
    static_cast<int>(frames), protocol::frame_memory_bytes(options.arenas, options.height, options.width));

  Pulse pulse(connection);
  options.pulse = &pulse;
  pulse.announce("setting Gazebo up");
  if (!gazebo::setupServer(std::vector<std::string>{arguments[0]})) {
    throw std::runtime_error("Gazebo could not be set up");
  }
  Simulation simulation(options);
  simulation.wait_until_ready();
  const protocol::Ready ready = simulation.describe();
  if (!connection.send(protocol::kReady, 0, &ready, sizeof ready)) {return 0;}

  Service(connection, simulation, static_cast<int>(number(arguments[2], 0, 1u << 20))).run();
  return 0;  // the supervisor has gone, and so do we
}

}  // namespace
}  // namespace object_tracker

int main(int count, char ** arguments)
{
  using namespace object_tracker;
  if (count != 8) {
    std::fprintf(stderr, "usage: %s SOCKET_FD RECORD_FD FRAMES_FD WORLD_FILE ARENAS HEIGHT WIDTH\n", arguments[0]);
    return 2;
  }
  std::signal(SIGINT, SIG_IGN);   // a terminal's Ctrl-C is for the supervisor
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGTERM, SIG_DFL);

  std::string problem;
  protocol::Kind kind = protocol::kError;
  int status = 1;
  try {
    Connection connection(static_cast<int>(number(arguments[1], 0, 1u << 20)));
    try {
      status = serve(connection, arguments);
    } catch (const StuckError & error) {
      problem = error.what();
      kind = protocol::kStuck;
    } catch (const gazebo::common::Exception & error) {
      problem = error.GetErrorStr();
    } catch (const std::exception & error) {
      problem = error.what();
    }
    if (!problem.empty()) {connection.send_text(kind, 0, problem);}
  } catch (const std::exception & error) {
    problem = error.what();
  }
  if (!problem.empty()) {std::fprintf(stderr, "simulator: %s\n", problem.c_str());}
  std::fflush(nullptr);
  std::_Exit(status);  // Gazebo's own way out joins threads that may never end
}

#pragma once
// What Gazebo's stand-alone use needs and its headers do not give.

#include <string>
#include <vector>

#include <gazebo/physics/PhysicsTypes.hh>

// The stand-alone API, declared here instead of including gazebo/gazebo.hh, which pulls in every header there is,
// ffmpeg's among them. Signature as in Gazebo 11.
namespace gazebo
{
bool setupServer(const std::vector<std::string> & arguments);
}  // namespace gazebo

namespace object_tracker
{

// Loads a world as gazebo::loadWorld() does, except that the physics does not tell Gazebo's rendering, in every
// iteration, what has moved: whoever renders looks for himself (eyes.hh). Returns none if the file cannot be read.
gazebo::physics::WorldPtr load_world(const std::string & file);

// Runs exactly n iterations of the world in this thread.
//
// Gazebo's own way, gazebo::runWorld(), starts a logging thread with every call, which copies the state of the whole
// world and keeps it for ever: slower, and gigabytes in a day. So this calls the same private World::Step() as that.
void run_iterations(const gazebo::physics::WorldPtr & world, unsigned n);

// Ends the messages that a world whose scene has been made sends in every iteration though nobody wants them: the same
// poses again for the rendering, and contacts, of which Gazebo's window still gets some. Each wakes another thread.
void quieten(const gazebo::physics::WorldPtr & world);

}  // namespace object_tracker

#include "gazebo_api.hh"

#include <gazebo/physics/World.hh>

namespace object_tracker
{

namespace
{

// The language lets an explicit instantiation name a private member; were its signature another one, this would not
// compile.
struct WorldStep
{
  using Type = void (gazebo::physics::World::*)();
  friend Type member(WorldStep);
};

template<typename Tag, typename Tag::Type pointer>
struct Access
{
  friend typename Tag::Type member(Tag) {return pointer;}
};

template struct Access<WorldStep, &gazebo::physics::World::Step>;

}  // namespace

void run_iterations(const gazebo::physics::WorldPtr & world, unsigned n)
{
  const auto step = member(WorldStep{});
  const auto end = world->Iterations() + n;
  while (world->Iterations() != end) {  // it may pass without an iteration, should the machine's clock be set back
    if (world->IsPaused()) {world->SetPaused(false);}  // a client must not stop time: it is the supervisor's
    ((*world).*step)();
  }
}

}  // namespace object_tracker

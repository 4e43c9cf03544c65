#pragma once
// On which processor this thread works. A client that steps by itself sleeps while we work, and we while it does: on
// one and the same processor the one's going to sleep is the other's waking up, and what is handed over lies in its
// cache. Waking another processor takes about 0.1 ms on a virtual machine.

#include <sched.h>

#include <chrono>
#include <cstdint>

#include "descriptor.hh"

namespace object_tracker
{

class Place
{
public:
  Place();

  // Work on `processor` from now on, where the client waits; -1, or one that is not ours: wherever we may.
  void follow(int processor);

  // How long it would be better not to follow [ms], to be asked after each step: more than 0 if this thread had to wait
  // for the processor that it follows somebody to. There is other work then, from which one must be free to move away.
  std::uint32_t crowded();

private:
  using Clock = std::chrono::steady_clock;

  std::int64_t delay() const;  // [ns] that this thread has been ready to run and waited
  bool set(const cpu_set_t & processors);
  void leave();                // goes to another processor

  cpu_set_t all_;           // where it may work
  int processor_ = -1;
  Descriptor statistics_;   // the kernel's, of this thread
  std::int64_t waited_ = 0, waited_before_ = 0;  // at the last step, and at the beginning of the window
  Clock::time_point window_;                     // when it began
  std::chrono::milliseconds apart_;              // how long not to follow the next time
  unsigned good_windows_ = 0;
};

}  // namespace object_tracker

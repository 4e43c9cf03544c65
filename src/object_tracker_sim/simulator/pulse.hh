#pragma once
// Signs of life for the supervisor while something takes long: sent by the one thread that does the work, from places
// it passes only while it gets on, so that a hang shows as their absence.

#include <chrono>
#include <string>

#include "connection.hh"

namespace object_tracker
{

class Pulse
{
public:
  explicit Pulse(Connection & connection)
  : connection_(connection) {}

  // Work begins: the first sign of life is due an interval from now.
  void begin() {last_ = Clock::now();}

  // Says that the work goes on, if that has not been said for a while. `work` is for people.
  void beat(const char * work)
  {
    const auto now = Clock::now();
    if (now - last_ >= kInterval) {send(work, now);}
  }

  // Says what is done next, now.
  void announce(const char * work) {send(work, Clock::now());}

private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kInterval{500};

  void send(const std::string & work, Clock::time_point now)
  {
    last_ = now;
    connection_.send(protocol::kProgress, 0, work.data(), work.size());  // a supervisor that has gone is noticed later
  }

  Connection & connection_;
  Clock::time_point last_ = Clock::now();
};

}  // namespace object_tracker

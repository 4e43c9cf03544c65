#pragma once
// What a client's own steps have led to, in memory shared with the supervisor: it can be read there whenever it is
// needed, also when this program has been killed. Read by object_tracker_sim.simulator.record.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "protocol.hh"

namespace object_tracker
{

class Record
{
public:
  // Maps the file behind `descriptor`. Throws std::runtime_error if it is too small.
  explicit Record(int descriptor);

  // Notes that `step` of `session` has led to `state` (the payload of a kState). Entries take turns, and the count
  // changes last: whoever reads it finds a whole entry, whenever this program ends.
  void write(std::uint64_t session, std::uint64_t step, const std::vector<std::uint8_t> & state);

private:
  struct Entry
  {
    std::uint64_t session, step;
    std::int64_t ended;  // [ns] of the machine's monotonic clock
    std::uint64_t size;  // bytes of the state
    std::uint8_t state[sizeof(protocol::State) +
      protocol::kMaxArenas * (2 * sizeof(double) * (protocol::kPoseValues + protocol::kTwistValues) + 1)];
  };
  struct Layout
  {
    std::uint64_t count;  // of entries written; the last one is entries[count % 2]
    Entry entries[2];
  };
  static_assert(sizeof(Entry) == 3384 && sizeof(Layout) == 6776);

  Layout * layout_;
};

}  // namespace object_tracker

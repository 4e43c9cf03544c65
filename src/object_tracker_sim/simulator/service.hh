#pragma once
// Answers requests, one after the other: the supervisor's, and those of the client that has a lease.

#include <cstdint>
#include <optional>
#include <vector>

#include "connection.hh"
#include "lease.hh"
#include "record.hh"
#include "simulation.hh"

namespace object_tracker
{

class Service
{
public:
  Service(Connection & connection, Simulation & simulation, int record)
  : connection_(connection), simulation_(simulation), record_(record) {}

  // Returns when the supervisor has gone. Throws ProtocolError.
  void run();

private:
  bool supervisor_asks();  // waits for somebody; false: only the client has
  bool answer();           // false: the supervisor has gone
  bool carry_out(protocol::Kind kind, std::uint32_t sequence);
  void end_lease();

  Connection & connection_;
  Simulation & simulation_;
  Record record_;
  std::optional<Lease> lease_;
  std::vector<std::uint8_t> request_;
};

}  // namespace object_tracker

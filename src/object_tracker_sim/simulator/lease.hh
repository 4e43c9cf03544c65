#pragma once
// A client that steps the simulator by itself: it sends protocol::Direct and gets protocol::Told, without the world node
// between. Only steps in order, with good commands and resets, are carried out; to everything else the
// answer is "not done", and the client asks the world node, which takes the lease back first. Two clients never have
// one at once, and what a client does wrong costs it its lease and nobody else anything.

#include <cstdint>
#include <optional>
#include <vector>

#include "descriptor.hh"
#include "protocol.hh"
#include "record.hh"
#include "simulation.hh"

namespace object_tracker
{

class Lease
{
public:
  Lease(const protocol::Lease & terms, Descriptor socket)
  : terms_(terms), socket_(std::move(socket)) {}

  int descriptor() const {return socket_.number();}

  // Sees to the packet that has come. False when the lease has ended: the client has gone, or does not keep to it.
  bool serve(Simulation & simulation, Record & record);

private:
  // The payload of a kStep that does what a packet asks for, if that is to be done: `rest` comes after its head.
  std::optional<std::vector<std::uint8_t>> translate(
    const protocol::Direct & direct, const std::uint8_t * rest, std::size_t size, const Simulation & simulation)
  const;
  std::int64_t stamp_of(const std::vector<std::uint8_t> & state) const;  // [ns]
  bool tell(const protocol::Told & told, const std::vector<std::uint8_t> & state) const;

  protocol::Lease terms_;
  Descriptor socket_;
};

}  // namespace object_tracker

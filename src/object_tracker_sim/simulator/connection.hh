#pragma once
// The socket to the supervisor: whole messages in and out, sizes checked before anything is read.

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "protocol.hh"

namespace object_tracker
{

// The other end does not keep to the protocol.
struct ProtocolError : std::runtime_error
{
  using std::runtime_error::runtime_error;
};

class Connection
{
public:
  // `clients` is a socket of packets to whoever may be told of a step directly.
  Connection(int socket, int clients)
  : socket_(socket), clients_(clients) {}

  // Waits for the next request, kStep or kBenchmark, and reads it into `payload`. False when the other end has gone.
  // Throws ProtocolError.
  bool receive(protocol::Kind & kind, std::uint32_t & sequence, std::vector<std::uint8_t> & payload);

  // Sends one message. False when the other end has gone.
  bool send(protocol::Kind kind, std::uint32_t sequence, const void * payload, std::size_t size);
  // Tells a client of a step, if it is there and has read what it was told before.
  void tell(const protocol::Tell & whom, const std::vector<std::uint8_t> & state);
  // Sends text, cut if need be: kError, kStuck.
  bool send_text(protocol::Kind kind, std::uint32_t sequence, const std::string & text);

private:
  bool read_exactly(void * destination, std::size_t size);

  int socket_, clients_;
};

}  // namespace object_tracker

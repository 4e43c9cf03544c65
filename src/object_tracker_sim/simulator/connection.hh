#pragma once
// The socket to the supervisor: whole messages in and out, sizes checked before anything is read.

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "descriptor.hh"
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
  explicit Connection(int socket)
  : socket_(socket) {}

  // Waits for the next request and reads it into `payload`. False when the other end has gone. Throws ProtocolError.
  bool receive(protocol::Kind & kind, std::uint32_t & sequence, std::vector<std::uint8_t> & payload);

  // What came with the last request; empty if nothing did.
  Descriptor take_descriptor() {return std::move(received_);}

  int descriptor() const {return socket_;}

  // Sends one message. False when the other end has gone.
  bool send(protocol::Kind kind, std::uint32_t sequence, const void * payload, std::size_t size);
  // Sends text, cut if need be: kError, kStuck.
  bool send_text(protocol::Kind kind, std::uint32_t sequence, const std::string & text);

private:
  bool read_exactly(void * destination, std::size_t size);
  bool read_header(protocol::Header & header);

  int socket_;
  Descriptor received_;
};

}  // namespace object_tracker

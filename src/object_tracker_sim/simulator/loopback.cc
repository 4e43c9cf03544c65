// Keeps the program to itself: Gazebo's master, its transport and ignition-transport bind to 0.0.0.0 and to the
// machine's own address whatever their settings say. The executable's own `bind` comes before the C library's for
// every library in the process, and turns every Internet address into loopback.

#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

extern "C" __attribute__((visibility("default"))) int bind(
  int socket, const struct sockaddr * address, socklen_t length) noexcept
{
  using Bind = int (*)(int, const struct sockaddr *, socklen_t);
  static const auto libc_bind = reinterpret_cast<Bind>(dlsym(RTLD_NEXT, "bind"));

  if (address != nullptr && address->sa_family == AF_INET) {
    if (length < sizeof(sockaddr_in)) {errno = EINVAL; return -1;}
    sockaddr_in local = *reinterpret_cast<const sockaddr_in *>(address);
    local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return libc_bind(socket, reinterpret_cast<const sockaddr *>(&local), sizeof local);
  }
  if (address != nullptr && address->sa_family == AF_INET6) {
    if (length < sizeof(sockaddr_in6)) {errno = EINVAL; return -1;}
    sockaddr_in6 local = *reinterpret_cast<const sockaddr_in6 *>(address);
    local.sin6_addr = in6addr_loopback;
    return libc_bind(socket, reinterpret_cast<const sockaddr *>(&local), sizeof local);
  }
  return libc_bind(socket, address, length);
}

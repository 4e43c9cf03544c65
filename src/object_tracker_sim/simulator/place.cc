#include "place.hh"

#include <fcntl.h>

#include <algorithm>
#include <cstdlib>

namespace object_tracker
{
namespace
{

constexpr std::chrono::milliseconds kWindow{20};         // over which waiting is judged
constexpr double kMuch = 0.1;                            // of a window: handing over alone takes 0.01 to 0.05
constexpr std::int64_t kLong = 1'000'000;                // [ns] in one step: somebody has had a whole time slice
constexpr std::chrono::milliseconds kApart{300}, kLongestApart{10000};
constexpr unsigned kGood = 50;                           // windows, after which what was before is forgotten

}  // namespace

Place::Place()
: statistics_(::open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC))
{
  CPU_ZERO(&all_);
  // Without the kernel's statistics it could not be known when to make way: then never follow.
  if (!statistics_ || ::sched_getaffinity(0, sizeof all_, &all_) != 0) {CPU_ZERO(&all_);}
  window_ = Clock::now();
  apart_ = kApart;
}

void Place::follow(int processor)
{
  if (CPU_COUNT(&all_) < 2 || processor < 0 || processor >= CPU_SETSIZE || !CPU_ISSET(processor, &all_)) {
    processor = -1;
  }
  if (processor == processor_) {return;}
  cpu_set_t processors = all_;
  if (processor >= 0) {
    CPU_ZERO(&processors);
    CPU_SET(processor, &processors);
  }
  if (!set(processors)) {return;}
  processor_ = processor;
  waited_ = waited_before_ = delay();  // getting here does not count
  window_ = Clock::now();
}

std::uint32_t Place::crowded()
{
  if (processor_ < 0) {return 0;}
  const auto now = Clock::now();
  const std::int64_t waited = delay();
  const bool over = now - window_ >= kWindow;
  const auto span = std::chrono::nanoseconds(now - window_).count();
  const bool much = over && static_cast<double>(waited - waited_before_) > kMuch * static_cast<double>(span);
  if (much || waited - waited_ > kLong) {
    const auto apart = apart_;
    apart_ = std::min(2 * apart_, kLongestApart);
    good_windows_ = 0;
    leave();
    return static_cast<std::uint32_t>(apart.count());
  }
  waited_ = waited;
  if (over) {
    if (++good_windows_ >= kGood) {apart_ = kApart;}
    waited_before_ = waited;
    window_ = now;
  }
  return 0;
}

void Place::leave()
{
  cpu_set_t others = all_;
  CPU_CLR(processor_, &others);
  set(others);  // or we might stay for long where we are not to be
  set(all_);
  processor_ = -1;
}

bool Place::set(const cpu_set_t & processors)
{
  return ::sched_setaffinity(0, sizeof processors, &processors) == 0;
}

std::int64_t Place::delay() const
{
  char text[96];
  const ssize_t got = ::pread(statistics_.number(), text, sizeof text - 1, 0);
  if (got <= 0) {return 0;}
  text[got] = '\0';
  char * second = nullptr;
  std::strtoll(text, &second, 10);  // time on a processor; time waiting for one comes next
  return std::strtoll(second, nullptr, 10);
}

}  // namespace object_tracker

#pragma once
// An open file that is closed with its owner.

#include <unistd.h>

#include <utility>

namespace object_tracker
{

class Descriptor
{
public:
  Descriptor() = default;
  explicit Descriptor(int number)
  : number_(number) {}
  ~Descriptor() {if (number_ >= 0) {::close(number_);}}
  Descriptor(Descriptor && other) noexcept
  : number_(std::exchange(other.number_, -1)) {}
  Descriptor & operator=(Descriptor && other) noexcept
  {
    std::swap(number_, other.number_);
    Descriptor(std::move(other));  // closes what was here
    return *this;
  }

  int number() const {return number_;}  // -1: none
  explicit operator bool() const {return number_ >= 0;}

private:
  int number_ = -1;
};

}  // namespace object_tracker

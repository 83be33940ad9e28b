// SPDX-License-Identifier: Apache-2.0
// How long a tomogram will take, from the first orientations of the real work.
#pragma once

#include <cstdint>
#include <functional>

#include "dfengine/observer.hpp"

namespace dfe {

/// Seconds since any moment.
using SecondsClock = std::function<double()>;
double steady_seconds();

/// Watches the work's progress for about a second, then stops it.
class Calibration final : public Observer {
 public:
  /// `steps` are seen at least: with fewer, templates that are prepared together distort the rate.
  Calibration(std::int64_t steps, Observer* user, SecondsClock clock = steady_seconds)
      : least_(steps), user_(user), clock_(std::move(clock)) {}

  /// Runs the work until it is done or stopped. Throws its errors, and where the user stops it.
  void run(const std::function<void(Observer*)>& work);
  /// Of the work as a whole, valid after `run`.
  double seconds() const;

  void progress(std::string_view stage, std::int64_t done, std::int64_t total) override;
  bool cancelled() override;

 private:
  bool enough() const;

  std::int64_t least_, done_ = 0, total_ = 0;
  Observer* user_;
  SecondsClock clock_;
  double begin_ = 0, first_ = 0, last_ = 0;
};

}  // namespace dfe

// SPDX-License-Identifier: Apache-2.0
// How long a tomogram will take, from the first orientations of the real work.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "dfengine/observer.hpp"

namespace dfe {

/// Watches the work's progress for about a second, then stops it.
class Calibration final : public Observer {
 public:
  /// `steps` are seen at least: with fewer, templates that are prepared together distort the rate.
  Calibration(std::int64_t steps, Observer* user) : least_(steps), user_(user) {}

  /// Runs the work until it is done or stopped. Throws its errors, and where the user stops it.
  void run(const std::function<void(Observer*)>& work);
  /// Of the work as a whole, valid after `run`.
  double seconds() const;

  void progress(std::string_view stage, std::int64_t done, std::int64_t total) override;
  bool cancelled() override;

 private:
  using Clock = std::chrono::steady_clock;

  bool enough() const;

  std::int64_t least_, done_ = 0, total_ = 0;
  Observer* user_;
  Clock::time_point begin_, first_, last_;
};

}  // namespace dfe

// SPDX-License-Identifier: Apache-2.0
// Progress of several steps as one count, told from the calling thread alone (worker 0 of the
// pool), as `Observer` demands.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "core/cancel.hpp"
#include "dfengine/error.hpp"
#include "dfengine/observer.hpp"

namespace dfe {

/// Some steps of equal weight; each has its own number of units.
class ProgressShare {
 public:
  ProgressShare(Observer* observer, std::int64_t steps) : observer_(observer), steps_(steps) {}

  /// Corrects the number of steps once it is known.
  void expect_steps(std::int64_t steps) { steps_ = steps; }

  /// Starts the next step, of `units` units. Throws `Error` where the observer asks to stop.
  void begin(std::int64_t units) {
    ++step_;
    units_ = std::max<std::int64_t>(1, units);
    done_.store(0, std::memory_order_relaxed);
    tell(0);
  }

  /// Counts finished units; any worker may call it. Throws `Error` in worker 0 where the observer
  /// asks to stop.
  void done(std::int64_t units, int worker) {
    const std::int64_t sum = done_.fetch_add(units, std::memory_order_relaxed) + units;
    if (worker == 0) tell(sum);
  }

  /// All steps are over.
  void finish() {
    step_ = steps_;
    tell(0);
  }

 private:
  static constexpr std::int64_t kTotal = 1000;

  void tell(std::int64_t done) {
    if (observer_ == nullptr) return;
    stop_if_cancelled(observer_, "cluster");
    const double steps =
        static_cast<double>(step_) + static_cast<double>(done) / static_cast<double>(units_);
    const auto here =
        static_cast<std::int64_t>(kTotal * std::min(1.0, steps / static_cast<double>(steps_)));
    if (here < told_ || (here == told_ && done > 0))
      return;  // never backwards, and no news is not told
    told_ = here;
    observer_->progress("cluster", here, kTotal);
  }

  Observer* observer_;
  std::int64_t steps_, step_ = -1, units_ = 1, told_ = 0;
  std::atomic<std::int64_t> done_{0};
};

}  // namespace dfe

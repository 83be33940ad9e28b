// SPDX-License-Identifier: Apache-2.0
// See the header. What happens before the first step (transforms of the tomogram, local statistics)
// is counted once, the steps by their rate.
#include "commands/match/calibration.hpp"

#include <chrono>

#include "dfengine/error.hpp"

namespace dfe {

namespace {

constexpr double kSeconds = 1, kMostSeconds = 20;

}  // namespace

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void Calibration::run(const std::function<void(Observer*)>& work) {
  begin_ = clock_();
  try {
    work(this);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::Cancelled || (user_ && user_->cancelled())) throw;
  }
}

double Calibration::seconds() const {
  const double before = first_ - begin_;
  if (done_ < 2) return before * static_cast<double>(total_);
  const double step = (last_ - first_) / static_cast<double>(done_ - 1);
  return before + step * static_cast<double>(total_ - 1);
}

void Calibration::progress(std::string_view, std::int64_t done, std::int64_t total) {
  last_ = clock_();
  if (done_ == 0) first_ = last_;
  done_ = done;
  total_ = total;
}

bool Calibration::enough() const {
  const double seen = last_ - first_;
  return done_ >= 2 && ((done_ > least_ && seen >= kSeconds) || seen >= kMostSeconds);
}

bool Calibration::cancelled() { return enough() || (user_ && user_->cancelled()); }

}  // namespace dfe

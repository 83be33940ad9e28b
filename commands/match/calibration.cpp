// SPDX-License-Identifier: Apache-2.0
// See the header. What happens before the first step (transforms of the tomogram, local statistics)
// is counted once, the steps by their rate.
#include "commands/match/calibration.hpp"

#include "dfengine/error.hpp"

namespace dfe {

namespace {

constexpr double kSeconds = 1, kMostSeconds = 20;

double between(std::chrono::steady_clock::time_point a, std::chrono::steady_clock::time_point b) {
  return std::chrono::duration<double>(b - a).count();
}

}  // namespace

void Calibration::run(const std::function<void(Observer*)>& work) {
  begin_ = Clock::now();
  try {
    work(this);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::Cancelled || (user_ && user_->cancelled())) throw;
  }
}

double Calibration::seconds() const {
  const double before = between(begin_, first_);
  if (done_ < 2) return before * static_cast<double>(total_);
  const double step = between(first_, last_) / static_cast<double>(done_ - 1);
  return before + step * static_cast<double>(total_ - 1);
}

void Calibration::progress(std::string_view, std::int64_t done, std::int64_t total) {
  last_ = Clock::now();
  if (done_ == 0) first_ = last_;
  done_ = done;
  total_ = total;
}

bool Calibration::enough() const {
  const double seen = between(first_, last_);
  return done_ >= 2 && ((done_ > least_ && seen >= kSeconds) || seen >= kMostSeconds);
}

bool Calibration::cancelled() { return enough() || (user_ && user_->cancelled()); }

}  // namespace dfe

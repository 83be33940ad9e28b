// SPDX-License-Identifier: Apache-2.0
#include "optim/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "dfengine/error.hpp"

namespace dfe {

void check_schedule(const ScheduleOptions& o) {
  const auto require = [](bool good, const char* name, const std::string& value,
                          const char* expected) {
    if (!good)
      throw Error(ErrorKind::Usage, "schedule", name, "is " + value,
                  std::string("expected ") + expected);
  };
  require(std::isfinite(o.rate) && o.rate > 0, "rate", std::to_string(o.rate),
          "a number above zero");
  require(o.warm_up_steps >= 0, "warm_up_steps", std::to_string(o.warm_up_steps), "zero or more");
  require(o.curve == RateCurve::Constant || o.total_steps > o.warm_up_steps, "total_steps",
          std::to_string(o.total_steps), "more steps than the warm-up has");
  require(o.final_share >= 0 && o.final_share <= 1, "final_share", std::to_string(o.final_share),
          "0 to 1");
  require(o.plateau_factor > 0 && o.plateau_factor <= 1, "plateau_factor",
          std::to_string(o.plateau_factor), "above 0 and up to 1");
  require(o.plateau_patience >= 1, "plateau_patience", std::to_string(o.plateau_patience),
          "1 or more");
  require(o.plateau_min_rate >= 0 && o.plateau_min_rate <= o.rate, "plateau_min_rate",
          std::to_string(o.plateau_min_rate), "0 to the rate");
}

double learning_rate(const ScheduleOptions& o, const ScheduleState& state, std::int64_t step) {
  double share = 1;
  if (step < o.warm_up_steps) {
    share = static_cast<double>(step + 1) / static_cast<double>(o.warm_up_steps + 1);
  } else if (o.curve == RateCurve::Cosine) {
    const double done = static_cast<double>(step - o.warm_up_steps) /
                        static_cast<double>(o.total_steps - o.warm_up_steps);
    share = o.final_share +
            (1 - o.final_share) * 0.5 * (1 + std::cos(std::acos(-1.0) * std::min(done, 1.0)));
  }
  return o.rate * share * state.factor;
}

bool report_validation(const ScheduleOptions& o, ScheduleState& state, double loss) {
  if (loss < state.best) {
    state.best = loss;
    state.bad_validations = 0;
    return false;
  }
  if (o.plateau_factor == 1 || ++state.bad_validations < o.plateau_patience) return false;
  state.bad_validations = 0;
  const double before = state.factor;
  state.factor = std::min(before, std::max(before * o.plateau_factor, o.plateau_min_rate / o.rate));
  return state.factor < before;
}

}  // namespace dfe

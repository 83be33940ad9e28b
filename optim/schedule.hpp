// SPDX-License-Identifier: Apache-2.0
// Learning rates: a function of the step, times a factor that falls when the validation stops
// improving.
#pragma once

#include <cstdint>
#include <limits>

namespace dfe {

enum class RateCurve { Constant, Cosine };

struct ScheduleOptions {
  RateCurve curve = RateCurve::Constant;
  double rate = 1e-4;  ///< the paper's
  std::int64_t warm_up_steps =
      0;  ///< the rate rises in equal parts; step warm_up_steps is the first with the full rate
  std::int64_t total_steps = 0;       ///< Cosine: where it ends; steps beyond keep the final rate
  double final_share = 0;             ///< Cosine: part of the rate that is left at the end
  double plateau_factor = 1;          ///< multiplies the rate at each plateau; 1 turns plateaus off
  std::int64_t plateau_patience = 5;  ///< validations without improvement that make a plateau
  double plateau_min_rate = 0;        ///< the rate is not lowered below this by plateaus
};

/// Throws a usage `Error` where numbers are out of range.
void check_schedule(const ScheduleOptions& options);

/// What the schedule remembers; plain data.
struct ScheduleState {
  double factor = 1;
  double best = std::numeric_limits<double>::infinity();  ///< lowest validation loss so far
  std::int64_t bad_validations = 0;                       ///< since then
};

/// The rate of a step, counted from 0. Cosine: Loshchilov and Hutter, ICLR 2017, equation 5 without
/// restarts.
double learning_rate(const ScheduleOptions& options, const ScheduleState& state, std::int64_t step);

/// Takes a validation loss. True where it lowered the factor. A loss that is not a number counts as
/// no improvement.
bool report_validation(const ScheduleOptions& options, ScheduleState& state, double loss);

}  // namespace dfe

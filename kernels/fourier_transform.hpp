// SPDX-License-Identifier: Apache-2.0
// The plan of a transform of one length, and which kernels run it: what kernels/fourier.hpp needs
// of the standard library.
#pragma once

#include <string>
#include <vector>

#include "kernels/fourier.hpp"

namespace dfe {

/// "auto" or one of `cpu_instruction_sets()`. Throws a usage `Error` for others.
const FourierKernels& fourier_kernels(const std::string& instruction_set);

/// Factors and twiddles of one length. Move-only: the plan points into it.
class FourierTransform {
 public:
  /// Throws `Error` for lengths below 1 and such with a prime factor above `kLargestRadix`.
  explicit FourierTransform(std::int64_t points);
  FourierTransform(FourierTransform&&) = default;
  FourierTransform& operator=(FourierTransform&&) = default;
  FourierTransform(const FourierTransform&) = delete;
  FourierTransform& operator=(const FourierTransform&) = delete;
  ~FourierTransform() = default;

  const FourierPlan& plan() const { return plan_; }
  std::int64_t points() const { return plan_.points; }

  /// The frequency, 0 to points - 1, that a forward transform leaves in each place.
  std::vector<std::int64_t> order() const;

 private:
  FourierPlan plan_{};
  std::vector<std::vector<float>> tables_;
};

/// The least length of at least `points` whose only prime factors are 2, 3 and 5.
std::int64_t fast_fourier_length(std::int64_t points);

}  // namespace dfe

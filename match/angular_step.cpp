// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "match/angular_step.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/math/rotation.hpp"
#include "core/parallel.hpp"
#include "core/usable_threads.hpp"
#include "dfengine/particle.hpp"
#include "match/turned_templates.hpp"

namespace dfe::match {

namespace {

constexpr std::size_t kOrientations = 8;
/// Half of the steps that a list can have.
constexpr double kLeastOffset = 0.5, kMostOffset = 30;
/// Where the search for the angle ends: of the share that is kept, and in degrees.
constexpr double kPrecision = 5e-4, kEnough = 0.02;

/// Face, edge and corner directions of a cube, one of each opposite pair.
constexpr std::array<std::array<double, 3>, 13> kAxes{{{1, 0, 0},
                                                       {0, 1, 0},
                                                       {0, 0, 1},
                                                       {0, 1, 1},
                                                       {0, 1, -1},
                                                       {1, 0, 1},
                                                       {1, 0, -1},
                                                       {1, 1, 0},
                                                       {1, -1, 0},
                                                       {1, 1, 1},
                                                       {1, 1, -1},
                                                       {1, -1, 1},
                                                       {1, -1, -1}}};

Rotation turn_about(const std::array<double, 3>& axis, double degrees) {
  const double length = std::hypot(axis[0], axis[1], axis[2]);
  const Rotation onto =
      math::rotation_to({axis[2] / length, axis[1] / length, axis[0] / length}, 0);
  return math::multiply(math::multiply(onto, math::about_z(degrees)), math::transpose(onto));
}

/// Spread over all rotations: multiples of the roots of x⁴ = x + 1, a sequence of Roberts.
Rotation orientation(std::size_t i) {
  constexpr double root = 1.2207440846057596;
  const auto share = [&](double power) {
    const double v = 0.5 + static_cast<double>(i + 1) / std::pow(root, power);
    return v - std::floor(v);
  };
  return math::random_rotation(share(1), share(2), share(3));
}

/// The correlation of two templates, as `TurnedTemplates::make` writes them, under the mask of the
/// first, as far as the second's goes.
double correlation(std::span<const float> a, std::span<const float> b,
                   std::span<const float> mask_a, std::span<const float> mask_b) {
  const auto sums = [&](auto&& term) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (mask_a[i] > 0 && mask_b[i] > 0) {
        const auto m = static_cast<double>(mask_a[i]);
        sum += m * term(static_cast<double>(a[i]) / m,
                        static_cast<double>(b[i]) / static_cast<double>(mask_b[i]));
      }
    return sum;
  };
  const double weight = sums([](double, double) { return 1.0; });
  if (!(weight > 0)) return 0;
  const double mean_a = sums([](double u, double) { return u; }) / weight,
               mean_b = sums([](double, double v) { return v; }) / weight;
  const double ab = sums([&](double u, double v) { return (u - mean_a) * (v - mean_b); }),
               aa = sums([&](double u, double) { return (u - mean_a) * (u - mean_a); }),
               bb = sums([&](double, double v) { return (v - mean_b) * (v - mean_b); });
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

/// The template in many orientations.
class Turner {
  static_assert(kAxes.size() % 2 == 1, "with the orientation itself they make pairs");

 public:
  Turner(const MatchTemplate& t, const ComputeOptions& compute)
      : templates_(t, fourier_kernels(compute.instruction_set)),
        pool_(usable_threads(compute.threads)) {
    for (int i = 0; i < pool_.threads(); ++i) work_.push_back(templates_.workspace());
  }

  KeptScore kept(double offset_deg) {
    std::array<Scores, kOrientations> scores{};
    parallel_for(pool_, 0, kOrientations, 1, [&](std::int64_t i, std::int64_t, int worker) {
      const auto index = static_cast<std::size_t>(i);
      scores[index] =
          about_axes(orientation(index), offset_deg, work_[static_cast<std::size_t>(worker)]);
    });
    KeptScore result{0, 1};
    for (std::size_t axis = 0; axis < kAxes.size(); ++axis) {
      double sum = 0;
      for (const auto& score : scores) sum += score[axis];
      result.worst = std::min(result.worst, sum / kOrientations);
      result.mean += sum / (kOrientations * static_cast<double>(kAxes.size()));
    }
    return result;
  }

 private:
  using Scores = std::array<double, kAxes.size()>;

  Scores about_axes(const Rotation& r, double offset_deg, TurnedTemplates::Workspace& work) const {
    std::vector<Rotation> list{r};
    for (const auto& axis : kAxes) list.push_back(math::multiply(r, turn_about(axis, offset_deg)));
    const std::size_t size = templates_.mask().size();
    const auto made = static_cast<std::size_t>(templates_.made_floats());
    std::vector<float> pairs(made * list.size() / 2);
    for (std::size_t i = 0; i < list.size(); i += 2)
      templates_.make(list[i], list[i + 1], 1, work, pairs.data() + made * (i / 2));
    const auto density = [&](std::size_t i) {
      return std::span<const float>(pairs).subspan(made * (i / 2) + size * (i % 2), size);
    };
    const auto mask = [&](std::size_t i) {
      return templates_.turns_mask()
                 ? std::span<const float>(pairs).subspan(made * (i / 2) + size * (2 + i % 2), size)
                 : std::span<const float>(templates_.mask());
    };
    Scores scores{};
    for (std::size_t i = 1; i < list.size(); ++i)
      scores[i - 1] = correlation(density(0), density(i), mask(0), mask(i));
    return scores;
  }

  TurnedTemplates templates_;
  ThreadPool pool_;
  std::vector<TurnedTemplates::Workspace> work_;
};

}  // namespace

KeptScore score_kept(const MatchTemplate& t, double offset_deg, const ComputeOptions& compute) {
  check_template(t);
  return Turner(t, compute).kept(offset_deg);
}

AngularStep automatic_step(const MatchTemplate& t, double kept, const ComputeOptions& compute) {
  check_template(t);
  Turner turner(t, compute);
  // The loss grows with the square of the angle, nearly: that leads to the next one to try.
  double low = kLeastOffset, high = kMostOffset, offset = 4;
  while (high - low > kEnough) {
    const double score = turner.kept(offset).worst;
    (score >= kept ? low : high) = offset;
    if (score >= kept && score < kept + kPrecision) break;
    const double guess = offset * std::sqrt((1 - kept) / std::max(1 - score, 1e-9));
    const bool beyond = guess >= kMostOffset && high == kMostOffset;
    offset = beyond ? kMostOffset : guess > low && guess < high ? guess : (low + high) / 2;
  }
  AngularStep step;
  step.step_deg = std::max(std::floor(20 * low + 1e-9) / 10, 2 * kLeastOffset);
  step.kept = turner.kept(step.step_deg / 2).worst;
  return step;
}

}  // namespace dfe::match

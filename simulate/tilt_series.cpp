// SPDX-License-Identifier: Apache-2.0
// Angles and doses follow from the options; errors and defocus are drawn image by image.
#include "simulate/tilt_series.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/philox.hpp"

namespace dfe::simulate {

namespace {

/// Electrons per Å² that the specimen received before each tilt.
std::vector<double> doses_before(const std::vector<double>& tilts, const ImagingOptions& o) {
  std::vector<std::size_t> order(tilts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (o.order == TiltOrder::Symmetric)
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::abs(tilts[a]) < std::abs(tilts[b]) - 1e-9;
    });
  std::vector<double> doses(tilts.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    doses[order[i]] = o.dose * static_cast<double>(i) / static_cast<double>(order.size());
  return doses;
}

View view_at(double tilt_deg, double shift_voxels) {
  const double a = tilt_deg * std::numbers::pi / 180;
  return {std::cos(a), std::sin(a), shift_voxels};
}

}  // namespace

std::vector<double> tilt_angles(const ImagingOptions& o) {
  std::vector<double> angles;
  for (int i = 0;; ++i) {
    const double angle = o.tilt_first_deg + i * o.tilt_step_deg;
    if (angle > o.tilt_last_deg + 1e-6) return angles;
    angles.push_back(angle);
  }
}

TiltSeries draw_tilt_series(const ImagingOptions& o, double voxel_size_angstrom) {
  TiltSeries series;
  series.tilts_deg = tilt_angles(o);
  series.doses = doses_before(series.tilts_deg, o);
  const Philox alignment(o.seed, RandomPurpose::ImageAlignment),
      defocus(o.seed, RandomPurpose::ImageDefocus);
  const double error = o.shift_error_angstrom / voxel_size_angstrom;
  for (std::uint64_t i = 0; i < series.tilts_deg.size(); ++i) {
    const double tilt = series.tilts_deg[i];
    series.nominal.push_back(view_at(tilt, 0));
    series.real.push_back(
        view_at(tilt + o.angle_error_deg * alignment.normal(0, i), error * alignment.normal(1, i)));
    series.shift_y.push_back(error * alignment.normal(2, i));
    series.defocus_angstrom.push_back(o.ctf.defocus_angstrom +
                                      o.ctf.defocus_spread_angstrom * defocus.normal(0, i));
  }
  return series;
}

}  // namespace dfe::simulate

// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "average/fsc.hpp"

#include <algorithm>
#include <cmath>

#include "core/math/fft.hpp"
#include "dfengine/error.hpp"

namespace dfe::average {

namespace {

/// The largest integer whose square is at most `square`.
std::int64_t root(std::int64_t square) {
  auto r = static_cast<std::int64_t>(std::sqrt(static_cast<double>(square)));
  while (r * r > square) --r;
  while ((r + 1) * (r + 1) <= square) ++r;
  return r;
}

/// The shell of coefficients with |k|² = `square`. In integers: a border belongs to one side.
std::int64_t shell_of(std::int64_t square, ShellRule rule) {
  switch (rule) {
    case ShellRule::Nearest:
      return (root(4 * square) + 1) / 2;
    case ShellRule::Floor:
      return root(square);
    case ShellRule::Ceiling:
      break;
  }
  return root(square) + 1;
}

void check_maps(VolumeView<const float> a, VolumeView<const float> b) {
  const Extent3 n = a.extent;
  if (n != b.extent)
    throw Error(ErrorKind::Usage, "average", n.to_string() + " and " + b.extent.to_string(),
                "the maps differ in size", "compare maps of one box");
  if (n.x != n.y || n.y != n.z || n.x < 4)
    throw Error(ErrorKind::Usage, "average", n.to_string(), "Fourier shells need a cubic box",
                "use maps of the same number of voxels along each axis, at least 4");
  for (const auto& v : {a, b})
    if (!std::all_of(v.span().begin(), v.span().end(), [](float x) { return std::isfinite(x); }))
      throw Error(ErrorKind::Usage, "average", n.to_string(),
                  "a map has values that are not finite", "average again, or use another map");
}

}  // namespace

ShellCorrelation shell_correlation(VolumeView<const float> a, VolumeView<const float> b,
                                   ShellRule rule) {
  check_maps(a, b);
  const std::int64_t n = a.extent.x, shells = n / 2 + 1;
  const math::VolumeSpectrum of_a("average", a), of_b("average", b);
  struct Sums {
    double product = 0, a = 0, b = 0;
    std::int64_t coefficients = 0;
  };
  std::vector<Sums> sums(static_cast<std::size_t>(shells));
  std::int64_t i = 0;
  for (std::int64_t z = 0; z < n; ++z)
    for (std::int64_t y = 0; y < n; ++y)
      for (std::int64_t x = 0; x <= n / 2; ++x, ++i) {
        const std::int64_t kz = std::min(z, n - z), ky = std::min(y, n - y);
        const std::int64_t shell = shell_of(kz * kz + ky * ky + x * x, rule);
        if (shell >= shells) continue;
        // The half spectrum has one of k and -k, and both where x is its own opposite.
        const int copies = x == 0 || 2 * x == n ? 1 : 2;
        const std::complex<double> ca(of_a[i]), cb(of_b[i]);
        Sums& s = sums[static_cast<std::size_t>(shell)];
        s.product += copies * (ca.real() * cb.real() + ca.imag() * cb.imag());
        s.a += copies * std::norm(ca);
        s.b += copies * std::norm(cb);
        s.coefficients += copies;
      }
  ShellCorrelation result;
  for (const Sums& s : sums) {
    const double power = std::sqrt(s.a) * std::sqrt(s.b);
    result.correlation.push_back(power > 0 ? std::clamp(s.product / power, -1.0, 1.0) : 0);
    result.pairs.push_back((s.coefficients + 1) / 2);
  }
  return result;
}

std::optional<double> crossing(const std::vector<double>& correlation, double threshold) {
  double before = 1;
  for (std::size_t s = 1; s < correlation.size(); ++s) {
    if (correlation[s] < threshold)
      return static_cast<double>(s) - (threshold - correlation[s]) / (before - correlation[s]);
    before = correlation[s];
  }
  return std::nullopt;
}

double resolution_angstrom(const std::vector<double>& correlation, double threshold,
                           std::int64_t box, double voxel_angstrom) {
  const auto shell = crossing(correlation, threshold);
  return shell ? static_cast<double>(box) * voxel_angstrom / *shell : 2 * voxel_angstrom;
}

}  // namespace dfe::average

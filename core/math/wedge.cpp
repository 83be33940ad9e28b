// SPDX-License-Identifier: Apache-2.0
// Plain loops over frequencies, see the header.
#include "core/math/wedge.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/number_text.hpp"
#include "dfengine/error.hpp"

namespace dfe::math {

namespace {

constexpr double kDegree = std::numbers::pi / 180;

/// In cycles per voxel.
double frequency(std::int64_t i, std::int64_t n) {
  return static_cast<double>(2 * i < n ? i : i - n) / static_cast<double>(n);
}

/// Calls weight(z, y, x) with frequencies; the mean stays 0.
template <class Weight>
Volume<float> weights_of(const Extent3& box, Weight&& weight) {
  Volume<float> out(box, 0.0f);
  for (std::int64_t z = 0; z < box.z; ++z)
    for (std::int64_t y = 0; y < box.y; ++y)
      for (std::int64_t x = 0; x < box.x; ++x)
        if (z + y + x > 0)
          out(z, y, x) = static_cast<float>(
              weight(frequency(z, box.z), frequency(y, box.y), frequency(x, box.x)));
  return out;
}

void check_tilt(double tilt_deg) {
  if (!(std::abs(tilt_deg) <= 90))
    throw Error(ErrorKind::Usage, "tilts", shortest_text(tilt_deg), "no tilt angle",
                "expected -90 to 90 degrees");
}

/// The smallest distance between two tilts, in radians.
double smallest_step(const std::vector<TiltImage>& images) {
  std::vector<double> tilts;
  for (const TiltImage& image : images) tilts.push_back(image.tilt_deg);
  std::sort(tilts.begin(), tilts.end());
  double step = 180;
  for (std::size_t i = 1; i < tilts.size(); ++i)
    if (tilts[i] > tilts[i - 1]) step = std::min(step, tilts[i] - tilts[i - 1]);
  return step * kDegree;
}

/// What an image contributes at the frequency (u, y) of its own plane.
double image_weight(const TiltImage& image, const TiltWeighting& w, double u, double y) {
  double weight = 1;
  const double q = w.voxel_angstrom > 0 ? std::hypot(u, y) / w.voxel_angstrom : 0;
  if (w.exposure) weight *= std::cos(image.tilt_deg * kDegree) * std::exp(-image.dose * q * q);
  if (w.ctf) {
    const double ctf = ctf_value(w.microscope, image.defocus_angstrom, q);
    weight *= w.absolute_ctf ? std::abs(ctf) : ctf;
  }
  return weight;
}

}  // namespace

Volume<float> wedge_weights(const Extent3& box, double first_deg, double last_deg) {
  if (!(first_deg > -90 && first_deg < last_deg && last_deg < 90))
    throw Error(ErrorKind::Usage, "tilts", shortest_text(first_deg) + "," + shortest_text(last_deg),
                "no range of tilts",
                "expected two angles between -90 and 90 degrees, the smaller one first");
  const double low = std::tan(first_deg * kDegree), high = std::tan(last_deg * kDegree);
  return weights_of(box, [&](double z, double, double x) {
    // k and -k are in the same planes.
    if (x < 0) {
      x = -x;
      z = -z;
    }
    return z >= low * x - 1e-9 && z <= high * x + 1e-9 ? 1 : 0;
  });
}

Volume<float> tilt_weights(const Extent3& box, const std::vector<TiltImage>& images,
                           const TiltWeighting& weighting) {
  for (const TiltImage& image : images) check_tilt(image.tilt_deg);
  if (images.empty())
    throw Error(ErrorKind::Usage, "tilts", "", "no images", "expected one or more tilt angles");
  if ((weighting.exposure || weighting.ctf) && !(weighting.voxel_angstrom > 0))
    throw Error(ErrorKind::Usage, "tilts", "", "the voxel size is unknown",
                "dose and CTF need one: give it");
  const double n = static_cast<double>(std::min(box.x, box.z)), step = smallest_step(images);
  return weights_of(box, [&](double z, double y, double x) {
    double sum = 0;
    for (const TiltImage& image : images) {
      const double c = std::cos(image.tilt_deg * kDegree), s = std::sin(image.tilt_deg * kDegree);
      const double share = 1 - std::abs(z * c - x * s) * n;
      if (share <= 0) continue;
      const double u = x * c + z * s;
      sum += share * std::min(1.0, std::abs(u) * n * step) * image_weight(image, weighting, u, y);
    }
    return sum;
  });
}

}  // namespace dfe::math

// SPDX-License-Identifier: Apache-2.0
// HEALPix directions in exact fractions, so that equal angles are equal and the order of the list
// is no matter of rounding.
#include "match/orientations.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <set>

#include "core/math/rotation.hpp"
#include "core/number_text.hpp"
#include "dfengine/error.hpp"

namespace dfe::match {

namespace {

constexpr double kDegrees = 180 / std::numbers::pi;

/// A pixel's direction: φ = π · numerator / denominator. Along a meridian z falls as the ring's
/// number grows.
struct Pixel {
  std::int64_t numerator, denominator, ring;
  double z;
};

struct Grid {
  std::int64_t side, turns;
};

Grid grid_of(double step_deg) {
  if (!(step_deg >= 1 && step_deg <= 180))
    throw Error(ErrorKind::Usage, "match", shortest_text(step_deg),
                "no usable step between orientations", "choose 1 to 180 degrees");
  const double radians = step_deg / kDegrees;
  Grid grid{1, static_cast<std::int64_t>(std::ceil(360 / step_deg))};
  while (static_cast<double>(12 * grid.side * grid.side) <
         4 * std::numbers::pi / (radians * radians))
    ++grid.side;
  return grid;
}

std::vector<Pixel> pixels_of(std::int64_t side) {
  std::vector<Pixel> pixels;
  const double n = static_cast<double>(side);
  for (std::int64_t ring = 1; ring < 4 * side; ++ring) {
    const std::int64_t from_pole = std::min(ring, 4 * side - ring);
    const bool cap = from_pole < side;
    const double i = static_cast<double>(from_pole);
    const double z = cap ? (ring < 2 * side ? 1 : -1) * (1 - i * i / (3 * n * n))
                         : (2 * n - static_cast<double>(ring)) * 2 / (3 * n);
    const std::int64_t quarter = cap ? from_pole : side;
    // Every second ring of the equatorial belt is not shifted by half a pixel.
    const std::int64_t shift = cap || (ring - side) % 2 == 0 ? 1 : 0;
    for (std::int64_t k = 0; k < 4 * quarter; ++k)
      pixels.push_back({2 * k + shift, 4 * quarter, ring, z});
  }
  return pixels;
}

bool before(const Pixel& a, const Pixel& b) {
  const std::int64_t left = a.numerator * b.denominator, right = b.numerator * a.denominator;
  return left != right ? left < right : a.ring < b.ring;
}

struct Quaternion {
  double w, x, y, z;
};

Quaternion quaternion_of(const Rotation& r) {
  // Shepperd's method: divide by the largest of the four.
  const double t = r[0] + r[4] + r[8];
  Quaternion q{};
  if (t > 0) {
    const double s = 2 * std::sqrt(1 + t);
    q = {s / 4, (r[7] - r[5]) / s, (r[2] - r[6]) / s, (r[3] - r[1]) / s};
  } else if (r[0] >= r[4] && r[0] >= r[8]) {
    const double s = 2 * std::sqrt(1 + r[0] - r[4] - r[8]);
    q = {(r[7] - r[5]) / s, s / 4, (r[1] + r[3]) / s, (r[2] + r[6]) / s};
  } else if (r[4] >= r[8]) {
    const double s = 2 * std::sqrt(1 - r[0] + r[4] - r[8]);
    q = {(r[2] - r[6]) / s, (r[1] + r[3]) / s, s / 4, (r[5] + r[7]) / s};
  } else {
    const double s = 2 * std::sqrt(1 - r[0] - r[4] + r[8]);
    q = {(r[3] - r[1]) / s, (r[2] + r[6]) / s, (r[5] + r[7]) / s, s / 4};
  }
  return q;
}

/// The scalar part of a · b.
double scalar_of_product(const Quaternion& a, const Quaternion& b) {
  return a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z;
}

using Key = std::array<std::int64_t, 9>;

/// Equal for rotations that differ by rounding only. The bins have no fraction of whole numbers at
/// their borders, where many elements of regular grids are.
Key key_of(const Rotation& r) {
  Key key;
  for (std::size_t i = 0; i < 9; ++i) key[i] = std::llround(r[i] * 1e5 / std::numbers::pi + 0.2);
  return key;
}

}  // namespace

std::int64_t healpix_count(double step_deg) {
  const Grid grid = grid_of(step_deg);
  return 12 * grid.side * grid.side * grid.turns;
}

std::vector<Rotation> healpix_orientations(double step_deg) {
  const Grid grid = grid_of(step_deg);
  std::vector<Pixel> pixels = pixels_of(grid.side);
  std::sort(pixels.begin(), pixels.end(), before);
  std::vector<Rotation> list;
  list.reserve(pixels.size() * static_cast<std::size_t>(grid.turns));
  for (const Pixel& pixel : pixels) {
    const double phi =
        180 * static_cast<double>(pixel.numerator) / static_cast<double>(pixel.denominator);
    const Rotation first =
        math::multiply(math::about_x(std::acos(pixel.z) * kDegrees), math::about_z(phi));
    for (std::int64_t k = 0; k < grid.turns; ++k)
      list.push_back(math::multiply(
          math::about_z(360 * static_cast<double>(k) / static_cast<double>(grid.turns)), first));
  }
  return list;
}

std::vector<Rotation> reduced_by(std::span<const Rotation> group,
                                 std::span<const Rotation> orientations) {
  std::vector<Quaternion> symmetric;
  for (const Rotation& g : group) symmetric.push_back(quaternion_of(g));
  std::vector<Rotation> kept;
  std::set<Key> equals;  // of those kept that lie on the border, all their twins
  for (const Rotation& r : orientations) {
    const Quaternion q = quaternion_of(r);
    // A rotation by the angle a has the scalar part cos(a / 2).
    const double own = std::abs(q.w);
    bool least = true, border = false;
    for (std::size_t k = 1; k < symmetric.size() && least; ++k) {
      const double other = std::abs(scalar_of_product(q, symmetric[k]));
      least = other <= own + 1e-9;
      border = border || other >= own - 1e-9;
    }
    if (!least || (border && equals.count(key_of(r)) > 0)) continue;
    kept.push_back(r);
    if (border)
      for (const Rotation& g : group) equals.insert(key_of(math::multiply(r, g)));
  }
  return kept;
}

double angle_between_deg(const Rotation& a, const Rotation& b) {
  const Quaternion p = quaternion_of(a), q = quaternion_of(b);
  const double w = std::abs(p.w * q.w + p.x * q.x + p.y * q.y + p.z * q.z);
  const Quaternion d{w, p.w * q.x - p.x * q.w - p.y * q.z + p.z * q.y,
                     p.w * q.y + p.x * q.z - p.y * q.w - p.z * q.x,
                     p.w * q.z - p.x * q.y + p.y * q.x - p.z * q.w};
  // From the sine, which is exact for small angles.
  return 2 * std::atan2(std::sqrt(d.x * d.x + d.y * d.y + d.z * d.z), w) * kDegrees;
}

}  // namespace dfe::match

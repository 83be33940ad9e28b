// SPDX-License-Identifier: Apache-2.0
#include "cluster/foreground.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "cluster/progress_share.hpp"

namespace dfe {
namespace {

/// How many bits a byte has and the sum of their places.
struct ByteSum {
  std::uint8_t count = 0, places = 0;
};

constexpr std::array<ByteSum, 256> make_byte_sums() {
  std::array<ByteSum, 256> sums{};
  for (std::size_t byte = 0; byte < 256; ++byte)
    for (unsigned bit = 0; bit < 8; ++bit)
      if (byte >> bit & 1) {
        ++sums[byte].count;
        sums[byte].places = static_cast<std::uint8_t>(sums[byte].places + bit);
      }
  return sums;
}

constexpr std::array<ByteSum, 256> kByteSums = make_byte_sums();

/// Packs one row and notes the labels it takes; returns its number of voxels.
std::int64_t pack_row(const std::uint8_t* labels, std::int64_t size, int class_label, std::uint8_t* bits, LabelSet& taken) {
  std::int64_t count = 0;
  for (std::int64_t x = 0; x < size; x += 8) {
    const std::int64_t here = std::min<std::int64_t>(8, size - x);
    std::uint64_t eight = 0;
    std::memcpy(&eight, labels + x, static_cast<std::size_t>(here));
    unsigned byte = 0;
    if (eight != 0)  // most of a tomogram is background
      for (unsigned k = 0; k < static_cast<unsigned>(here); ++k) {
        const int label = labels[x + k];
        if (class_label == 0 ? label == 0 : label != class_label) continue;
        byte |= 1u << k;
        taken.set(static_cast<std::size_t>(label));
      }
    bits[x / 8] = static_cast<std::uint8_t>(byte);
    count += kByteSums[byte].count;
  }
  return count;
}

/// Whole numbers `first` to `last` whose squared distance from `centre` plus `base` is at most `limit`, cut to [0, size).
struct Reach {
  std::int64_t first, last;

  Reach(double centre, double base, double limit, std::int64_t size) {
    // The square root only guesses, a little wide; the comparison that defines the ball decides.
    constexpr double kSlack = 1e-6;
    const double half = std::sqrt(limit - base);
    const auto inside = [&](std::int64_t at) {
      const double d = centre - static_cast<double>(at);
      return base + d * d <= limit;
    };
    const double low = centre - half - kSlack, high = centre + half + kSlack;
    first = low <= 0 ? 0 : static_cast<std::int64_t>(low) + 1;
    last = high < 0 ? -1 : high >= static_cast<double>(size) ? size - 1 : static_cast<std::int64_t>(high);
    while (first <= last && !inside(first)) ++first;
    while (first <= last && !inside(last)) --last;
  }
};

}  // namespace

Foreground::Foreground(ThreadPool& pool, VolumeView<const std::uint8_t> labels, int class_label, ProgressShare& progress)
    : extent_(labels.extent),
      row_bytes_((labels.extent.x + 7) / 8),
      bits_(static_cast<std::size_t>(extent_.z * extent_.y * row_bytes_)),
      plane_labels_(static_cast<std::size_t>(extent_.z)) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(pool.threads()));
  progress.begin(extent_.z);
  parallel_for(pool, 0, extent_.z, 1, [&](std::int64_t z, std::int64_t, int worker) {
    std::int64_t count = 0;
    LabelSet taken;
    for (std::int64_t y = 0; y < extent_.y; ++y)
      count += pack_row(labels.plane(z) + y * extent_.x, extent_.x, class_label, bits_.data() + (z * extent_.y + y) * row_bytes_, taken);
    plane_labels_[static_cast<std::size_t>(z)] = taken;
    counts[static_cast<std::size_t>(worker)] += count;
    progress.done(1, worker);
  });
  for (const std::int64_t count : counts) count_ += count;
}

LabelSet Foreground::labels() const {
  LabelSet all;
  for (const LabelSet& of_plane : plane_labels_) all |= of_plane;
  return all;
}

std::int64_t Foreground::bytes(const Extent3& extent) {
  return extent.z * (extent.y * ((extent.x + 7) / 8) + static_cast<std::int64_t>(sizeof(LabelSet)));
}

PointSum Foreground::ball(const Point3& centre, double radius) const {
  const double limit = radius * radius;
  PointSum sum;
  const Reach planes(centre.z, 0, limit, extent_.z);
  for (std::int64_t z = planes.first; z <= planes.last; ++z) {
    const double dz = centre.z - static_cast<double>(z), base_z = dz * dz;
    const Reach rows(centre.y, base_z, limit, extent_.y);
    for (std::int64_t y = rows.first; y <= rows.last; ++y) {
      const double dy = centre.y - static_cast<double>(y);
      const Reach voxels(centre.x, base_z + dy * dy, limit, extent_.x);
      if (voxels.first > voxels.last) continue;
      const std::uint8_t* const bits = row(z, y);
      const std::int64_t first_byte = voxels.first >> 3, last_byte = voxels.last >> 3;
      std::int64_t count = 0;
      for (std::int64_t b = first_byte; b <= last_byte; ++b) {
        unsigned byte = bits[b];
        if (b == first_byte) byte &= 0xFFu << (voxels.first & 7);
        if (b == last_byte) byte &= 0xFFu >> (7 - (voxels.last & 7));
        const ByteSum here = kByteSums[byte & 0xFF];
        count += here.count;
        sum.x += here.places + 8 * b * here.count;
      }
      sum.count += count;
      sum.y += y * count;
      sum.z += z * count;
    }
  }
  return sum;
}

}  // namespace dfe

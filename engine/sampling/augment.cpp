// SPDX-License-Identifier: Apache-2.0
// What is done to a patch: cut out (rotated where asked), turned, normalized, values changed, mixed
// with another. Outside the tomogram a label is kOutside until the patch is finished, so that
// statistics leave padding out.
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/math/rotation.hpp"
#include "core/math/spline.hpp"
#include "dfengine/error.hpp"
#include "engine/sampling/intensity.hpp"
#include "engine/sampling/sampler.hpp"

namespace dfe::sampling {

namespace {

constexpr std::uint8_t kOutside = 255;
constexpr double kLeastDeviation =
    1e-3;  // of a patch, in standard deviations of the tomogram: a constant patch stays finite
constexpr std::uint64_t kPartner = std::uint64_t{1}
                                   << 31;  // added to the index of the sample that is mixed in

/// The part of `box` that lies in a volume of `n` voxels; may be empty.
Box3 part_inside(const Box3& box, const Extent3& n) {
  Box3 part;
  const auto clip = [](std::int64_t begin, std::int64_t extent, std::int64_t size,
                       std::int64_t& first, std::int64_t& count) {
    first = std::max<std::int64_t>(begin, 0);
    count = std::max<std::int64_t>(std::min(begin + extent, size) - first, 0);
  };
  clip(box.begin.z, box.extent.z, n.z, part.begin.z, part.extent.z);
  clip(box.begin.y, box.extent.y, n.y, part.begin.y, part.extent.y);
  clip(box.begin.x, box.extent.x, n.x, part.begin.x, part.extent.x);
  return part;
}

/// Reads the part of `box` inside the volume, calls prepare(part, values), then put(place in the
/// box, row of values, length) for each row.
template <class Prepare, class Put>
void read_padded(const VolumeSource& source, const Box3& box, Prepare&& prepare, Put&& put) {
  const Box3 part = part_inside(box, source.extent());
  if (part.extent.voxels() == 0) return;
  std::vector<float> values(static_cast<std::size_t>(part.extent.voxels()));
  source.read_box(part, values.data());
  prepare(part, values.data());
  const float* from = values.data();
  for (std::int64_t z = 0; z < part.extent.z; ++z)
    for (std::int64_t y = 0; y < part.extent.y; ++y, from += part.extent.x)
      put(((part.begin.z + z - box.begin.z) * box.extent.y + part.begin.y + y - box.begin.y) *
                  box.extent.x +
              part.begin.x - box.begin.x,
          from, part.extent.x);
}

/// Brings the voxels inside the tomogram to mean 0 and standard deviation 1.
void normalize_patch(std::int64_t count, const std::uint8_t* labels, float* voxels) {
  double sum = 0, squares = 0;
  std::int64_t n = 0;
  for (std::int64_t i = 0; i < count; ++i)
    if (labels[i] != kOutside) sum += static_cast<double>(voxels[i]), ++n;
  if (n == 0) return;
  const double mean = sum / static_cast<double>(n);
  for (std::int64_t i = 0; i < count; ++i)
    if (labels[i] != kOutside) squares += std::pow(static_cast<double>(voxels[i]) - mean, 2);
  const double scale = 1 / std::max(std::sqrt(squares / static_cast<double>(n)), kLeastDeviation);
  for (std::int64_t i = 0; i < count; ++i)
    if (labels[i] != kOutside)
      voxels[i] = static_cast<float>((static_cast<double>(voxels[i]) - mean) * scale);
}

/// The share of the sample itself when another is mixed in: the larger of b and 1 - b for b from
/// Beta(alpha, alpha), by Jöhnk's method.
double mixup_share(double alpha, Draws& draws) {
  for (int i = 0; i < 1000; ++i) {
    const double a = std::pow(draws.uniform(), 1 / alpha), b = std::pow(draws.uniform(), 1 / alpha);
    if (a + b > 0 && a + b <= 1) return std::max(a, b) / (a + b);
  }
  return 1;
}

}  // namespace

void Sampler::read_voxels(std::size_t volume, const Box3& box, float* out) const {
  std::fill_n(out, box.extent.voxels(), 0.0f);
  read_padded(
      *volumes_[volume].tomogram, box,
      [&](const Box3& part, float* values) { normalizers_[volume].apply(part, values); },
      [&](std::int64_t place, const float* row, std::int64_t n) {
        std::copy_n(row, n, out + place);
      });
}

void Sampler::read_labels(std::size_t volume, const Box3& box, std::uint8_t* out) const {
  std::fill_n(out, box.extent.voxels(), kOutside);
  const VolumeSource& target = *volumes_[volume].target;
  read_padded(
      target, box, [](const Box3&, float*) {},
      [&](std::int64_t place, const float* row, std::int64_t n) {
        for (std::int64_t i = 0; i < n; ++i) {
          if (!(row[i] >= 0 && row[i] < static_cast<float>(options_.classes)) ||
              row[i] != std::floor(row[i]))
            throw Error("sampler", target.info().path,
                        "has a voxel with the value " + std::to_string(row[i]),
                        "targets contain whole numbers below the number of classes, " +
                            std::to_string(options_.classes));
          out[place + i] = static_cast<std::uint8_t>(row[i]);
        }
      });
}

void Sampler::cut(std::uint32_t step, std::uint64_t index, const Place& place, float* voxels,
                  std::uint8_t* labels) const {
  const Augmentation& a = options_.augmentation;
  const Box3 patch{place.begin, options_.patch};
  Draws draws(options_.seed, RandomPurpose::SampleRotation, step, index);
  if (!draws.chance(a.rotation)) {
    read_voxels(place.volume, patch, voxels);
    read_labels(place.volume, patch, labels);
    return;
  }
  const double z = draws.uniform(-a.in_plane_deg, a.in_plane_deg),
               y = draws.uniform(-a.out_of_plane_deg, a.out_of_plane_deg),
               x = draws.uniform(-a.out_of_plane_deg, a.out_of_plane_deg);
  const Rotation r =
      math::multiply(math::multiply(math::about_z(z), math::about_y(y)), math::about_x(x));
  const Box3 block = math::rotation_block(patch, r);
  std::vector<float> values(static_cast<std::size_t>(block.extent.voxels()));
  std::vector<std::uint8_t> classes(values.size());
  read_voxels(place.volume, block, values.data());
  read_labels(place.volume, block, classes.data());
  math::spline_coefficients({values.data(), block.extent});
  math::rotate_values(patch, r, block, values.data(), voxels);
  math::rotate_labels(patch, r, block, classes.data(), labels);
}

void Sampler::turn(std::uint32_t step, std::uint64_t index, float* voxels,
                   std::uint8_t* labels) const {
  const Augmentation& a = options_.augmentation;
  const auto chance = [&](RandomPurpose purpose, double probability) {
    return Draws(options_.seed, purpose, step, index).chance(probability);
  };
  GridTurn all;
  const auto add = [&](bool wanted, const GridTurn& turn) {
    if (wanted) all = then(all, turn);
  };
  add(chance(RandomPurpose::SampleTurnY, a.turn_y), kTurnY);
  add(chance(RandomPurpose::SampleTurnZ, a.turn_z), kTurnZ);
  add(chance(RandomPurpose::SampleTurnX, a.turn_x), kTurnX);
  add(chance(RandomPurpose::SampleMirrorZ, a.mirror_z), kMirrorZ);
  add(chance(RandomPurpose::SampleMirrorY, a.mirror_y), kMirrorY);
  add(chance(RandomPurpose::SampleMirrorX, a.mirror_x), kMirrorX);
  Draws quarter(options_.seed, RandomPurpose::SampleQuarterTurn, step, index);
  if (quarter.chance(a.quarter_turn)) {
    add(true, kQuarterTurn);
    add(quarter.chance(0.5), kTurnZ);  // the other way round
  }
  if (all.identity()) return;
  const std::int64_t n = options_.patch.voxels();
  const std::vector<float> values(voxels, voxels + n);
  const std::vector<std::uint8_t> classes(labels, labels + n);
  apply(all, options_.patch, values.data(), voxels);
  apply(all, options_.patch, classes.data(), labels);
}

void Sampler::change_values(std::uint32_t step, std::uint64_t index, float* voxels) const {
  const Augmentation& a = options_.augmentation;
  const std::int64_t n = options_.patch.voxels();
  Draws blurring(options_.seed, RandomPurpose::SampleBlur, step, index),
      intensity(options_.seed, RandomPurpose::SampleIntensity, step, index),
      noise(options_.seed, RandomPurpose::SampleNoiseLevel, step, index);
  if (blurring.chance(a.blur)) blur(options_.patch, blurring.uniform(0, a.blur_voxels), voxels);
  if (intensity.chance(a.intensity)) {
    const double scale = 1 + intensity.uniform(-a.scale, a.scale),
                 shift = intensity.uniform(-a.shift, a.shift);
    for (std::int64_t i = 0; i < n; ++i)
      voxels[i] = static_cast<float>(static_cast<double>(voxels[i]) * scale + shift);
  }
  if (noise.chance(a.noise))
    add_noise(n, noise.uniform(0, a.noise_deviation),
              Philox(options_.seed, RandomPurpose::SampleNoise), step, index, voxels);
}

void Sampler::make(std::uint32_t step, std::uint64_t index, float* voxels,
                   std::uint8_t* labels) const {
  const std::int64_t n = options_.patch.voxels();
  cut(step, index, place(step, index), voxels, labels);
  turn(step, index, voxels, labels);
  if (options_.normalization == Normalization::Patch) normalize_patch(n, labels, voxels);
  change_values(step, index, voxels);
  for (std::int64_t i = 0; i < n; ++i)
    if (labels[i] == kOutside) voxels[i] = 0;  // as the network sees it when it segments
  std::replace(labels, labels + n, kOutside, std::uint8_t{0});
  if (index >= kPartner) return;  // the sample mixed in is not mixed again

  Draws mix(options_.seed, RandomPurpose::SampleMixup, step, index);
  if (!mix.chance(options_.augmentation.mixup)) return;
  const double share = mixup_share(options_.augmentation.mixup_alpha, mix);
  std::vector<float> other(static_cast<std::size_t>(n));
  std::vector<std::uint8_t> other_labels(other.size());
  make(step, index + kPartner, other.data(), other_labels.data());
  const Philox choice(options_.seed, RandomPurpose::SampleMixupLabel);
  for (std::int64_t i = 0; i < n; ++i) {
    const auto k = static_cast<std::size_t>(i);
    voxels[i] = static_cast<float>(share * static_cast<double>(voxels[i]) +
                                   (1 - share) * static_cast<double>(other[k]));
    // One label per voxel, drawn with the shares: the expected cross-entropy is that of mixed
    // labels.
    if (labels[i] != other_labels[k] &&
        static_cast<double>(choice.uniform(step, index << 32 | static_cast<std::uint64_t>(i))) >=
            share)
      labels[i] = other_labels[k];
  }
}

}  // namespace dfe::sampling

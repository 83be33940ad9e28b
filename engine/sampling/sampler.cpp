// SPDX-License-Identifier: Apache-2.0
// What is drawn: reading the training set once, and places of patches. What is done to a patch is
// in augment.cpp.
#include "engine/sampling/sampler.hpp"

#include <algorithm>
#include <cmath>

#include "core/cancel.hpp"
#include "core/particle_lists.hpp"
#include "dfengine/error.hpp"

namespace dfe::sampling {

namespace {

constexpr std::int64_t kLargestPatch = 512;
constexpr std::int64_t kReservoir = 4096;  // middles per class and tomogram where there is no list
constexpr int kBackgroundTries = 8;        // places looked at for a patch without objects
constexpr std::uint64_t kLargestIndex = std::uint64_t{1} << 31;

[[noreturn]] void refuse(const std::string& option, const std::string& fact,
                         const std::string& remedy) {
  throw Error(ErrorKind::Usage, "sampler", option, fact, remedy);
}

void check_chance(const char* name, double value) {
  if (!(value >= 0 && value <= 1))
    refuse(name, "a chance of " + std::to_string(value), "chances are 0 to 1");
}

void check_range(const char* name, double value, double most) {
  if (!(value >= 0 && value <= most))
    refuse(name, "is " + std::to_string(value), "give 0 to " + std::to_string(most));
}

bool inside(const Point3& p, const Extent3& n) {
  const auto along = [](double v, std::int64_t size) {
    return v >= -0.5 && v < static_cast<double>(size) - 0.5;
  };
  return along(p.z, n.z) && along(p.y, n.y) && along(p.x, n.x);
}

std::int64_t clamp_begin(std::int64_t begin, std::int64_t size, std::int64_t patch) {
  return std::clamp(begin, std::min<std::int64_t>(size - patch, 0),
                    std::max<std::int64_t>(size - patch, 0));
}

}  // namespace

void Sampler::check_options() const {
  const SamplerOptions& o = options_;
  for (const std::int64_t n : {o.patch.z, o.patch.y, o.patch.x})
    if (n < 4 || n % 4 != 0 || n > kLargestPatch)
      refuse("patch", "patches of " + o.patch.to_string() + " voxels",
             "each size must be a multiple of 4 from 4 to 512");
  if (o.classes < 2 || o.classes > 255)
    refuse("classes", std::to_string(o.classes) + " classes", "give 2 to 255, background included");
  if (o.shift < 0) refuse("shift", "is " + std::to_string(o.shift) + " voxels", "give at least 0");
  const Augmentation& a = o.augmentation;
  check_chance("background", o.background);
  for (const auto& [name, chance] : {std::pair{"turn_y", a.turn_y},
                                     {"turn_z", a.turn_z},
                                     {"turn_x", a.turn_x},
                                     {"mirror_z", a.mirror_z},
                                     {"mirror_y", a.mirror_y},
                                     {"mirror_x", a.mirror_x},
                                     {"quarter_turn", a.quarter_turn},
                                     {"rotation", a.rotation},
                                     {"blur", a.blur},
                                     {"intensity", a.intensity},
                                     {"noise", a.noise},
                                     {"mixup", a.mixup}})
    check_chance(name, chance);
  check_range("in_plane_deg", a.in_plane_deg, 180);
  check_range("out_of_plane_deg", a.out_of_plane_deg, 180);
  check_range("blur_voxels", a.blur_voxels, 16);
  check_range("scale", a.scale, 1);
  check_range("shift of intensities", a.shift, 1e3);
  check_range("noise_deviation", a.noise_deviation, 1e3);
  check_range("mixup_alpha", a.mixup_alpha, 100);
  if (a.mixup > 0 && a.mixup_alpha < 0.01)
    refuse("mixup_alpha", "is " + std::to_string(a.mixup_alpha), "give at least 0.01");
  if (a.quarter_turn > 0 && o.patch.y != o.patch.x)
    refuse("quarter_turn", "patches of " + o.patch.to_string() + " voxels",
           "rotations by 90° need patches of the same size in y and x");
}

Sampler::Sampler(std::vector<TrainingVolume> volumes, const SamplerOptions& options,
                 Observer* observer)
    : volumes_(std::move(volumes)), options_(options) {
  check_options();
  if (volumes_.empty())
    throw Error(ErrorKind::Usage, "sampler", "", "no tomograms", "give at least one");
  const auto classes = static_cast<std::size_t>(options_.classes);
  middles_.resize(classes);
  supply_.resize(classes);
  outside_.resize(classes);
  for (std::size_t v = 0; v < volumes_.size(); ++v) read_volume(v, observer);
  for (std::size_t c = 1; c < classes; ++c) {
    all_middles_ += static_cast<std::int64_t>(middles_[c].size());
    if (!middles_[c].empty()) drawn_classes_.push_back(static_cast<int>(c));
  }
  if (drawn_classes_.empty() && options_.background < 1)
    throw Error("sampler", "", "the training data have no particles",
                "check the lists and targets, and which tomogram they name");
  warn();
}

void Sampler::read_volume(std::size_t v, Observer* observer) {
  const TrainingVolume& volume = volumes_[v];
  const Extent3 n = volume.tomogram->extent();
  if (volume.target->extent() != n)
    throw Error("sampler", volume.target->info().path,
                "has " + volume.target->extent().to_string() + " voxels, but its tomogram has " +
                    n.to_string() + " (z, y, x)",
                "give the target of this tomogram");
  // Patches are brought to their own mean and standard deviation later; the tomogram's come first
  // in any case, so that 0 is the mean.
  normalizers_.emplace_back(
      *volume.tomogram,
      options_.normalization == Normalization::None ? Normalization::None : Normalization::Tomogram,
      observer);

  std::vector<std::int64_t> before;
  for (const auto& of_class : middles_)
    before.push_back(static_cast<std::int64_t>(of_class.size()));
  const std::vector<std::int64_t> voxels = read_target(v, before, observer);
  take_objects(v);
  for (std::size_t c = 0; c < supply_.size(); ++c) {
    const std::int64_t found = static_cast<std::int64_t>(middles_[c].size()) - before[c];
    supply_[c].objects += found;
    supply_[c].tomograms += found > 0;
    supply_[c].voxels += voxels[c];
  }
}

std::vector<std::int64_t> Sampler::read_target(std::size_t v,
                                               const std::vector<std::int64_t>& before,
                                               Observer* observer) {
  const TrainingVolume& volume = volumes_[v];
  const Extent3 n = volume.target->extent();
  std::vector<std::int64_t> seen(supply_.size());
  std::vector<std::uint8_t> plane(static_cast<std::size_t>(n.y * n.x));
  for (std::int64_t z = 0; z < n.z; ++z) {
    read_labels(v, {{z, 0, 0}, {1, n.y, n.x}}, plane.data());
    for (std::size_t i = 0; i < plane.size(); ++i) {
      const std::size_t c = plane[i];
      const std::int64_t rank = seen[c]++;
      if (c == 0 || !volume.objects.empty()) continue;
      const auto at = static_cast<std::int64_t>(i);
      const std::int64_t y = at / n.x, x = at % n.x;
      keep_voxel(c, rank, before[c],
                 {v, {static_cast<double>(z), static_cast<double>(y), static_cast<double>(x)}});
    }
    if (observer) {
      observer->progress("labels", z + 1, n.z);
      stop_if_cancelled(observer, "sampler", volume.target->info().path);
    }
  }
  return seen;
}

void Sampler::keep_voxel(std::size_t c, std::int64_t rank, std::int64_t before,
                         const Middle& middle) {
  if (rank < kReservoir) {
    middles_[c].push_back(middle);
    return;
  }
  const auto words =
      Philox(options_.seed, RandomPurpose::SampleReservoir)
          .at(static_cast<std::uint32_t>(middle.volume),
              static_cast<std::uint64_t>(c) << 56 | static_cast<std::uint64_t>(rank));
  const auto slot = static_cast<std::int64_t>((std::uint64_t{words[0]} << 32 | words[1]) %
                                              static_cast<std::uint64_t>(rank + 1));
  if (slot < kReservoir) middles_[c][static_cast<std::size_t>(before + slot)] = middle;
}

void Sampler::take_objects(std::size_t v) {
  const TrainingVolume& volume = volumes_[v];
  for (const Particle& particle : volume.objects) {
    const int c = particle.class_label;
    if (c < 1 || c >= options_.classes)
      throw Error("sampler", volume.tomogram->info().path,
                  "has an object of class " + std::to_string(c) + ", but there are " +
                      std::to_string(options_.classes) + " classes with the background",
                  "raise the number of classes or remove these objects");
    if (inside(particle.position_voxels, volume.tomogram->extent()))
      middles_[static_cast<std::size_t>(c)].push_back({v, particle.position_voxels});
    else
      ++outside_[static_cast<std::size_t>(c)];
  }
}

void Sampler::warn() {
  for (std::size_t c = 1; c < supply_.size(); ++c) {
    const std::string name =
        "class " + class_name(options_.class_names, static_cast<int>(c)) + ": ";
    if (outside_[c] > 0)
      warnings_.push_back(name + std::to_string(outside_[c]) +
                          " particles are outside their tomogram and are not used");
    if (supply_[c].objects == 0)
      warnings_.push_back(name + "no particles in the training data; no patches are centred on it");
    if (supply_[c].voxels == 0)
      warnings_.push_back(name + "no voxels in any target; it cannot be learned");
  }
}

Index3 Sampler::begin_around(std::size_t volume, const Point3& middle, Draws& draws) const {
  const Extent3 n = volumes_[volume].tomogram->extent(), p = options_.patch;
  const auto along = [&](double centre, std::int64_t size, std::int64_t patch) {
    const std::int64_t most = std::min(options_.shift, patch / 2 - 1);
    const std::int64_t shifted =
        static_cast<std::int64_t>(std::floor(centre + 0.5)) + draws.below(2 * most + 1) - most;
    return clamp_begin(shifted - patch / 2, size, patch);
  };
  Index3 begin;
  begin.z = along(middle.z, n.z, p.z);
  begin.y = along(middle.y, n.y, p.y);
  begin.x = along(middle.x, n.x, p.x);
  return begin;
}

std::int64_t Sampler::foreground(std::size_t volume, const Index3& begin) const {
  std::vector<std::uint8_t> labels(static_cast<std::size_t>(options_.patch.voxels()));
  read_labels(volume, {begin, options_.patch}, labels.data());
  return std::count_if(labels.begin(), labels.end(),
                       [](std::uint8_t label) { return label != 0 && label != 255; });
}

Place Sampler::place(std::uint32_t step, std::uint64_t index) const {
  Draws draws(options_.seed, RandomPurpose::SamplePlace, step, index);
  Place place;
  if (drawn_classes_.empty() || draws.chance(options_.background)) {
    place.volume =
        static_cast<std::size_t>(draws.below(static_cast<std::int64_t>(volumes_.size())));
    const Extent3 n = volumes_[place.volume].tomogram->extent(), p = options_.patch;
    std::int64_t least = -1;
    for (int i = 0; i < kBackgroundTries && least != 0; ++i) {
      const auto anywhere = [&](std::int64_t size, std::int64_t patch) {
        return std::min<std::int64_t>(size - patch, 0) + draws.below(std::abs(size - patch) + 1);
      };
      Index3 begin;
      begin.z = anywhere(n.z, p.z);
      begin.y = anywhere(n.y, p.y);
      begin.x = anywhere(n.x, p.x);
      const std::int64_t voxels = foreground(place.volume, begin);
      if (least >= 0 && voxels >= least) continue;
      least = voxels;
      place.begin = begin;
    }
    return place;
  }
  const Middle* middle = nullptr;
  if (options_.balanced) {
    place.class_label = drawn_classes_[static_cast<std::size_t>(
        draws.below(static_cast<std::int64_t>(drawn_classes_.size())))];
    const auto& of_class = middles_[static_cast<std::size_t>(place.class_label)];
    middle = &of_class[static_cast<std::size_t>(
        draws.below(static_cast<std::int64_t>(of_class.size())))];
  } else {
    std::int64_t at = draws.below(all_middles_);
    for (place.class_label = 1;; ++place.class_label) {
      const auto& of_class = middles_[static_cast<std::size_t>(place.class_label)];
      const auto size = static_cast<std::int64_t>(of_class.size());
      if (at < size) {
        middle = &of_class[static_cast<std::size_t>(at)];
        break;
      }
      at -= size;
    }
  }
  place.volume = middle->volume;
  place.begin = begin_around(middle->volume, middle->position, draws);
  return place;
}

void Sampler::draw_batch(ThreadPool& pool, std::uint32_t step, std::uint64_t first,
                         std::int64_t count, float* voxels, std::uint8_t* labels) const {
  const std::int64_t n = options_.patch.voxels();
  parallel_for(pool, 0, count, 1, [&](std::int64_t i, std::int64_t, int) {
    draw(step, first + static_cast<std::uint64_t>(i), voxels + i * n, labels + i * n);
  });
}

void Sampler::draw(std::uint32_t step, std::uint64_t index, float* voxels,
                   std::uint8_t* labels) const {
  if (index >= kLargestIndex)
    refuse("index", "sample " + std::to_string(index), "a step has less than 2^31 samples");
  make(step, index, voxels, labels);
}

}  // namespace dfe::sampling

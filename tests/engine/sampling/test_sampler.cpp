// SPDX-License-Identifier: Apache-2.0
// What is drawn, from where, and that voxels and labels stay together through every augmentation.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <numeric>

#include "engine/sampling/sampler.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/memory_volume.hpp"

using namespace dfe;
using namespace dfe::sampling;

namespace {

/// Remembers the largest block that was read.
class WatchedVolume final : public VolumeSource {
 public:
  explicit WatchedVolume(test::MemoryVolume volume) : volume_(std::move(volume)) {}
  const VolumeInfo& info() const override { return volume_.info(); }
  void read_box(const Box3& box, float* out) const override {
    std::int64_t seen = largest;
    while (box.extent.voxels() > seen &&
           !largest.compare_exchange_weak(seen, box.extent.voxels())) {
    }
    volume_.read_box(box, out);
  }
  mutable std::atomic<std::int64_t> largest{0};

 private:
  test::MemoryVolume volume_;
};

struct Scene {
  std::shared_ptr<WatchedVolume> tomogram, target;
  std::vector<Particle> objects;

  TrainingVolume volume() const { return {tomogram, target, objects}; }
};

Particle object(int label, double z, double y, double x) {
  Particle p;
  p.class_label = label;
  p.position_voxels = {z, y, x};
  return p;
}

/// A hook of three arms of different length at every object: no turn or mirror leaves it as it is.
/// Voxels are 10 x label.
Scene hooks(Extent3 extent, std::vector<Particle> objects) {
  Volume<float> voxels(extent, 0.0f), labels(extent, 0.0f);
  for (const Particle& o : objects) {
    const auto z = static_cast<std::int64_t>(o.position_voxels.z),
               y = static_cast<std::int64_t>(o.position_voxels.y),
               x = static_cast<std::int64_t>(o.position_voxels.x);
    const auto put = [&](std::int64_t pz, std::int64_t py, std::int64_t px) {
      if (pz < 0 || py < 0 || px < 0 || pz >= extent.z || py >= extent.y || px >= extent.x) return;
      labels(pz, py, px) = static_cast<float>(o.class_label);
      voxels(pz, py, px) = static_cast<float>(10 * o.class_label);
    };
    for (std::int64_t i = 0; i <= 5; ++i) put(z, y, x + i);
    for (std::int64_t i = 0; i <= 3; ++i) put(z, y + i, x);
    for (std::int64_t i = 0; i <= 2; ++i) put(z + i, y, x);
  }
  Scene scene;
  scene.tomogram = std::make_shared<WatchedVolume>(test::MemoryVolume(std::move(voxels)));
  scene.target = std::make_shared<WatchedVolume>(test::MemoryVolume(std::move(labels)));
  scene.objects = std::move(objects);
  return scene;
}

SamplerOptions plain(Extent3 patch, int classes) {
  SamplerOptions options;
  options.patch = patch;
  options.classes = classes;
  options.shift = 0;
  options.background = 0;
  options.normalization = Normalization::None;
  options.augmentation = Augmentation::none();
  return options;
}

struct Sample {
  std::vector<float> voxels;
  std::vector<std::uint8_t> labels;

  bool operator==(const Sample&) const = default;
};

Sample draw(const Sampler& sampler, std::uint32_t step, std::uint64_t index) {
  const auto n = static_cast<std::size_t>(sampler.options().patch.voxels());
  Sample s{std::vector<float>(n), std::vector<std::uint8_t>(n)};
  sampler.draw(step, index, s.voxels.data(), s.labels.data());
  return s;
}

Augmentation everything() {
  Augmentation a;
  a.turn_z = a.turn_x = a.mirror_z = a.mirror_y = a.mirror_x = a.quarter_turn = a.rotation =
      a.blur = a.intensity = a.noise = a.mixup = 0.5;
  return a;
}

/// Objects of three classes spread over the volume.
std::vector<Particle> scattered(Extent3 extent, int n) {
  std::vector<Particle> objects;
  const Philox random(2, 9);
  for (int i = 0; i < n; ++i) {
    const auto along = [&](std::uint32_t k, std::int64_t size) {
      return std::floor(static_cast<double>(random.uniform(k, static_cast<std::uint64_t>(i))) *
                        static_cast<double>(size));
    };
    objects.push_back(object(1 + (i % 10 == 0   ? 1
                                  : i % 10 == 1 ? 2
                                                : 0),
                             along(0, extent.z), along(1, extent.y), along(2, extent.x)));
  }
  return objects;
}

}  // namespace

TEST_CASE("without shift and augmentation a patch is the volume around its object") {
  const Scene scene = hooks({40, 44, 48}, {object(1, 20, 21, 22)});
  const Sampler sampler({scene.volume()}, plain({16, 12, 20}, 2));
  const Sample s = draw(sampler, 0, 0);
  std::vector<float> expected(s.voxels.size());
  scene.tomogram->read_box({{12, 15, 12}, {16, 12, 20}}, expected.data());
  CHECK(s.voxels == expected);
  CHECK(std::count(s.labels.begin(), s.labels.end(), 1) == 11);
  CHECK(sampler.place(0, 0).begin == Index3{12, 15, 12});
}

TEST_CASE(
    "every exact augmentation moves voxels and labels together, and differently from the others") {
  const Scene scene = hooks({32, 32, 32}, {object(1, 15, 14, 13)});
  const auto sample_of = [&](double Augmentation::*member) {
    SamplerOptions options = plain({16, 16, 16}, 2);
    if (member) options.augmentation.*member = 1;
    return draw(Sampler({scene.volume()}, options), 0, 0);
  };
  const Sample original = sample_of(nullptr);
  const std::vector<std::pair<double Augmentation::*, GridTurn>> cases = {
      {&Augmentation::turn_y, kTurnY},     {&Augmentation::turn_z, kTurnZ},
      {&Augmentation::turn_x, kTurnX},     {&Augmentation::mirror_z, kMirrorZ},
      {&Augmentation::mirror_y, kMirrorY}, {&Augmentation::mirror_x, kMirrorX}};
  std::vector<Sample> all = {original};
  for (const auto& [member, turn] : cases) {
    const Sample s = sample_of(member);
    std::vector<float> expected(s.voxels.size());
    apply(turn, {16, 16, 16}, original.voxels.data(), expected.data());
    CHECK(s.voxels == expected);
    all.push_back(s);
  }
  all.push_back(sample_of(&Augmentation::quarter_turn));
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t k = 0; k < all[i].voxels.size(); ++k)
      REQUIRE(all[i].voxels[k] == 10.0f * all[i].labels[k]);
    for (std::size_t j = 0; j < i; ++j) CHECK(!(all[i] == all[j]));
  }
}

TEST_CASE("labels rotate with the voxels") {
  // Two balls and a bar of one class: the rotated labels must be where the rotated voxels are above
  // one half.
  const Extent3 e{64, 64, 64};
  Volume<float> voxels(e, 0.0f), labels(e, 0.0f);
  for (std::int64_t z = 0; z < 64; ++z)
    for (std::int64_t y = 0; y < 64; ++y)
      for (std::int64_t x = 0; x < 64; ++x) {
        const auto within = [&](std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t r) {
          return (z - a) * (z - a) + (y - b) * (y - b) + (x - c) * (x - c) <= r * r;
        };
        if (within(32, 32, 32, 6) || within(36, 40, 34, 4) ||
            (std::abs(z - 30) < 3 && std::abs(y - 30) < 3 && x > 32 && x < 46))
          voxels(z, y, x) = labels(z, y, x) = 1;
      }
  Scene scene;
  scene.tomogram = std::make_shared<WatchedVolume>(test::MemoryVolume(std::move(voxels)));
  scene.target = std::make_shared<WatchedVolume>(test::MemoryVolume(std::move(labels)));
  scene.objects = {object(1, 32, 32, 32)};
  SamplerOptions options = plain({32, 32, 32}, 2);
  const Sample straight = draw(Sampler({scene.volume()}, options), 0, 0);
  options.augmentation.rotation = 1;
  options.seed = 5;
  const Sampler sampler({scene.volume()}, options);
  for (std::uint64_t i = 0; i < 4; ++i) {
    const Sample s = draw(sampler, 0, i);
    std::int64_t differ = 0, moved = 0;
    for (std::size_t k = 0; k < s.labels.size(); ++k) {
      differ += (s.voxels[k] > 0.5f) != (s.labels[k] == 1);
      moved += s.labels[k] != straight.labels[k];
    }
    const auto count = std::count(s.labels.begin(), s.labels.end(), 1);
    const auto before = std::count(straight.labels.begin(), straight.labels.end(), 1);
    CHECK(differ < count / 10);  // the surface, where the nearest voxel and the spline decide apart
    CHECK(moved > 2 * differ);
    CHECK(std::abs(count - before) < before / 20);
  }
}

TEST_CASE("samples depend on seed, step and index alone") {
  const Extent3 e{24, 60, 70};
  const Scene a = hooks(e, scattered(e, 40)), b = hooks({70, 40, 50}, scattered({70, 40, 50}, 30));
  SamplerOptions options;
  options.patch = {32, 24, 24};
  options.classes = 4;
  options.background = 0.3;
  options.normalization = GENERATE(Normalization::Patch, Normalization::Tomogram);
  options.augmentation = everything();
  options.seed = 17;
  const Sampler sampler({a.volume(), b.volume()}, options), same({a.volume(), b.volume()}, options);
  constexpr std::int64_t kCount = 10;
  std::vector<Sample> forward;
  for (std::uint64_t i = 0; i < kCount; ++i) forward.push_back(draw(sampler, 7, i));
  const auto n = static_cast<std::size_t>(options.patch.voxels());
  for (const int threads : {1, 2, 3}) {
    ThreadPool pool(threads);
    std::vector<float> voxels(n * kCount);
    std::vector<std::uint8_t> labels(n * kCount);
    same.draw_batch(pool, 7, 0, kCount, voxels.data(), labels.data());
    for (std::size_t i = 0; i < kCount; ++i) {
      CHECK(std::equal(forward[i].voxels.begin(), forward[i].voxels.end(),
                       voxels.begin() + static_cast<std::ptrdiff_t>(i * n)));
      CHECK(std::equal(forward[i].labels.begin(), forward[i].labels.end(),
                       labels.begin() + static_cast<std::ptrdiff_t>(i * n)));
    }
  }
  CHECK(!(draw(sampler, 8, 0) == forward[0]));
  CHECK(!(draw(sampler, 7, 1) == forward[0]));
  options.seed = 18;
  CHECK(!(draw(Sampler({a.volume(), b.volume()}, options), 7, 0) == forward[0]));
  for (const Sample& s : forward) {
    CHECK(std::all_of(s.voxels.begin(), s.voxels.end(), [](float v) { return std::isfinite(v); }));
    CHECK(std::all_of(s.labels.begin(), s.labels.end(),
                      [](std::uint8_t label) { return label < 4; }));
  }
}

TEST_CASE("switching one augmentation on changes no other choice") {
  const Extent3 e{60, 60, 60};
  const Scene scene = hooks(e, scattered(e, 40));
  SamplerOptions options = plain({16, 16, 16}, 4);
  options.shift = 5;
  options.augmentation.turn_y = 0.5;
  const Sampler without({scene.volume()}, options);
  options.augmentation.noise = 1;
  options.augmentation.intensity = 0.5;
  const Sampler with({scene.volume()}, options);
  for (std::uint64_t i = 0; i < 10; ++i)
    CHECK(draw(without, 0, i).labels == draw(with, 0, i).labels);
}

TEST_CASE("patches near the faces stay inside; thinner tomograms are padded") {
  const Scene scene =
      hooks({10, 40, 64}, {object(1, 0, 0, 0), object(1, 9, 39, 63), object(1, 4, 20, 30)});
  SamplerOptions options = plain({16, 16, 16}, 2);
  options.shift = 20;
  options.normalization =
      GENERATE(Normalization::None, Normalization::Tomogram, Normalization::Patch);
  const Sampler sampler({scene.volume()}, options);
  std::map<std::int64_t, int> begins;
  for (std::uint64_t i = 0; i < 60; ++i) {
    const Place place = sampler.place(0, i);
    CHECK((place.begin.z >= -6 && place.begin.z <= 0));
    CHECK((place.begin.y >= 0 && place.begin.y <= 24));
    CHECK((place.begin.x >= 0 && place.begin.x <= 48));
    ++begins[place.begin.z];
    const Sample s = draw(sampler, 0, i);
    for (std::int64_t z = 0; z < 16; ++z) {
      const std::int64_t source = z + place.begin.z;
      const bool outside = source < 0 || source >= 10;
      const auto plane = s.voxels.begin() + z * 256;
      const auto labels = s.labels.begin() + z * 256;
      if (outside) {
        CHECK(std::all_of(plane, plane + 256, [](float v) { return v == 0; }));
        CHECK(std::all_of(labels, labels + 256, [](std::uint8_t v) { return v == 0; }));
      }
    }
  }
  CHECK(begins.size() > 3);  // not always at the same height
}

TEST_CASE("classes are drawn equally often, or as often as they are") {
  const Extent3 e{60, 70, 80};
  const Scene scene = hooks(e, scattered(e, 200));  // 8 : 1 : 1
  SamplerOptions options = plain({16, 16, 16}, 5);
  options.background = 0.25;
  const double balanced = GENERATE(0.0, 1.0);
  options.balanced = balanced > 0;
  const Sampler sampler({scene.volume()}, options);
  std::map<int, double> drawn;
  constexpr int kDraws = 4000;
  for (std::uint64_t i = 0; i < kDraws; ++i) drawn[sampler.place(0, i).class_label] += 1.0 / kDraws;
  CHECK(drawn[0] == Approx(0.25).margin(0.035));
  CHECK(drawn[1] == Approx(balanced > 0 ? 0.25 : 0.6).margin(0.04));
  CHECK(drawn[2] == Approx(balanced > 0 ? 0.25 : 0.075).margin(0.035));
  CHECK(drawn[3] == Approx(balanced > 0 ? 0.25 : 0.075).margin(0.035));
  CHECK(drawn[4] == 0);
  CHECK(sampler.supply()[1].objects == 160);
  CHECK(sampler.supply()[4].objects == 0);
  const std::string warnings =
      std::accumulate(sampler.warnings().begin(), sampler.warnings().end(), std::string());
  CHECK_THAT(warnings, DFE_CONTAINS("class 4: no objects") && DFE_CONTAINS("class 4: no voxels"));
}

TEST_CASE("background patches hold no object where there is room") {
  const Scene scene = hooks({40, 40, 120}, {object(1, 20, 20, 10), object(1, 20, 20, 25)});
  SamplerOptions options = plain({16, 16, 16}, 2);
  options.background = 1;
  const Sampler sampler({scene.volume()}, options);
  for (std::uint64_t i = 0; i < 50; ++i) {
    const Sample s = draw(sampler, 3, i);
    CHECK(std::count(s.labels.begin(), s.labels.end(), 1) == 0);
  }
}

TEST_CASE("the shift is uniform, and an object stays in its patch") {
  const Scene scene = hooks({90, 90, 90}, {object(1, 45, 45, 45)});
  SamplerOptions options = plain({16, 24, 32}, 2);
  options.shift = 9;
  const Sampler sampler({scene.volume()}, options);
  std::map<std::int64_t, int> z, x;
  for (std::uint64_t i = 0; i < 3800; ++i) {
    const Index3 begin = sampler.place(0, i).begin;
    ++z[begin.z - (45 - 8)], ++x[begin.x - (45 - 16)];
  }
  CHECK(z.begin()->first == -7);  // half of the patch, less one
  CHECK(z.rbegin()->first == 7);
  CHECK(x.begin()->first == -9);
  CHECK(x.rbegin()->first == 9);
  for (const auto& [shift, count] : x) CHECK(count == Approx(200).margin(75));
}

TEST_CASE("patches are brought to mean 0 and deviation 1, and constant ones stay finite") {
  const Extent3 e{40, 40, 80};
  Scene scene = hooks(e, {object(1, 20, 20, 20), object(1, 20, 20, 60)});
  const test::MemoryVolume noise = test::random_volume({40, 40, 40}, 4);
  Volume<float> voxels(e, 7.0f);  // the right half is constant
  for (std::int64_t z = 0; z < 40; ++z)
    for (std::int64_t y = 0; y < 40; ++y) noise.read_box({{z, y, 0}, {1, 1, 40}}, &voxels(z, y, 0));
  scene.tomogram = std::make_shared<WatchedVolume>(test::MemoryVolume(std::move(voxels)));
  SamplerOptions options = plain({16, 16, 16}, 2);
  options.normalization = Normalization::Patch;
  const Sampler sampler({scene.volume()}, options);
  bool constant = false;
  for (std::uint64_t i = 0; i < 12; ++i) {
    const Sample s = draw(sampler, 0, i);
    double mean = 0, square = 0;
    for (const float v : s.voxels)
      mean += static_cast<double>(v) / 4096,
          square += static_cast<double>(v) * static_cast<double>(v) / 4096;
    CHECK(mean == Approx(0).margin(1e-4));
    const bool flat = sampler.place(0, i).begin.x >= 40;
    CHECK(square == Approx(flat ? 0 : 1).margin(1e-4));
    constant = constant || flat;
  }
  CHECK(constant);
}

TEST_CASE("without a list, voxels of the target are the middles") {
  const Extent3 e{30, 40, 50};
  Scene scene = hooks(e, scattered(e, 30));
  scene.objects.clear();
  SamplerOptions options = plain({8, 8, 8}, 4);
  const Sampler sampler({scene.volume()}, options);
  for (std::uint64_t i = 0; i < 100; ++i) {
    const Place place = sampler.place(0, i);
    const Sample s = draw(sampler, 0, i);
    CHECK(place.class_label > 0);
    CHECK(std::count(s.labels.begin(), s.labels.end(),
                     static_cast<std::uint8_t>(place.class_label)) > 0);
  }
}

TEST_CASE("a tomogram is never read as a whole") {
  const Extent3 e{80, 90, 100};
  const Scene scene = hooks(e, scattered(e, 30));
  SamplerOptions options;
  options.patch = {16, 16, 16};
  options.classes = 4;
  options.augmentation = everything();
  const Sampler sampler({scene.volume()}, options);
  for (std::uint64_t i = 0; i < 30; ++i) draw(sampler, 0, i);
  CHECK(scene.tomogram->largest <= 48 * 48 * 48);
  CHECK(scene.target->largest <= 48 * 48 * 48);
}

TEST_CASE("mixing keeps the expected label and voxel") {
  // Two constant-ish tomograms: the share of the partner's labels must be its share of the voxels.
  const auto half = [](float value, float label) {
    Scene scene;
    Volume<float> voxels({24, 24, 24}, value), labels({24, 24, 24}, label);
    voxels(0, 0, 0) += 1;
    scene.tomogram = std::make_shared<WatchedVolume>(test::MemoryVolume(std::move(voxels)));
    scene.target = std::make_shared<WatchedVolume>(test::MemoryVolume(std::move(labels)));
    scene.objects = {object(static_cast<int>(label), 12, 12, 12)};
    return scene;
  };
  const Scene one = half(1, 1), two = half(2, 2);
  SamplerOptions options = plain({16, 16, 16}, 3);
  options.augmentation.mixup = 1;
  options.augmentation.mixup_alpha = 1;
  const Sampler sampler({one.volume(), two.volume()}, options);
  int mixed = 0;
  for (std::uint64_t i = 0; i < 40; ++i) {
    const Sample s = draw(sampler, 0, i);
    const double share_of_two = static_cast<double>(s.voxels[2000]) - 1;
    const double labelled =
        static_cast<double>(std::count(s.labels.begin(), s.labels.end(), 2)) / 4096;
    CHECK(labelled == Approx(share_of_two).margin(5 * 0.5 / 64));
    mixed += share_of_two > 0.01 && share_of_two < 0.99;
    CHECK((sampler.place(0, i).class_label == 2) ==
          (share_of_two > 0.5));  // the sample itself has the larger share
  }
  CHECK(mixed > 10);
}

TEST_CASE("training sets and options that make no sense are refused") {
  const Scene scene = hooks({30, 30, 30}, {object(1, 15, 15, 15), object(2, 90, 15, 15)});
  SamplerOptions good = plain({16, 16, 16}, 3);
  const Sampler sampler({scene.volume()}, good);
  CHECK_THAT(sampler.warnings().at(0), DFE_CONTAINS("class 2: 1 objects lie outside"));

  const auto refused = [&](auto&& change, const char* fact) {
    SamplerOptions options = good;
    change(options);
    CHECK_THROWS_WITH(Sampler({scene.volume()}, options), DFE_CONTAINS(fact));
  };
  refused([](SamplerOptions& o) { o.patch = {16, 18, 16}; }, "multiple of 4");
  refused([](SamplerOptions& o) { o.patch = {16, 0, 16}; }, "multiple of 4");
  refused([](SamplerOptions& o) { o.patch = {16, 4096, 16}; }, "to 512");
  refused([](SamplerOptions& o) { o.classes = 1; }, "2 to 255");
  refused([](SamplerOptions& o) { o.classes = 2; }, "class 2");
  refused([](SamplerOptions& o) { o.background = 1.5; }, "chances are 0 to 1");
  refused([](SamplerOptions& o) { o.augmentation.noise = std::nan(""); }, "noise");
  refused([](SamplerOptions& o) { o.augmentation.blur_voxels = 1e9; }, "blur_voxels");
  refused(
      [](SamplerOptions& o) {
        o.augmentation.quarter_turn = 1, o.patch = {16, 16, 20};
      },
      "as long in y as in x");
  CHECK_THROWS_WITH(Sampler({}, good), DFE_CONTAINS("no tomograms"));

  Scene other = hooks({30, 30, 31}, {});
  CHECK_THROWS_WITH(Sampler({{scene.tomogram, other.target, {}}}, good),
                    DFE_CONTAINS("30x30x31") && DFE_CONTAINS("30x30x30"));
  Scene empty = hooks({30, 30, 30}, {});
  CHECK_THROWS_WITH(Sampler({{scene.tomogram, empty.target, {}}}, good),
                    DFE_CONTAINS("no objects"));
  CHECK_THROWS_WITH(Sampler({{scene.tomogram, scene.tomogram, {}}}, good),
                    DFE_CONTAINS("voxel of 10"));
  CHECK_THROWS_AS(Sampler({{empty.tomogram, empty.target, {}}},
                          [&] {
                            SamplerOptions o = good;
                            o.normalization = Normalization::Tomogram;
                            o.background = 1;
                            return o;
                          }()),
                  Error);
}

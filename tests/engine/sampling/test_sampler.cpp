// SPDX-License-Identifier: Apache-2.0
// What is drawn, and from where.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "tests/engine/sampling/scenes.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using namespace dfe::sampling;

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
  CHECK_THAT(warnings, DFE_CONTAINS("class 4: no particles") && DFE_CONTAINS("class 4: no voxels"));
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

TEST_CASE("training sets and options that make no sense are refused") {
  const Scene scene = hooks({30, 30, 30}, {object(1, 15, 15, 15), object(2, 90, 15, 15)});
  SamplerOptions good = plain({16, 16, 16}, 3);
  const Sampler sampler({scene.volume()}, good);
  CHECK_THAT(sampler.warnings().at(0), DFE_CONTAINS("class 2: 1 particles are outside"));

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
      "same size in y and x");
  CHECK_THROWS_WITH(Sampler({}, good), DFE_CONTAINS("no tomograms"));

  Scene other = hooks({30, 30, 31}, {});
  CHECK_THROWS_WITH(Sampler({{scene.tomogram, other.target, {}}}, good),
                    DFE_CONTAINS("30x30x31") && DFE_CONTAINS("30x30x30"));
  Scene empty = hooks({30, 30, 30}, {});
  CHECK_THROWS_WITH(Sampler({{scene.tomogram, empty.target, {}}}, good),
                    DFE_CONTAINS("have no particles"));
  CHECK_THROWS_WITH(Sampler({{scene.tomogram, scene.tomogram, {}}}, good),
                    DFE_CONTAINS("voxel with the value 10"));
  CHECK_THROWS_AS(Sampler({{empty.tomogram, empty.target, {}}},
                          [&] {
                            SamplerOptions o = good;
                            o.normalization = Normalization::Tomogram;
                            o.background = 1;
                            return o;
                          }()),
                  Error);
}

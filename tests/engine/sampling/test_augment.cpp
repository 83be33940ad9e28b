// SPDX-License-Identifier: Apache-2.0
// That voxels and labels stay together through every augmentation, and that each is drawn for
// itself.
#include <algorithm>
#include <cmath>

#include "tests/engine/sampling/scenes.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using namespace dfe::sampling;

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

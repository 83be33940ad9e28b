// SPDX-License-Identifier: Apache-2.0
// Noise against the ratio that was asked for, dose against the published curve.
#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "dfengine/simulate.hpp"
#include "simulate/draws.hpp"
#include "simulate/images.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/simulate/distance.hpp"

using namespace dfe;

namespace {

/// Balls in a box: something to image.
Volume<float> scene(Extent3 extent) {
  Volume<float> volume(extent, 0);
  for (int i = 0; i < 12; ++i) {
    const auto u =
        simulate::uniforms(Philox(5, RandomPurpose{1}), 0, static_cast<std::uint64_t>(i));
    const Point3 c{u[0] * static_cast<double>(extent.z), u[1] * static_cast<double>(extent.y),
                   u[2] * static_cast<double>(extent.x)};
    for (std::int64_t z = 0; z < extent.z; ++z)
      for (std::int64_t y = 0; y < extent.y; ++y)
        for (std::int64_t x = 0; x < extent.x; ++x)
          if (test::distance(z, y, x, c) < 6) volume(z, y, x) = 3;
  }
  return volume;
}

ImagingOptions coarse_tilts() {
  ImagingOptions o;
  o.tilt_step_deg = 10;
  o.seed = 3;
  return o;
}

}  // namespace

TEST_CASE("dose damps as Grant and Grigorieff measured") {
  CHECK(simulate::dose_factor(0, 0.1) == 1);
  // At 1/10 Å⁻¹ half the critical dose of 14.1 e/Å² times two leaves 1/e; formula evaluated by
  // hand: 0.245·10^1.665 + 2.81 = 14.139.
  CHECK(simulate::dose_factor(2 * 14.139, 0.1) == Approx(std::exp(-1.0)).epsilon(1e-3));
}

TEST_CASE("noise has the asked ratio to the signal, mean 0 and no memory") {
  std::vector<float> noise(200'000);
  simulate::fill_normal(9, RandomPurpose::ImageNoiseAfter, 2, noise.data(),
                        static_cast<std::int64_t>(noise.size()));
  double sum = 0, square = 0, neighbour = 0, fourth = 0;
  for (std::size_t i = 0; i < noise.size(); ++i) {
    const double v = noise[i];
    sum += v, square += v * v, fourth += v * v * v * v;
    if (i > 0) neighbour += v * noise[i - 1];
  }
  const auto n = static_cast<double>(noise.size());
  CHECK(std::abs(sum / n) < 4 / std::sqrt(n));
  CHECK(square / n == Approx(1).margin(4 * std::sqrt(2 / n)));
  CHECK(std::abs(neighbour / n) < 4 / std::sqrt(n));
  CHECK(fourth / n == Approx(3).margin(4 * std::sqrt(96 / n)));
}

TEST_CASE("the signal to noise ratio of the images is the one asked for") {
  const Volume<float> volume = scene({24, 64, 64});
  for (const double snr : {0.05, 0.15, 2.0})
    for (const double before : {0.0, 0.5, 1.0}) {
      ImagingOptions o = coarse_tilts();
      o.snr = snr;
      o.noise_before_ctf = before;
      o.keep_projections = true;
      const ImagedScene noisy = image_scene(volume.view(), nullptr, 13.68, o);
      o.noise = NoiseModel::None;
      const ImagedScene clean = image_scene(volume.view(), nullptr, 13.68, o);
      // Measured on what comes out: variances over each whole image, mean over the images.
      const std::int64_t count = noisy.projections.extent().y * noisy.projections.extent().x;
      double signal = 0, noise = 0;
      std::vector<float> difference(static_cast<std::size_t>(count));
      for (std::int64_t v = 0; v < noisy.projections.extent().z; ++v) {
        signal += simulate::moments(clean.projections.view().plane(v), count).variance;
        for (std::int64_t i = 0; i < count; ++i)
          difference[static_cast<std::size_t>(i)] =
              noisy.projections.view().plane(v)[i] - clean.projections.view().plane(v)[i];
        noise += simulate::moments(difference.data(), count).variance;
      }
      INFO("snr " << snr << " before " << before);
      CHECK(signal / noise == Approx(snr).epsilon(0.02));
      CHECK(noisy.snr.projections == Approx(snr).epsilon(0.02));
    }
}

TEST_CASE(
    "objects are dark, and bright where that is asked for; the tomogram has mean 0 and deviation "
    "1") {
  const Volume<float> volume = scene({24, 48, 48});
  for (const bool with_ctf : {true, false})
    for (const bool bright : {false, true}) {
      ImagingOptions o = coarse_tilts();
      o.noise = NoiseModel::None;
      o.with_ctf = with_ctf;
      o.bright = bright;
      const ImagedScene image = image_scene(volume.view(), nullptr, 13.68, o);
      double inside = 0, count = 0;
      for (std::int64_t i = 0; i < volume.voxels(); ++i)
        if (volume.data()[i] > 0) inside += image.tomogram.data()[i], count += 1;
      CHECK((inside / count > 0) == bright);
      const auto m = simulate::moments(image.tomogram.data(), volume.voxels());
      CHECK(m.mean == Approx(0).margin(1e-4));
      CHECK(m.variance == Approx(1).epsilon(1e-3));
    }
}

TEST_CASE("tilts, doses and their order") {
  const Volume<float> volume = scene({8, 16, 16});
  ImagingOptions o;
  o.tilt_first_deg = -50;
  o.tilt_last_deg = 50;
  o.dose = 102;
  o.noise = NoiseModel::Dose;
  const ImagedScene image = image_scene(volume.view(), nullptr, 13.68, o);
  REQUIRE(image.tilts_deg.size() == 51);
  CHECK(image.tilts_deg.front() == -50);
  CHECK(image.tilts_deg.back() == 50);
  CHECK(image.doses[25] == 0);                            // tilt 0 first
  CHECK(image.doses[24] + image.doses[26] == Approx(6));  // then the two beside it
  CHECK(*std::max_element(image.doses.begin(), image.doses.end()) == Approx(100));
}

TEST_CASE("noise by dose has the variance of the counts") {
  const Volume<float> volume(Extent3{4, 64, 64}, 0);
  ImagingOptions o = coarse_tilts();
  o.noise = NoiseModel::Dose;
  o.dose = 130;
  o.cover_volume = false;
  o.keep_projections = true;
  const ImagedScene image = image_scene(volume.view(), nullptr, 10, o);
  const auto m = simulate::moments(image.projections.data(), image.projections.voxels());
  CHECK(m.variance ==
        Approx(1.0 / (10 * 100)).epsilon(0.02));  // 10 electrons per Å² and tilt on 100 Å²
}

TEST_CASE("misalignment moves images, and only then") {
  const Volume<float> volume = scene({24, 48, 48});
  ImagingOptions o = coarse_tilts();
  o.noise = NoiseModel::None;
  const ImagedScene aligned = image_scene(volume.view(), nullptr, 13.68, o);
  o.shift_error_angstrom = 8;
  o.angle_error_deg = 0.5;
  const ImagedScene moved = image_scene(volume.view(), nullptr, 13.68, o);
  double together = 0;
  for (std::int64_t i = 0; i < volume.voxels(); ++i)
    together += aligned.tomogram.data()[i] * moved.tomogram.data()[i];
  together /= static_cast<double>(volume.voxels());  // both have deviation 1: the correlation
  CHECK(together < 0.98);
  CHECK(together > 0.3);
}

TEST_CASE("images do not depend on the number of threads; seeds change them") {
  const Volume<float> volume = scene({16, 40, 40});
  ImagingOptions o = coarse_tilts();
  o.ctf.gradient = true;
  o.shift_error_angstrom = 5;
  o.threads = 1;
  const ImagedScene one = image_scene(volume.view(), nullptr, 13.68, o);
  o.threads = 3;
  const ImagedScene three = image_scene(volume.view(), nullptr, 13.68, o);
  CHECK(std::equal(one.tomogram.span().begin(), one.tomogram.span().end(),
                   three.tomogram.span().begin()));
  o.seed = 4;
  const ImagedScene other = image_scene(volume.view(), nullptr, 13.68, o);
  CHECK_FALSE(std::equal(one.tomogram.span().begin(), one.tomogram.span().end(),
                         other.tomogram.span().begin()));
}

TEST_CASE("a defocus gradient changes the images away from the tilt axis alone") {
  const Volume<float> volume = scene({24, 64, 256});
  ImagingOptions o;
  o.tilt_first_deg = o.tilt_last_deg = 60;
  o.noise = NoiseModel::None;
  o.keep_projections = true;
  o.cover_volume = false;
  const ImagedScene flat = image_scene(volume.view(), nullptr, 13.68, o);
  o.ctf.gradient = true;
  const ImagedScene sloped = image_scene(volume.view(), nullptr, 13.68, o);
  const auto difference = [&](std::int64_t first, std::int64_t last) {
    double sum = 0;
    for (std::int64_t y = 0; y < 64; ++y)
      for (std::int64_t u = first; u < last; ++u)
        sum += std::abs(flat.projections(0, y, u) - sloped.projections(0, y, u));
    return sum / static_cast<double>(last - first);
  };
  CHECK(difference(126, 130) < 0.3 * (difference(70, 90) + difference(166, 186)));
}

TEST_CASE("imaging refuses what makes no sense") {
  const Volume<float> volume = scene({8, 16, 16});
  const auto refused = [&](auto change, const char* word) {
    ImagingOptions o;
    change(o);
    CHECK_THROWS_WITH(image_scene(volume.view(), nullptr, 13.68, o), DFE_CONTAINS(word));
  };
  refused([](ImagingOptions& o) { o.tilt_first_deg = 70; }, "tilt range");
  refused([](ImagingOptions& o) { o.tilt_step_deg = 0; }, "tilt step");
  refused([](ImagingOptions& o) { o.snr = -1; }, "snr");
  refused([](ImagingOptions& o) { o.ctf.voltage_kv = 0; }, "voltage");
  refused([](ImagingOptions& o) { o.noise = NoiseModel::Dose; }, "dose");
  CHECK_THROWS_WITH(image_scene(volume.view(), nullptr, 0, {}), DFE_CONTAINS("voxel_size"));
  const Volume<float> empty(Extent3{8, 16, 16}, 0);
  CHECK_THROWS_WITH(image_scene(empty.view(), nullptr, 13.68, {}), DFE_CONTAINS("no signal"));
}

// SPDX-License-Identifier: Apache-2.0
// Transforms of 16 lines against the definition in double, for every instruction set and for
// lengths of all kinds of factors.
#include <cmath>
#include <complex>
#include <numbers>

#include "core/math/rotation.hpp"
#include "core/math/spline.hpp"
#include "dfengine/error.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/fourier_transform.hpp"
#include "tests/fixtures/catch.hpp"

namespace dfe {
namespace {

using C = std::complex<double>;

/// Numbers between -1 and 1 that no pattern of the transform meets.
float noise(std::int64_t i) {
  return static_cast<float>(std::sin(static_cast<double>(i * i % 9973)));
}

struct Aligned {
  explicit Aligned(std::int64_t points)
      : values(static_cast<std::size_t>(points * kFourierPoint + 16), 0.0f) {
    const auto place = reinterpret_cast<std::uintptr_t>(values.data());
    data = values.data() + (64 - place % 64) % 64 / sizeof(float);
  }
  std::vector<float> values;
  float* data;

  C at(std::int64_t point, std::int64_t lane) const {
    const float* const p = data + point * kFourierPoint + lane;
    return {static_cast<double>(p[0]), static_cast<double>(p[kFourierLanes])};
  }
  void fill(std::int64_t points) const {
    for (std::int64_t i = 0; i < points * kFourierPoint; ++i) data[i] = noise(i + 7);
  }
};

/// Σ over i of x[i] · exp(-2πi f i / n)
C direct(const Aligned& x, std::int64_t n, std::int64_t count, std::int64_t f, std::int64_t lane) {
  C sum = 0;
  for (std::int64_t i = 0; i < count; ++i)
    sum += x.at(i, lane) * std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(i * f % n) /
                                               static_cast<double>(n));
  return sum;
}

const std::vector<std::int64_t> kLengths{1,  2,  3,  4,  5,  6,  7,  8,  9,   11,  12,
                                         16, 20, 24, 29, 35, 41, 48, 60, 100, 128, 243};

TEST_CASE("forward transforms are those of the definition, backward ones their inverse") {
  for (const std::string& name : cpu_instruction_sets())
    for (const std::int64_t n : kLengths) {
      CAPTURE(name, n);
      const FourierKernels& kernels = fourier_kernels(name);
      const FourierTransform transform(n);
      const std::vector<std::int64_t> order = transform.order();
      for (const std::int64_t count : {n, (n + 1) / 2}) {
        const Aligned x(n), y(n);
        x.fill(n);
        kernels.forward(transform.plan(), {x.data, kFourierPoint, count}, y.data, kFourierPoint);
        double worst = 0;
        for (std::int64_t i = 0; i < n; ++i)
          for (const std::int64_t lane : {0, 3, 8, 15})
            worst = std::max(
                worst, std::abs(y.at(i, lane) -
                                direct(x, n, count, order[static_cast<std::size_t>(i)], lane)));
        CHECK(worst < 2e-6 * std::sqrt(static_cast<double>(n)) * 3);
        kernels.backward(transform.plan(), y.data, kFourierPoint, y.data, kFourierPoint);
        worst = 0;
        for (std::int64_t i = 0; i < n; ++i)
          for (std::int64_t lane = 0; lane < kFourierLanes; ++lane)
            worst = std::max(worst, std::abs(y.at(i, lane) / static_cast<double>(n) -
                                             (i < count ? x.at(i, lane) : C(0))));
        CHECK(worst < 2e-6);
      }
    }
}

TEST_CASE("lengths that no transform has are refused") {
  CHECK_THROWS_AS(FourierTransform(0), Error);
  CHECK_THROWS_AS(FourierTransform(1031), Error);
  CHECK(fast_fourier_length(97) == 100);
  CHECK(fast_fourier_length(100) == 100);
}

TEST_CASE("a column is a circular correlation, and scores keep the first of the best") {
  constexpr std::int64_t n = 20, count = 7;
  for (const std::string& name : cpu_instruction_sets()) {
    CAPTURE(name);
    const FourierKernels& kernels = fourier_kernels(name);
    const FourierTransform transform(n);
    const Aligned x(n), v(n), spectrum(n), scratch(n), y(n);
    x.fill(count);
    v.fill(n);
    kernels.forward(transform.plan(), {v.data, kFourierPoint, n}, spectrum.data, kFourierPoint);
    kernels.column(
        transform.plan(),
        {{x.data, kFourierPoint, count}, spectrum.data, scratch.data, y.data, kFourierPoint});
    double worst = 0;
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t lane = 0; lane < kFourierLanes; ++lane) {
        C sum = 0;
        for (std::int64_t u = 0; u < count; ++u)
          sum += std::conj(x.at(u, lane)) * v.at((i + u) % n, lane);
        worst = std::max(worst, std::abs(sum * static_cast<double>(n) - y.at(i, lane)));
      }
    CHECK(worst < 1e-4);

    const Aligned scale(n), best(n), ids(n);
    auto* const id = reinterpret_cast<std::int32_t*>(ids.data);
    for (std::int64_t i = 0; i < n * kFourierLanes; ++i) {
      scale.data[i] = 1;
      best.data[i] = i % 5 == 0 ? 1e6f : -1e6f;
    }
    const Aligned spare(n);
    kernels.forward(transform.plan(), {v.data, kFourierPoint, n}, spare.data, kFourierPoint);
    kernels.scores(transform.plan(), spare.data, {scale.data, scale.data, best.data, id, 40});
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t lane = 0; lane < kFourierLanes; ++lane) {
        const std::int64_t at = i * kFourierLanes + lane;
        const C value = v.at(i, lane) * static_cast<double>(n);
        if (at % 5 == 0) {
          CHECK(best.data[at] == 1e6f);
          CHECK(id[at] == 0);
        } else {
          CHECK(static_cast<double>(best.data[at]) ==
                Approx(std::max(value.real(), value.imag())).margin(1e-4));
          CHECK(id[at] == (value.imag() > value.real() ? 41 : 40));
        }
      }
  }
}

TEST_CASE("points and lanes change places") {
  for (const std::string& name : cpu_instruction_sets()) {
    const Aligned x(32), y(16);
    x.fill(32);
    fourier_kernels(name).transpose(x.data, 2 * kFourierPoint, y.data, kFourierPoint);
    for (std::int64_t i = 0; i < 16; ++i)
      for (std::int64_t lane = 0; lane < 16; ++lane) CHECK(y.at(i, lane) == x.at(2 * lane, i));
  }
}

TEST_CASE("a turned volume is that of the spline in double") {
  constexpr std::int64_t n = 15;
  Volume<float> volume({n, n, n});
  for (std::int64_t i = 0; i < volume.voxels(); ++i) volume.data()[i] = noise(i);
  math::spline_coefficients(volume.view());
  const auto mirrored = [](std::int64_t i) { return i < 0 ? -i : i >= n ? 2 * n - 2 - i : i; };
  std::vector<float> padded;
  for (std::int64_t z = -1; z < n + 2; ++z)
    for (std::int64_t y = -1; y < n + 2; ++y)
      for (std::int64_t x = -1; x < n + 3; ++x)
        padded.push_back(volume(mirrored(z), mirrored(y), mirrored(x)));
  const Rotation r = math::multiply(math::about_x(40), math::about_z(25));
  // Of the whole block only the inner voxels never leave the volume.
  const Box3 patch{{4, 4, 4}, {7, 7, 7}}, block{{0, 0, 0}, {n, n, n}};
  std::vector<float> expected(7 * 7 * 7);
  math::rotate_values(patch, r, block, volume.data(), expected.data());
  for (const std::string& name : cpu_instruction_sets()) {
    SplineTurn turn{};
    turn.coefficients = padded.data();
    turn.z = turn.y = turn.x = n;
    const double steps[9] = {r[8], r[5], r[2], r[7], r[4], r[1], r[6], r[3], r[0]};
    for (int i = 0; i < 9; ++i) turn.from[i] = steps[i];
    for (int a = 0; a < 3; ++a) turn.origin[a] = 7 - 7 * (steps[a] + steps[3 + a] + steps[6 + a]);
    std::vector<std::int64_t> places;
    for (std::int64_t j = 0; j < n; ++j) places.push_back(j * n);
    std::vector<float> out(n * n * n, 99.0f);
    turn.out = out.data();
    turn.z_step = n * n;
    turn.x_step = 1;
    turn.y_place = places.data();
    fourier_kernels(name).turn(turn);
    double worst = 0;
    for (std::int64_t z = 0; z < 7; ++z)
      for (std::int64_t y = 0; y < 7; ++y)
        for (std::int64_t x = 0; x < 7; ++x)
          worst =
              std::max(worst, std::abs(static_cast<double>(
                                  out[static_cast<std::size_t>(((z + 4) * n + y + 4) * n + x + 4)] -
                                  expected[static_cast<std::size_t>((z * 7 + y) * 7 + x)])));
    CHECK(worst < 3e-6);
    CHECK(out[0] == 0);  // from outside
  }
}

}  // namespace
}  // namespace dfe

// SPDX-License-Identifier: Apache-2.0
// Minimal filtering against direct convolution in double: accuracy, every shape, and the same bits
// for every way to cut the work.
#include <cmath>
#include <utility>

#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/cpu/winograd_points.hpp"
#include "kernels/ref/ref_backend.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/fill.hpp"
#include "tests/fixtures/op_cases.hpp"
#include "tests/fixtures/op_runner.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

const auto reals = [](std::int64_t count, std::uint64_t seed) {
  return uniform_reals(count, seed);
};

struct ErrorSize {
  double rms = 0, largest = 0;  // relative to the rms of the exact result
};

ErrorSize error_of(const Floats& got, const Floats& exact) {
  double errors = 0, squares = 0, largest = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double e = static_cast<double>(got[i]) - static_cast<double>(exact[i]);
    errors += e * e;
    squares += static_cast<double>(exact[i]) * static_cast<double>(exact[i]);
    largest = std::max(largest, std::abs(e));
  }
  const double rms = std::sqrt(squares / static_cast<double>(got.size()));
  REQUIRE(rms > 0);
  return {std::sqrt(errors / static_cast<double>(got.size())) / rms, largest / rms};
}

struct Mode {
  Convolution convolution;
  Extent3 tile;  // outputs computed together
};
const Mode kModes[] = {{Convolution::Winograd, {4, 4, 6}},
                       {Convolution::Winograd, {4, 4, 4}},
                       {Convolution::Winograd, {2, 4, 4}},
                       {Convolution::Strict, {2, 2, 2}}};

/// How much minimal filtering along one axis amplifies the variance of roundings of its points: the
/// mean over outputs i of Σ_p A[i,p]²·|B[p]|²·|G[p]|² / 3, from its matrices.
double amplification(std::int64_t outputs) {
  return outputs == 2 ? 5.0 / 3 : outputs == 4 ? 241.0 / 48 : 2971.0 / 144;
}

/// Expected rms error relative to the result's rms, for uniform inputs and weights: sums of `ci`
/// products at every point, each rounded to about 0.4 units of 2^-24, and some 8 roundings more on
/// a value's way through the transformations; amplified.
double expected_error(const Mode& mode, const Conv3dDesc& op) {
  const double amplified =
      amplification(mode.tile.z) * amplification(mode.tile.y) * amplification(mode.tile.x);
  return 0.4 * std::ldexp(1.0, -24) *
         std::sqrt(amplified * (static_cast<double>(op.c0 + op.c1) / 2 + 8));
}

}  // namespace

TEST_CASE(
    "the filter matrix holds the weights' polynomial at the points, over the products of the "
    "points' distances") {
  const std::vector<double> g = cpu::winograd_filter_matrix(4);
  REQUIRE(g.size() == 18);
  const double a = std::sqrt(0.5), b = std::sqrt(2.0);
  CHECK(g[0] == Approx(1 / (a * a * b * b)));
  CHECK(g[3] == Approx(1 / (2 * a * a * (a * a - b * b))));
  CHECK(g[4] == Approx(a * g[3]));
  CHECK(g[5] == Approx(a * a * g[3]));
  CHECK(g[12] == Approx(1 / (2 * b * b * (b * b - a * a))));
  CHECK(g[13] == Approx(-b * g[12]));
  CHECK(std::vector<double>(g.end() - 3, g.end()) == std::vector<double>{0, 0, 1});

  const std::vector<double> six =
      cpu::winograd_filter_matrix(6);  // distances: -1 for 0, 2·(1 - 1/4)·(1 - 4) for ±1, and so on
  REQUIRE(six.size() == 24);
  CHECK(six[0] == Approx(-1.0));
  CHECK(six[3] == Approx(-1 / 4.5));
  CHECK(six[6] == Approx(-1 / 4.5));
  CHECK(six[7] == Approx(1 / 4.5));
  CHECK(six[9] == Approx(1 / 1.40625));
  CHECK(six[15] == Approx(1 / 90.0));
  CHECK(six[17] == Approx(4 / 90.0));
  CHECK(std::vector<double>(six.end() - 3, six.end()) == std::vector<double>{0, 0, 1});
}

TEST_CASE(
    "winograd conv3d is as accurate as its matrices allow, for every shape and instruction set",
    "[values]") {
  const auto ref = make_ref_backend(2);
  for (const std::string& isa : cpu_instruction_sets())
    for (const Mode& mode : kModes) {
      const auto cpu = make_cpu_backend(2, isa, mode.convolution);
      for (auto [op, extent] : conv3d_cases()) {
        if (!(op.kernel == Extent3{3, 3, 3}) || op.c0 == 1) continue;
        op.planes_at_once = mode.tile.z;
        op.voxels_at_once = mode.tile.x;
        INFO(isa << " " << extent.to_string() << " " << op.c0 << "+" << op.c1 << " to " << op.co
                 << " in " << mode.tile.to_string());
        Floats got, exact;  // of so many draws that small tensors have a standard deviation too
        for (std::uint64_t seed = 5; exact.size() < 500; seed += 3) {
          const LayerWeights w = make_weights(op.kernel, op.c0 + op.c1, op.co, seed, reals);
          const Floats x0 = reals(elements(extent, op.c0), seed + 1),
                       x1 = reals(elements(extent, op.c1), seed + 2);
          const Floats more = run_conv3d(*cpu, op, w, x0, x1, extent, 2),
                       right = run_conv3d(*ref, op, w, x0, x1, extent, 4);
          got.insert(got.end(), more.begin(), more.end());
          exact.insert(exact.end(), right.begin(), right.end());
        }
        const ErrorSize error = error_of(got, exact);
        const double expected = expected_error(mode, op);
        INFO("rms error " << error.rms << ", expected " << expected << "; largest "
                          << error.largest);
        CHECK(error.rms < 1.5 * expected);
        if (op.c0 >= 32) CHECK(error.rms > 0.5 * expected);  // or it was another convolution
      }
    }
}

TEST_CASE("the 8-product up_conv is as accurate as the direct one") {
  const auto ref = make_ref_backend(2);
  for (const std::string& isa : cpu_instruction_sets()) {
    const auto cpu = make_cpu_backend(2, isa, Convolution::Winograd);
    for (const auto& [op, extent] : up_conv_cases()) {
      INFO(isa << " " << extent.to_string() << " " << op.ci << " to " << op.co);
      const LayerWeights w = make_weights({2, 2, 2}, op.ci, op.co, 5, reals);
      const Floats x = reals(elements(extent, op.ci), 6);
      const ErrorSize error =
          error_of(run_up_conv(*cpu, op, w, x, extent, 2), run_up_conv(*ref, op, w, x, extent, 2));
      INFO("rms " << error.rms << " largest " << error.largest);
      CHECK(error.rms < 8e-7);  // differences of neighbours and sums of three products: at most
                                // three times the roundings of direct fp32
      CHECK(error.largest < 8e-6);
    }
  }
}

TEST_CASE("winograd: slab heights and thread counts do not change a bit") {
  const UpConvDesc up{48, 48};
  const Extent3 extent{7, 10, 29};
  const LayerWeights w = make_weights({3, 3, 3}, 80, 32, 1, reals),
                     u = make_weights({2, 2, 2}, 48, 48, 2, reals);
  const Floats x0 = reals(elements(extent, 48), 4), x1 = reals(elements(extent, 32), 5);
  for (const std::string& isa : cpu_instruction_sets())
    for (const Mode& mode : kModes) {
      const Conv3dDesc conv{.c0 = 48,
                            .c1 = 32,
                            .co = 32,
                            .planes_at_once = mode.tile.z,
                            .voxels_at_once = mode.tile.x};
      const auto one = make_cpu_backend(1, isa, mode.convolution);
      const Floats conv_once = run_conv3d(*one, conv, w, x0, x1, extent, 8),
                   up_once = run_up_conv(*one, up, u, x0, extent, 14);
      for (const int threads : {1, 2, 5})
        for (const std::int64_t slab : {2, 4}) {
          const auto many = make_cpu_backend(threads, isa, mode.convolution);
          INFO(isa << " " << threads << " threads, slab " << slab);
          CHECK(run_conv3d(*many, conv, w, x0, x1, extent, slab) == conv_once);
          CHECK(run_up_conv(*many, up, u, x0, extent, slab) == up_once);
        }
    }
}

TEST_CASE("winograd: groups of planes may begin on any plane") {
  const auto ref = make_ref_backend(2);
  const Extent3 extent{10, 5, 9};
  const LayerWeights w = make_weights({3, 3, 3}, 32, 32, 1, reals);
  const Floats x = reals(elements(extent, 32), 4);
  for (const Mode& mode : kModes)
    for (std::int64_t phase = 1; phase < mode.tile.z; ++phase) {
      const auto cpu = make_cpu_backend(2, "auto", mode.convolution);
      const Conv3dDesc op{.c0 = 32,
                          .co = 32,
                          .planes_at_once = mode.tile.z,
                          .plane_phase = phase,
                          .voxels_at_once = mode.tile.x};
      const Floats whole = run_conv3d(*cpu, op, w, x, {}, extent, extent.z);
      CHECK(error_of(whole, run_conv3d(*ref, op, w, x, {}, extent, 1)).rms <
            1.5 * expected_error(mode, op));
      const auto planned = cpu->plan(op, w, extent.x);
      CHECK(planned->grid() == mode.tile);
      Tensor in(*cpu, extent, 32), y(*cpu, extent, 32);
      in.store(x.data());
      for (std::int64_t begin = 0, end = mode.tile.z - phase; begin < extent.z;
           begin = std::exchange(end, end + mode.tile.z))
        planned->run(y.buffer(), std::span(&in.buffer(), 1), begin, std::min(end, extent.z));
      Floats parts(whole.size());
      y.load(parts.data());
      CHECK(parts == whole);
    }
}

TEST_CASE("winograd reads nothing but zeros beyond the volume") {
  // What lies behind a row's end in memory must not matter: the same input on a tensor whose
  // neighbours in memory are huge
  const Conv3dDesc op{.c0 = 16, .co = 16, .voxels_at_once = 6};
  const LayerWeights w = make_weights({3, 3, 3}, 16, 16, 1, reals);
  for (const Extent3 extent : {Extent3{2, 3, 5}, Extent3{1, 1, 1}, Extent3{3, 6, 7}}) {
    const auto cpu = make_cpu_backend(1, "auto", Convolution::Winograd);
    const Floats x = reals(elements(extent, 16), 4);
    const Floats clean = run_conv3d(*cpu, op, w, x, {}, extent, 2);
    const auto planned = cpu->plan(op, w, extent.x);
    Tensor in(*cpu, extent, 16), y(*cpu, extent, 16);
    in.store(x.data());
    // poison the over-read area behind the last plane
    float* const tail =
        reinterpret_cast<float*>(in.buffer().data + static_cast<std::size_t>(in.buffer().capacity) *
                                                        in.buffer().plane_bytes);
    std::fill_n(tail, cpu->tail_bytes() / sizeof(float), 1e30f);
    for (std::int64_t z = 0; z < extent.z; z += 2)
      planned->run(y.buffer(), std::span(&in.buffer(), 1), z, std::min(z + 2, extent.z));
    Floats result(clean.size());
    y.load(result.data());
    CHECK(result == clean);
  }
}

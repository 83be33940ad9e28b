// SPDX-License-Identifier: Apache-2.0
// The cpu kernels of every instruction set against `ref`: bit for bit on small integers (all sums
// stay below 2^24, so float is exact), within a bound from a formula on reals; and the same bits
// for every thread count and slab height.
#include "core/half.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/ref/ref_backend.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/fill.hpp"
#include "tests/fixtures/op_cases.hpp"
#include "tests/fixtures/op_runner.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

const auto integers = [](std::int64_t count, std::uint64_t seed) {
  return small_integers(count, seed, 4);
};
const auto reals = [](std::int64_t count, std::uint64_t seed) {
  return uniform_reals(count, seed);
};

std::string text(const Extent3& e, std::int64_t c0, std::int64_t c1, std::int64_t co) {
  return e.to_string() + " " + std::to_string(c0) + "+" + std::to_string(c1) + " to " +
         std::to_string(co);
}

/// Largest error of a float dot product of n products of numbers up to 1: n·u relative to the sum
/// of magnitudes (Higham, section 3.1), with n terms of at most 1 and one bias.
double dot_bound(std::int64_t n) {
  const double u = 0x1p-24;
  return static_cast<double>(n + 1) * u / (1 - static_cast<double>(n + 1) * u) *
         static_cast<double>(n + 1);
}

double largest_difference(const Floats& a, const Floats& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return largest;
}

}  // namespace

TEST_CASE("cpu conv3d equals ref on integers, and stays within the bound on reals", "[values]") {
  const auto ref = make_ref_backend(2);
  for (const std::string& isa : cpu_instruction_sets()) {
    const auto cpu = make_cpu_backend(2, isa);
    for (const auto& [op, extent] : conv3d_cases()) {
      INFO(isa << " " << text(extent, op.c0, op.c1, op.co) << " kernel " << op.kernel.to_string());
      const std::int64_t ci = op.c0 + op.c1;
      {
        const LayerWeights w = make_weights(op.kernel, ci, op.co, 1, integers);
        const Floats x0 = integers(elements(extent, op.c0), 3),
                     x1 = integers(elements(extent, op.c1), 4);
        CHECK(run_conv3d(*cpu, op, w, x0, x1, extent, 1) ==
              run_conv3d(*ref, op, w, x0, x1, extent, extent.z));
      }
      const LayerWeights w = make_weights(op.kernel, ci, op.co, 5, reals);
      const Floats x0 = reals(elements(extent, op.c0), 6), x1 = reals(elements(extent, op.c1), 7);
      CHECK(largest_difference(run_conv3d(*cpu, op, w, x0, x1, extent, 2),
                               run_conv3d(*ref, op, w, x0, x1, extent, 2)) <=
            dot_bound(op.kernel.voxels() * ci));
    }
  }
}

TEST_CASE(
    "cpu up_conv equals the doubling and convolution of ref on integers, and stays within the "
    "bound on reals") {
  const auto ref = make_ref_backend(2);
  for (const std::string& isa : cpu_instruction_sets()) {
    const auto cpu = make_cpu_backend(2, isa);
    for (const auto& [op, extent] : up_conv_cases()) {
      INFO(isa << " " << text(extent, op.ci, 0, op.co));
      const LayerWeights w = make_weights({2, 2, 2}, op.ci, op.co, 1, integers),
                         v = make_weights({2, 2, 2}, op.ci, op.co, 5, reals);
      const Floats x = integers(elements(extent, op.ci), 3), r = reals(elements(extent, op.ci), 6);
      CHECK(run_up_conv(*cpu, op, w, x, extent, 1) ==
            run_up_conv(*ref, op, w, x, extent, 2 * extent.z));
      // the summed weights are rounded once more: one more unit roundoff per product
      CHECK(largest_difference(run_up_conv(*cpu, op, v, r, extent, 3),
                               run_up_conv(*ref, op, v, r, extent, 3)) <= 2 * dot_bound(8 * op.ci));
    }
  }
}

TEST_CASE("ref up_conv is Keras' UpSampling3D and 'same' Conv3D: zeros only beyond the high end") {
  // One channel each; x = 1 everywhere. Inside, an output is the sum of all 8 weights; at the last
  // position of an axis the taps beyond are missing.
  const auto ref = make_ref_backend(1);
  LayerWeights w{
      {2, 2, 2, 1, 1}, {1, 2, 4, 8, 16, 32, 64, 128}, {0}};  // w[a][b][c] = 2^(4a + 2b + c)
  const Floats y = run_up_conv(*ref, {1, 1}, w, Floats(8, 1.0f), {2, 2, 2}, 4);
  CHECK(y[0] == 255);
  CHECK(y[3] == 1 + 4 + 16 + 64);   // x = 3: taps c = 1 see zeros
  CHECK(y[12] == 1 + 2 + 16 + 32);  // y = 3: taps b = 1
  CHECK(y[48] == 1 + 2 + 4 + 8);    // z = 3: taps a = 1
  CHECK(y[63] == 1);
}

TEST_CASE("cpu max_pool equals ref") {
  const auto ref = make_ref_backend(2);
  for (const std::string& isa : cpu_instruction_sets()) {
    const auto cpu = make_cpu_backend(2, isa);
    for (const auto& [op, extent] : max_pool_cases()) {
      INFO(isa << " " << text(extent, op.channels, 0, op.channels));
      const Floats x = reals(8 * elements(extent, op.channels), 3);
      CHECK(run_max_pool(*cpu, op, x, extent, 1) == run_max_pool(*ref, op, x, extent, 2));
    }
  }
}

TEST_CASE("a tensor that waited in 16 bits comes back as the nearest halves") {
  for (const std::string& isa : cpu_instruction_sets()) {
    const auto cpu = make_cpu_backend(2, isa);
    for (const std::int64_t channels : {2, 16, 37}) {
      const Extent3 extent{5, 3, 7};
      Floats x = reals(elements(extent, channels), 3);
      for (std::size_t i = 0; i < x.size(); i += 3)
        x[i] *= i % 2 ? 3e-8f : 1e5f;  // around the smallest and the largest half
      Tensor in(*cpu, extent, channels), out(*cpu, extent, channels);
      in.store(x.data());
      PlaneBuffer half = in.buffer();
      half.plane_bytes = cpu->half_plane_bytes(channels, extent.y, extent.x);
      CHECK(half.plane_bytes < in.buffer().plane_bytes);
      Arena storage = cpu->allocate(static_cast<std::size_t>(extent.z) * half.plane_bytes);
      half.data = storage.data();
      const PlaneBuffer wide[] = {in.buffer()}, narrow[] = {half};
      cpu->plan_cast({channels})->run(half, wide, 0, 3);
      cpu->plan_cast({channels})->run(half, wide, 3, 5);
      cpu->plan_cast({channels, true})->run(out.buffer(), narrow, 0, 5);
      Floats y(x.size());
      out.load(y.data());
      for (float& value : x) value = half_to_float(float_to_half(value));
      INFO(isa << " " << channels);
      CHECK(y == x);
    }
  }
  CHECK_THROWS_WITH(make_ref_backend(1)->plan_cast({2}),
                    DFE_CONTAINS("cannot keep tensors in 16 bits"));
}

TEST_CASE("cpu head: labels of ref on integers, probabilities that sum to one and agree with ref") {
  const auto ref = make_ref_backend(2);
  for (const std::string& isa : cpu_instruction_sets()) {
    const auto cpu = make_cpu_backend(2, isa);
    for (const auto& [op, extent] : head_cases()) {
      INFO(isa << " " << text(extent, op.ci, 0, op.classes));
      const LayerWeights w = make_weights({1, 1, 1}, op.ci, op.classes, 1, integers);
      const Floats x = integers(elements(extent, op.ci), 3);
      const HeadResult got = run_head(*cpu, op, w, x, extent, 1),
                       expected = run_head(*ref, op, w, x, extent, 2);
      CHECK(got.labels == expected.labels);  // ties included: logits are exact integers
      CHECK(run_head(*cpu, op, w, x, extent, 1, false).labels == expected.labels);
      // logits are exact, so what differs is exp (1 ulp, three roundings of its argument's
      // reduction), the sum (classes roundings), one product
      const double bound = static_cast<double>(op.classes + 8) * 0x1p-24;
      CHECK(largest_difference(got.scores, expected.scores) <= bound);

      const LayerWeights v = make_weights({1, 1, 1}, op.ci, op.classes, 5, reals);
      const Floats r = reals(elements(extent, op.ci), 6);
      // |d softmax| <= |d logit| / 2 per logit: the bound of the dot product, and that of softmax
      // itself
      CHECK(largest_difference(run_head(*cpu, op, v, r, extent, 1).scores,
                               run_head(*ref, op, v, r, extent, 1).scores) <=
            dot_bound(op.ci) + bound);
    }
  }
}

TEST_CASE("slab heights and thread counts do not change a bit, within each instruction set") {
  const Conv3dDesc conv{.c0 = 48, .c1 = 32, .co = 32};
  const UpConvDesc up{48, 48};
  const HeadDesc head{32, 13};
  const Extent3 extent{5, 6, 29};
  const LayerWeights w = make_weights({3, 3, 3}, 80, 32, 1, reals),
                     u = make_weights({2, 2, 2}, 48, 48, 2, reals),
                     h = make_weights({1, 1, 1}, 32, 13, 3, reals);
  const Floats x0 = reals(elements(extent, 48), 4), x1 = reals(elements(extent, 32), 5);
  for (const std::string& isa : cpu_instruction_sets()) {
    const auto one = make_cpu_backend(1, isa);
    const Floats conv_once = run_conv3d(*one, conv, w, x0, x1, extent, extent.z),
                 up_once = run_up_conv(*one, up, u, x0, extent, 10);
    const HeadResult head_once = run_head(*one, head, h, x1, extent, extent.z);
    for (const int threads : {1, 2, 3, 7}) {
      const auto many = make_cpu_backend(threads, isa);
      for (const std::int64_t slab : {1, 2, 3}) {
        INFO(isa << " " << threads << " threads, slab " << slab);
        CHECK(run_conv3d(*many, conv, w, x0, x1, extent, slab) == conv_once);
        CHECK(run_up_conv(*many, up, u, x0, extent, slab) == up_once);
        const HeadResult result = run_head(*many, head, h, x1, extent, slab);
        CHECK(result.labels == head_once.labels);
        CHECK(result.scores == head_once.scores);
      }
    }
  }
}

TEST_CASE("the cpu backend refuses what it has no kernel for, with op, shape and reason") {
  const auto cpu = make_cpu_backend(1);
  const LayerWeights none;
  CHECK_THROWS_WITH(cpu->plan(Conv3dDesc{.kernel = {5, 5, 5}, .c0 = 16, .co = 16}, none, 8),
                    DFE_CONTAINS("conv3d") && DFE_CONTAINS("5x5x5 16+0 to 16"));
  CHECK_THROWS_WITH(cpu->plan(Conv3dDesc{.c0 = 16, .co = 1}, none, 8),
                    DFE_CONTAINS("at least 2 output channels"));
  CHECK_THROWS_WITH(cpu->plan(HeadDesc{32, 300}, none, 8), DFE_CONTAINS("300 classes"));
  CHECK_THROWS_WITH(make_cpu_backend(1, "sse9"), DFE_CONTAINS("sse9") && DFE_CONTAINS("portable"));
}

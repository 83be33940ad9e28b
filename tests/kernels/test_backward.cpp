// SPDX-License-Identifier: Apache-2.0
// Backward ops. ref: central differences in double. ref and cpu: adjoint identities, exact on small
// integers. cpu against ref: bit for bit on integers, within a bound from a formula on reals; and
// the same bits for every thread count.
#include <cmath>

#include "tests/fixtures/backward_runner.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/fill.hpp"
#include "tests/fixtures/op_cases.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

const auto integers = [](std::int64_t count, std::uint64_t seed) {
  return small_integers(count, seed, 4);
};
const auto reals = [](std::int64_t count, std::uint64_t seed) {
  return uniform_reals(count, seed);
};

std::string text(const std::string& machine, const Extent3& e, std::int64_t c0, std::int64_t c1,
                 std::int64_t co) {
  return machine + " " + e.to_string() + " " + std::to_string(c0) + "+" + std::to_string(c1) +
         " to " + std::to_string(co);
}

template <class A, class B>
double dot(const A& a, const B& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

/// Part of a kernel (taps, ci, co) that belongs to input channels [first, first + count).
Floats part_of(const Floats& kernel, std::int64_t ci, std::int64_t co, std::int64_t first,
               std::int64_t count) {
  Floats part;
  for (std::size_t tap = 0; tap < kernel.size() / static_cast<std::size_t>(ci * co); ++tap)
    for (std::int64_t i = first * co; i < (first + count) * co; ++i)
      part.push_back(kernel[tap * static_cast<std::size_t>(ci * co) + static_cast<std::size_t>(i)]);
  return part;
}

Extent3 doubled(Extent3 e) { return {2 * e.z, 2 * e.y, 2 * e.x}; }

/// Error of a float dot product of n products of numbers up to 1 (Higham, section 3.1).
double dot_bound(std::int64_t n) {
  const double u = 0x1p-24, terms = static_cast<double>(n + 1);
  return terms * u / (1 - terms * u) * terms;
}

template <class A, class B>
double largest_difference(const A& a, const B& b) {
  double largest = a.size() == b.size() ? 0 : INFINITY;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return largest;
}

void check_equal(const BackwardResult& a, const BackwardResult& b) {
  CHECK(a.dx == b.dx);
  CHECK(a.dy == b.dy);
  CHECK(a.gradient.dw == b.gradient.dw);
  CHECK(a.gradient.db == b.gradient.db);
}

/// Σ c·y of an op's result on ref, in double.
double weighted_sum(PlannedOp& op, const std::vector<PlaneBuffer>& x, const Tensor& y,
                    const Floats& c) {
  op.run(y.buffer(), x, 0, y.buffer().extent.z);
  const double* const values = reinterpret_cast<const double*>(y.buffer().data);
  double sum = 0;
  for (std::size_t i = 0; i < c.size(); ++i) sum += static_cast<double>(c[i]) * values[i];
  return sum;
}

/// (f(v + h) - f(v - h)) / 2h. The values are multiples of 2^-23 below 1, so v ± h is exact in
/// float; h is so small that no ReLU or maximum changes sides for these seeds.
template <class F>
double central_difference(float& v, F&& f) {
  const float h = 0x1p-20f, at = v;
  v = at + h;
  const double high = f();
  v = at - h;
  const double low = f();
  v = at;
  return (high - low) / (2 * static_cast<double>(h));
}

constexpr double kRelative = 1e-6;  // of the largest gradient of the array

double largest(const Floats& values) {
  double most = 0;
  for (const float v : values) most = std::max(most, std::abs(static_cast<double>(v)));
  return most;
}

/// Checks dx, dw and db of `result` against central differences of `f`, which takes its numbers
/// from x, w and b.
template <class F>
void check_gradient(std::vector<Floats*> arrays, const std::vector<Floats>& gradients, F&& f) {
  for (std::size_t a = 0; a < arrays.size(); ++a)
    for (std::size_t i = 0; i < arrays[a]->size(); ++i) {
      INFO("array " << a << " element " << i);
      const double expected = central_difference((*arrays[a])[i], f);
      CHECK(std::abs(static_cast<double>(gradients[a][i]) - expected) <=
            kRelative * largest(gradients[a]));
    }
}

Floats floats(const std::vector<double>& v) { return Floats(v.begin(), v.end()); }

}  // namespace

TEST_CASE("ref: gradients of a two-input convolution are central differences", "[values]") {
  const Machine ref = ref_machine();
  for (const bool high_end : {false, true}) {
    Conv3dDesc op{.c0 = 2, .c1 = 3, .co = 2};
    if (high_end)
      op = {
          .kernel = {2, 2, 2}, .pad_lo = {0, 0, 0}, .pad_hi = {1, 1, 1}, .c0 = 2, .c1 = 3, .co = 2};
    const Extent3 e{3, 2, 4};
    Floats x0 = reals(elements(e, 2), 1), x1 = reals(elements(e, 3), 2);
    LayerWeights w = make_weights(op.kernel, 5, 2, 3, reals);
    const Floats c = reals(elements(e, 2), 5);
    const auto f = [&] {
      Tensor t0(*ref.forward, e, 2), t1(*ref.forward, e, 3), y(*ref.forward, e, 2);
      t0.store(x0.data());
      t1.store(x1.data());
      return weighted_sum(*ref.forward->plan(op, w, e.x), {t0.buffer(), t1.buffer()}, y, c);
    };
    const Floats y = run_conv3d(*ref.forward, op, w, x0, x1, e, e.z);
    const BackwardResult r = run_conv3d_backward(ref, op, w, x0, x1, y, c, e);
    check_gradient({&x0, &x1, &w.kernel, &w.bias},
                   {r.dx[0], r.dx[1], floats(r.gradient.dw), floats(r.gradient.db)}, f);
  }
}

TEST_CASE("ref: gradients of the up-convolution are central differences", "[values]") {
  const Machine ref = ref_machine();
  const UpConvDesc op{3, 2};
  const Extent3 e{2, 1, 3}, big = doubled(e);
  Floats x = reals(elements(e, 3), 1);
  LayerWeights w = make_weights({2, 2, 2}, 3, 2, 3, reals);
  const Floats c = reals(elements(big, 2), 5);
  const auto f = [&] {
    Tensor t(*ref.forward, e, 3), y(*ref.forward, big, 2);
    t.store(x.data());
    return weighted_sum(*ref.forward->plan(op, w, big.x), {t.buffer()}, y, c);
  };
  const BackwardResult r =
      run_up_conv_backward(ref, op, w, x, run_up_conv(*ref.forward, op, w, x, e, big.z), c, e);
  check_gradient({&x, &w.kernel, &w.bias}, {r.dx[0], floats(r.gradient.dw), floats(r.gradient.db)},
                 f);
}

TEST_CASE("ref: gradients of max-pooling are central differences", "[values]") {
  const Machine ref = ref_machine();
  const MaxPoolDesc op{3};
  const Extent3 e{1, 2, 2}, big = doubled(e);
  Floats x = reals(elements(big, 3), 1);
  const Floats c = reals(elements(e, 3), 5);
  const auto f = [&] {
    Tensor t(*ref.forward, big, 3), y(*ref.forward, e, 3);
    t.store(x.data());
    return weighted_sum(*ref.forward->plan(op), {t.buffer()}, y, c);
  };
  const BackwardResult r =
      run_max_pool_backward(ref, op, x, run_max_pool(*ref.forward, op, x, e, e.z), c, e, 0);
  check_gradient({&x}, {r.dx[0]}, f);
}

TEST_CASE(
    "convolution: <A x, dy> = <x, dx> = <w, dw> and db = sum of dy, exactly, on every instruction "
    "set",
    "[values]") {
  for (const Machine& m : all_machines())
    for (const auto& [with_relu, e] : conv3d_cases()) {
      Conv3dDesc op = with_relu;
      op.relu = false;
      INFO(text(m.name, e, op.c0, op.c1, op.co) << " kernel " << op.kernel.to_string());
      LayerWeights w = make_weights(op.kernel, op.c0 + op.c1, op.co, 1, integers);
      w.bias.assign(w.bias.size(), 0.0f);
      const Floats x0 = integers(elements(e, op.c0), 3), x1 = integers(elements(e, op.c1), 4),
                   dy = integers(elements(e, op.co), 5);
      const Floats zero0(x0.size(), 0.0f), zero1(x1.size(), 0.0f);
      const double ax0 = dot(run_conv3d(*m.forward, op, w, x0, zero1, e, e.z), dy),
                   ax1 = dot(run_conv3d(*m.forward, op, w, zero0, x1, e, e.z), dy);
      const BackwardResult r = run_conv3d_backward(m, op, w, x0, x1, dy, dy, e);
      if (op.c0 > 1) CHECK(dot(x0, r.dx[0]) == ax0);
      if (op.c1 > 0) CHECK(dot(x1, r.dx[1]) == ax1);
      const std::int64_t ci = op.c0 + op.c1;
      CHECK(dot(part_of(w.kernel, ci, op.co, 0, op.c0),
                part_of(floats(r.gradient.dw), ci, op.co, 0, op.c0)) == ax0);
      CHECK(dot(part_of(w.kernel, ci, op.co, op.c0, op.c1),
                part_of(floats(r.gradient.dw), ci, op.co, op.c0, op.c1)) == ax1);
      std::vector<double> sums(static_cast<std::size_t>(op.co), 0.0);
      for (std::size_t i = 0; i < dy.size(); ++i)
        sums[i % sums.size()] += static_cast<double>(dy[i]);
      CHECK(r.gradient.db == sums);
    }
}

TEST_CASE("up-convolution: <A x, dy> = <x, dx> = <w, dw>, exactly, on every instruction set",
          "[values]") {
  for (const Machine& m : all_machines())
    for (const auto& [with_relu, e] : up_conv_cases()) {
      INFO(text(m.name, e, with_relu.ci, 0, with_relu.co));
      const UpConvDesc op{with_relu.ci, with_relu.co, false};
      LayerWeights w = make_weights({2, 2, 2}, op.ci, op.co, 1, integers);
      w.bias.assign(w.bias.size(), 0.0f);
      const Floats x = integers(elements(e, op.ci), 3),
                   dy = integers(elements(doubled(e), op.co), 5);
      const double ax = dot(run_up_conv(*m.forward, op, w, x, e, 2 * e.z), dy);
      const BackwardResult r = run_up_conv_backward(m, op, w, x, dy, dy, e);
      CHECK(dot(x, r.dx[0]) == ax);
      CHECK(dot(w.kernel, r.gradient.dw) == ax);
    }
}

TEST_CASE("cpu backward equals ref on integers, and stays within the bound on reals", "[values]") {
  const Machine ref = ref_machine();
  for (const std::string& isa : cpu_instruction_sets()) {
    const Machine cpu = cpu_machine(isa);
    for (const auto& [op, e] : conv3d_cases()) {
      INFO(text(isa, e, op.c0, op.c1, op.co) << " kernel " << op.kernel.to_string());
      const std::int64_t ci = op.c0 + op.c1;
      for (const bool whole : {true, false}) {
        const auto fill = [whole](std::int64_t count, std::uint64_t seed) {
          return whole ? integers(count, seed) : reals(count, seed);
        };
        const LayerWeights w = make_weights(op.kernel, ci, op.co, 1, fill);
        const Floats x0 = fill(elements(e, op.c0), 3), x1 = fill(elements(e, op.c1), 4),
                     y = fill(elements(e, op.co), 5), dy = fill(elements(e, op.co), 6);
        const BackwardResult a = run_conv3d_backward(cpu, op, w, x0, x1, y, dy, e);
        BackwardResult b = run_conv3d_backward(ref, op, w, x0, x1, y, dy, e);
        if (op.c0 == 1) b.dx[0].clear();
        if (whole) {
          check_equal(a, b);
          continue;
        }
        for (std::size_t i = 0; i < a.dx.size(); ++i)
          CHECK(largest_difference(a.dx[i], b.dx[i]) <= dot_bound(op.kernel.voxels() * op.co));
        CHECK(largest_difference(a.gradient.dw, b.gradient.dw) <= dot_bound(e.voxels()));
        CHECK(largest_difference(a.gradient.db, b.gradient.db) <= dot_bound(e.voxels()));
      }
    }
    for (const auto& [op, e] : up_conv_cases()) {
      INFO(text(isa, e, op.ci, 0, op.co));
      for (const bool whole : {true, false}) {
        const auto fill = [whole](std::int64_t count, std::uint64_t seed) {
          return whole ? integers(count, seed) : reals(count, seed);
        };
        const LayerWeights w = make_weights({2, 2, 2}, op.ci, op.co, 1, fill);
        const Floats x = fill(elements(e, op.ci), 3), y = fill(elements(doubled(e), op.co), 5),
                     dy = fill(elements(doubled(e), op.co), 6);
        const BackwardResult a = run_up_conv_backward(cpu, op, w, x, y, dy, e),
                             b = run_up_conv_backward(ref, op, w, x, y, dy, e);
        if (whole) {
          check_equal(a, b);
          continue;
        }
        // dw: products of differences and sums of up to 8 numbers each, 8 products to a tap. dx:
        // weights and gradients that are sums of up to 8 numbers, 27 results to a voxel.
        CHECK(largest_difference(a.dx[0], b.dx[0]) <= 27 * 64 * dot_bound(op.co + 27));
        CHECK(largest_difference(a.gradient.dw, b.gradient.dw) <= 8 * 64 * dot_bound(e.voxels()));
      }
    }
    for (const auto& [op, e] : max_pool_cases()) {
      INFO(text(isa, e, op.channels, 0, op.channels));
      const Floats x = small_integers(elements(doubled(e), op.channels), 1, 1);  // many ties
      const Floats dy = integers(elements(e, op.channels), 2),
                   y = run_max_pool(*ref.forward, op, x, e, e.z);
      check_equal(run_max_pool_backward(cpu, op, x, y, dy, e, 3),
                  run_max_pool_backward(ref, op, x, y, dy, e, 3));
    }
  }
}

TEST_CASE("max-pooling gives dy to the first maximum in (z, y, x) order and adds to what dx holds",
          "[values]") {
  for (const Machine& m : all_machines()) {
    INFO(m.name);
    // two channels of one block of 2x2x2: channel 0 is constant, channel 1 has its maximum at
    // (0,1,1) and (1,0,0)
    const Floats x{5, 0, 5, 1, 5, 2, 5, 9, 5, 9, 5, 3, 5, 4, 5, 5};
    const BackwardResult r = run_max_pool_backward(m, {2}, x, {5, 9}, {10, 20}, {1, 1, 1}, 1);
    CHECK(r.dx[0] == Floats{11, 1, 1, 1, 1, 1, 1, 21, 1, 1, 1, 1, 1, 1, 1, 1});
  }
}

TEST_CASE("backward: thread counts and repeats do not change a bit, within each instruction set") {
  const Conv3dDesc conv{.c0 = 48, .c1 = 32, .co = 32};
  const UpConvDesc up{48, 48};
  const Extent3 e{35, 6, 13};  // three chunks of planes
  const LayerWeights w = make_weights({3, 3, 3}, 80, 32, 1, reals),
                     u = make_weights({2, 2, 2}, 48, 48, 2, reals);
  const Floats x0 = reals(elements(e, 48), 4), x1 = reals(elements(e, 32), 5),
               dy = reals(elements(e, 32), 6);
  const Floats dy_up = reals(elements(doubled(e), 48), 7);
  for (const std::string& isa : cpu_instruction_sets()) {
    const Machine one = cpu_machine(isa, 1);
    const BackwardResult conv_once = run_conv3d_backward(one, conv, w, x0, x1, dy, dy, e),
                         up_once = run_up_conv_backward(one, up, u, x0, dy_up, dy_up, e);
    for (const int threads : {1, 2, 5}) {
      INFO(isa << " " << threads << " threads");
      const Machine many = cpu_machine(isa, threads);
      check_equal(run_conv3d_backward(many, conv, w, x0, x1, dy, dy, e), conv_once);
      check_equal(run_up_conv_backward(many, up, u, x0, dy_up, dy_up, e), up_once);
    }
  }
}

TEST_CASE("filter gradients by F(2, 2, 2) equal ref on integers: its points need no rounding",
          "[values]") {
  const Machine ref = ref_machine();
  for (const std::string& isa : cpu_instruction_sets()) {
    const Machine strict = cpu_machine(isa, 2, Convolution::Strict);
    for (const auto& [op, e] : conv3d_cases()) {
      if (!(op.kernel == Extent3{3, 3, 3})) continue;
      INFO(text(isa, e, op.c0, op.c1, op.co));
      const LayerWeights w = make_weights(op.kernel, op.c0 + op.c1, op.co, 1, integers);
      const Floats x0 = integers(elements(e, op.c0), 3), x1 = integers(elements(e, op.c1), 4),
                   y = integers(elements(e, op.co), 5), dy = integers(elements(e, op.co), 6);
      CHECK(run_conv3d_backward(strict, op, w, x0, x1, y, dy, e).gradient.dw ==
            run_conv3d_backward(ref, op, w, x0, x1, y, dy, e).gradient.dw);
    }
  }
}

TEST_CASE(
    "filter gradients by minimal filtering are as accurate as published for forward, and the same "
    "bits for every thread count") {
  const Machine ref = ref_machine();
  // channels and extents that make partial tiles, several chunks of planes, several groups of input
  // channels
  const std::vector<std::pair<Conv3dDesc, Extent3>> cases{
      {{.c0 = 32, .co = 32}, {16, 12, 16}},
      {{.c0 = 20, .c1 = 5, .co = 18}, {35, 7, 13}},
      {{.c0 = 64, .co = 64}, {5, 9, 6}}};
  for (const std::string& isa : cpu_instruction_sets())
    for (const auto& each : cases) {
      const Conv3dDesc& op = each.first;
      const Extent3& e = each.second;
      INFO(text(isa, e, op.c0, op.c1, op.co));
      const LayerWeights w = make_weights(op.kernel, op.c0 + op.c1, op.co, 1, reals);
      const Floats x0 = reals(elements(e, op.c0), 3), x1 = reals(elements(e, op.c1), 4),
                   y = reals(elements(e, op.co), 5), dy = reals(elements(e, op.co), 6);
      const auto dw = [&](const Machine& m) {
        return run_conv3d_backward(m, op, w, x0, x1, y, dy, e).gradient.dw;
      };
      const std::vector<double> exact = dw(ref),
                                once = dw(cpu_machine(isa, 1, Convolution::Winograd));
      std::vector<double> error(exact);
      for (std::size_t i = 0; i < error.size(); ++i) error[i] -= once[i];
      CHECK(std::sqrt(dot(error, error) / dot(exact, exact)) <= 1.2e-6);
      for (const int threads : {2, 5})
        CHECK(dw(cpu_machine(isa, threads, Convolution::Winograd)) == once);
    }
}

TEST_CASE("the cpu refuses backward ops it has no kernel for") {
  const Machine cpu = cpu_machine("auto", 1);
  CHECK_THROWS_WITH(
      cpu.backward->plan(
          Conv3dDesc{
              .kernel = {5, 5, 5}, .pad_lo = {2, 2, 2}, .pad_hi = {2, 2, 2}, .c0 = 16, .co = 16},
          8),
      DFE_CONTAINS("conv3d backward") && DFE_CONTAINS("5x5x5"));
  CHECK_THROWS_WITH(cpu.backward->plan(UpConvDesc{16, 1}, 8), DFE_CONTAINS("16 to 1"));
  CHECK_THROWS_WITH(cpu.backward->plan(MaxPoolDesc{1}), DFE_CONTAINS("one channel"));
  CHECK_THROWS_WITH(cpu.backward->plan_loss(300), DFE_CONTAINS("300 classes"));
}

// SPDX-License-Identifier: Apache-2.0
// Every op of the card backend on the card's stand-in against the reference: exactly on small integers, within the precision's rounding on
// reals. What differs on a card is below machine.hpp: the launch of the same kernels, and cuDNN.
#include <cmath>

#include "engine/api/error.hpp"
#include "kernels/cuda/card_backend.hpp"
#include "kernels/cuda/host_machine.hpp"
#include "kernels/ref/ref_backend.hpp"
#include "tests/catch.hpp"
#include "tests/kernels/cases.hpp"
#include "tests/kernels/fill.hpp"
#include "tests/kernels/op_runner.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

const Precision kPrecisions[] = {Precision::Fp16, Precision::Bf16, Precision::Tf32, Precision::Fp32};

std::unique_ptr<Backend> card_backend(Precision precision) { return card::make_card_backend(card::make_host_machine(), precision); }

/// Runs one conv as run_conv3d does, after preparing.
template <class Op>
Floats run_prepared(Backend& backend, Op& op, const std::vector<std::pair<const Floats*, std::int64_t>>& inputs, Extent3 in, Extent3 out,
                    std::int64_t channels, std::int64_t slab) {
  std::vector<Tensor> tensors;
  std::vector<PlaneBuffer> buffers;
  for (const auto& [values, c] : inputs) {
    tensors.emplace_back(backend, in, c);
    buffers.push_back(tensors.back().buffer());
  }
  Tensor y(backend, out, channels);
  for (std::int64_t z = 0; z < out.z; z += slab) op.prepare(y.buffer(), buffers, z, std::min(z + slab, out.z));
  for (std::size_t i = 0; i < inputs.size(); ++i) tensors[i].store(inputs[i].first->data());
  for (std::int64_t z = 0; z < out.z; z += slab) op.run(y.buffer(), buffers, z, std::min(z + slab, out.z));
  Floats result(static_cast<std::size_t>(elements(out, channels)));
  y.load(result.data());
  return result;
}

double relative_error(const Floats& values, const Floats& reference) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const double r = static_cast<double>(reference[i]), d = static_cast<double>(values[i]) - r;
    difference += d * d;
    norm += r * r;
  }
  return std::sqrt(difference / norm);
}

/// Unit roundoff of what is stored.
double rounding(Precision p) { return p == Precision::Fp16 ? 0x1p-11 : p == Precision::Bf16 ? 0x1p-8 : 0x1p-24; }

}  // namespace

TEST_CASE("card: convolutions of small integers are exact") {
  const auto ref = make_ref_backend(1);
  for (const Precision precision : kPrecisions)
    for (const Conv3dCase& c : conv3d_cases()) {
      const auto& [op, extent] = c;
      const bool one = op.c0 == 1 && (op.kernel != Extent3{3, 3, 3});
      if (one) continue;
      const auto backend = card_backend(precision);
      // products up to 1 and sums of at most 27·112 of them: below 2048 in fp16 only with sparse weights, and below 256 in bf16
      const LayerWeights w = make_weights(op.kernel, op.c0 + op.c1, op.co, 3, [](std::int64_t n, std::uint64_t seed) {
        Floats values = small_integers(n, seed, 8);
        for (float& v : values) v = v == 8.0f ? 1.0f : v == -8.0f ? -1.0f : 0.0f;
        return values;
      });
      const Floats x0 = small_integers(elements(extent, op.c0), 1, 1), x1 = small_integers(elements(extent, op.c1), 2, 1);
      const Floats expected = run_conv3d(*ref, op, w, x0, x1, extent, extent.z);
      const auto planned = backend->plan(op, w, extent.x);
      std::vector<std::pair<const Floats*, std::int64_t>> inputs{{&x0, op.c0}};
      if (op.c1 > 0) inputs.emplace_back(&x1, op.c1);
      for (const std::int64_t slab : {std::int64_t{1}, extent.z}) {
        INFO(card::name_of(precision) << " " << op.c0 << "+" << op.c1 << " to " << op.co << " on " << extent.to_string() << " slab "
                                      << slab);
        CHECK(run_prepared(*backend, *planned, inputs, extent, extent, op.co, slab) == expected);
      }
    }
}

TEST_CASE("card: up-convolution, pooling and head of small integers are exact") {
  const auto ref = make_ref_backend(1);
  for (const Precision precision : kPrecisions) {
    const auto backend = card_backend(precision);
    for (const UpConvCase& c : up_conv_cases()) {
      INFO(card::name_of(precision) << " up " << c.op.ci << " to " << c.op.co << " on " << c.extent.to_string());
      const LayerWeights w = make_weights({2, 2, 2}, c.op.ci, c.op.co, 5, [](std::int64_t n, std::uint64_t seed) {
        Floats values = small_integers(n, seed, 8);
        for (float& v : values) v = v == 8.0f ? 1.0f : v == -8.0f ? -1.0f : 0.0f;
        return values;
      });
      const Floats x = small_integers(elements(c.extent, c.op.ci), 6, 1);
      const Extent3 out{2 * c.extent.z, 2 * c.extent.y, 2 * c.extent.x};
      const Floats expected = run_up_conv(*ref, c.op, w, x, c.extent, out.z);
      const auto planned = backend->plan(c.op, w, out.x);
      for (const std::int64_t slab : {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}, out.z})
        CHECK(run_prepared(*backend, *planned, {{&x, c.op.ci}}, c.extent, out, c.op.co, slab) == expected);
    }
    for (const MaxPoolCase& c : max_pool_cases()) {
      const Extent3 in{2 * c.extent.z, 2 * c.extent.y, 2 * c.extent.x};
      const Floats x = small_integers(elements(in, c.op.channels), 7, 100);
      CHECK(run_max_pool(*backend, c.op, x, c.extent, 1) == run_max_pool(*ref, c.op, x, c.extent, c.extent.z));
    }
    for (const HeadCase& c : head_cases()) {
      INFO(card::name_of(precision) << " head " << c.op.ci << " to " << c.op.classes);
      const LayerWeights w =
          make_weights({1, 1, 1}, c.op.ci, c.op.classes, 8, [](std::int64_t n, std::uint64_t s) { return small_integers(n, s, 2); });
      const Floats x = small_integers(elements(c.extent, c.op.ci), 9, 3);
      const auto planned = backend->plan(c.op, w, c.extent.x);
      const HeadResult expected = run_head(*ref, c.op, w, x, c.extent, c.extent.z);
      for (const bool with_scores : {false, true}) {
        Tensor in(*backend, c.extent, c.op.ci);
        in.store(x.data());
        const std::int64_t plane = c.extent.y * c.extent.x;
        std::vector<std::uint8_t> labels(expected.labels.size());
        Floats scores(expected.scores.size());
        for (std::int64_t z = 0; z < c.extent.z; ++z) {
          planned->run({labels.data() + z * plane, with_scores ? scores.data() + z * c.op.classes * plane : nullptr}, in.buffer(), z,
                       z + 1);
          if (z > 0) planned->finish();  // one stays in flight
        }
        planned->finish();
        CHECK(labels == expected.labels);
        if (!with_scores) continue;
        for (std::size_t i = 0; i < scores.size(); ++i)  // exp of a difference of at most a few hundred
          REQUIRE(std::abs(scores[i] - expected.scores[i]) <= 1e-5f);
      }
    }
  }
}

TEST_CASE("card: reals differ from the reference by the rounding of what is stored") {
  const auto ref = make_ref_backend(1);
  const Conv3dDesc op{.c0 = 48, .c1 = 32, .co = 32};
  const Extent3 extent{3, 5, 9};
  const LayerWeights w = make_weights({3, 3, 3}, 80, 32, 3, uniform_reals);
  const Floats x0 = uniform_reals(elements(extent, 48), 1), x1 = uniform_reals(elements(extent, 32), 2);
  const Floats expected = run_conv3d(*ref, op, w, x0, x1, extent, extent.z);
  for (const Precision precision : kPrecisions) {
    INFO(card::name_of(precision));
    const auto backend = card_backend(precision);
    const auto planned = backend->plan(op, w, extent.x);
    const double error = relative_error(run_prepared(*backend, *planned, {{&x0, 48}, {&x1, 32}}, extent, extent, 32, 2), expected);
    // inputs, weights, what lies between and the result are rounded once each; ReLU takes half of the norm
    const double bound = precision == Precision::Fp32 || precision == Precision::Tf32 ? 1e-6 : 4 * rounding(precision);
    CHECK(error < bound);
    CHECK(error > rounding(precision) / 100);
  }
}

TEST_CASE("card: what a precision cannot hold is an error, not a label") {
  const auto backend = card_backend(Precision::Fp16);
  const HeadDesc op{8, 2};
  const auto planned = backend->plan(op, make_weights({1, 1, 1}, 8, 2, 1, uniform_reals), 4);
  Tensor x(*backend, {1, 1, 4}, 8);
  Floats values(32, 1.0f);
  values[13] = 1e6f;  // infinite in half precision
  x.store(values.data());
  std::vector<std::uint8_t> labels(4);
  planned->run({labels.data(), nullptr}, x.buffer(), 0, 1);
  CHECK_THROWS_WITH(planned->finish(), DFE_CONTAINS("beyond what the precision can hold"));
}

TEST_CASE("card: ops it has no kernel for are refused with shape and reason") {
  const auto backend = card_backend(Precision::Fp16);
  const auto weights = [](Extent3 k, std::int64_t ci, std::int64_t co) { return make_weights(k, ci, co, 1, uniform_reals); };
  CHECK_THROWS_WITH(backend->plan(Conv3dDesc{.c0 = 8, .co = 1}, weights({3, 3, 3}, 8, 1), 8), DFE_CONTAINS("3x3x3 8+0 to 1"));
  CHECK_THROWS_WITH(backend->plan(Conv3dDesc{.kernel = {1, 1, 1}, .pad_lo = {0, 0, 0}, .pad_hi = {0, 0, 0}, .c0 = 1, .co = 8},
                                  weights({1, 1, 1}, 1, 8), 8),
                    DFE_CONTAINS("one channel needs a 3x3x3 kernel"));
  CHECK_THROWS_WITH(backend->plan(HeadDesc{8, 300}, weights({1, 1, 1}, 8, 300), 8), DFE_CONTAINS("1 to 256 classes"));
}

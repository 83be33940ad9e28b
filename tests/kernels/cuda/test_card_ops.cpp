// SPDX-License-Identifier: Apache-2.0
// Every op of the GPU backend on the GPU's stand-in against the reference. What differs on a GPU
// is below machine.hpp: the launch of the same kernels, and cuDNN.
#include <array>

#include "dfengine/error.hpp"
#include "kernels/cuda/machine/host_machine.hpp"
#include "kernels/cuda/network/card_backend.hpp"
#include "kernels/ref/ref_backend.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/new_weights.hpp"
#include "tests/fixtures/op_checks.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

const Precision kPrecisions[] = {Precision::Fp16, Precision::Bf16, Precision::Tf32,
                                 Precision::Fp32};

std::unique_ptr<Backend> card_backend(Precision precision) {
  return card::make_card_backend(card::make_host_machine(), precision);
}

/// Unit roundoff of what is stored.
double rounding(Precision p) {
  return p == Precision::Fp16 ? 0x1p-11 : p == Precision::Bf16 ? 0x1p-8 : 0x1p-24;
}

}  // namespace

TEST_CASE(
    "GPU: every op is exact on small integers and within rounding on reals, in slabs of one plane "
    "and whole") {
  const auto ref = make_ref_backend(1);
  for (const Precision precision : kPrecisions)
    for (const OpCheck& check : check_ops(*card_backend(precision), *ref, {1, 100})) {
      INFO(precision_name(precision) << " " << check.name << ": " << check.differing
                                     << " differ, relative L2 " << check.relative_l2);
      CHECK(check.differing == 0);
      CHECK(check.repeats);
      // inputs, weights, what lies between and the result are rounded once each, and ReLU takes
      // half of the norm; single precision adds up errors of up to 27·128 products
      CHECK(check.relative_l2 < (rounding(precision) < 1e-6 ? 4e-6 : 4 * rounding(precision)));
    }
}

TEST_CASE("GPU: an op with new weights computes what a fresh plan with them does, bit for bit") {
  for (const Precision precision : kPrecisions) {
    INFO(precision_name(precision));
    CHECK(troubles_with_new_weights(*card_backend(precision), std::span(kTileLimits).first(1)) ==
          std::vector<std::string>{});
  }
}

TEST_CASE("GPU: the up-convolution's own kernel is taken where there is one") {
  const auto name = [](Precision precision, std::int64_t channels) {
    const auto backend = card_backend(precision);
    const UpConvDesc op{channels, channels};
    const auto planned =
        backend->plan(op, make_weights({2, 2, 2}, channels, channels, 1, uniform_reals), 8);
    const Tensor x(*backend, {2, 4, 4}, channels), y(*backend, {4, 8, 8}, channels);
    planned->prepare(y.buffer(), std::array{x.buffer()}, 0, 4);
    return planned->name();
  };
  CHECK(name(Precision::Fp16, 48) == "own, halo in shared memory");
  CHECK(name(Precision::Bf16, 64) == "own, 27 taps");
  CHECK_THAT(name(Precision::Tf32, 48), DFE_CONTAINS("parities as channels"));
  CHECK_THAT(name(Precision::Fp16, 40),
             DFE_CONTAINS("parities as channels"));  // no whole steps of 16
}

TEST_CASE("GPU: what a precision cannot hold is an error, not a label") {
  const auto backend = card_backend(Precision::Fp16);
  const HeadDesc op{8, 2};
  const auto planned = backend->plan(op, make_weights({1, 1, 1}, 8, 2, 1, uniform_reals), 4);
  Tensor x(*backend, {1, 1, 4}, 8);
  Floats values(32, 1.0f);
  values[13] = 1e6f;  // infinite in half precision
  x.store(values.data());
  std::vector<std::uint8_t> labels(4);
  planned->run({labels.data(), nullptr}, x.buffer(), 0, 1);
  CHECK_THROWS_WITH(planned->finish(), DFE_CONTAINS("exceed the range of this precision"));
}

TEST_CASE("GPU: ops it has no kernel for are refused with shape and reason") {
  const auto backend = card_backend(Precision::Fp16);
  const auto weights = [](Extent3 k, std::int64_t ci, std::int64_t co) {
    return make_weights(k, ci, co, 1, uniform_reals);
  };
  CHECK_THROWS_WITH(backend->plan(Conv3dDesc{.c0 = 8, .co = 1}, weights({3, 3, 3}, 8, 1), 8),
                    DFE_CONTAINS("3x3x3 8+0 to 1"));
  CHECK_THROWS_WITH(
      backend->plan(
          Conv3dDesc{
              .kernel = {1, 1, 1}, .pad_lo = {0, 0, 0}, .pad_hi = {0, 0, 0}, .c0 = 1, .co = 8},
          weights({1, 1, 1}, 1, 8), 8),
      DFE_CONTAINS("one channel needs a 3x3x3 kernel"));
  CHECK_THROWS_WITH(backend->plan(HeadDesc{8, 300}, weights({1, 1, 1}, 8, 300), 8),
                    DFE_CONTAINS("1 to 256 classes"));
}

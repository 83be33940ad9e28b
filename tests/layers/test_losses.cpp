// SPDX-License-Identifier: Apache-2.0
// The losses: values from closed forms, gradients by central differences in double on ref, and cpu
// against ref.
#include "layers/losses.hpp"

#include <cmath>

#include "kernels/common/softmax_loss.hpp"
#include "tests/fixtures/backward_runner.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/fill.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

constexpr Extent3 kExtent{3, 4, 5};

std::vector<std::uint8_t> labels_below(std::int64_t classes, std::uint64_t seed) {
  const Philox random(seed, RandomPurpose{7});
  std::vector<std::uint8_t> labels(static_cast<std::size_t>(kExtent.voxels()));
  for (std::size_t i = 0; i < labels.size(); ++i)
    labels[i] = static_cast<std::uint8_t>(random.at(0, i)[0] % static_cast<std::uint32_t>(classes));
  return labels;
}

struct LossResult {
  double loss = 0;
  ClassSums sums;
  Floats gradient;
};

LossResult run_loss(const Machine& m, const LossSpec& spec, std::int64_t classes,
                    const Floats& logits, const std::vector<std::uint8_t>& labels) {
  const auto planned = m.backward->plan_loss(classes);
  Tensor tensor(*m.forward, kExtent, classes);
  tensor.store(logits.data());
  LossResult result;
  result.sums = planned->forward(tensor.buffer(), labels.data());
  result.loss = loss_value(spec, result.sums);
  planned->backward(tensor.buffer(), labels.data(), loss_slopes(spec, result.sums));
  result.gradient.resize(logits.size());
  tensor.load(result.gradient.data());
  return result;
}

std::vector<LossSpec> specs(std::int64_t classes) {
  std::vector<double> weights;
  for (std::int64_t c = 0; c < classes; ++c) weights.push_back(0.5 + static_cast<double>(c));
  return {
      {},
      {.cross_entropy = 1, .class_weights = weights},
      {.cross_entropy = 0, .tversky = 1},
      {.cross_entropy = 0, .tversky = 1, .alpha = 0.3, .beta = 0.7, .epsilon = 1},
      {.cross_entropy = 0.5, .tversky = 2, .class_weights = weights, .alpha = 0.3, .beta = 0.7}};
}

}  // namespace

TEST_CASE("losses of sums that one can add up by hand") {
  ClassSums sums(
      2);  // four voxels, two of each class; probabilities of the true class 1/2, 1/2, 1/4, 3/4
  sums.voxels = {2, 2};
  sums.overlap = {1, 1};
  sums.probability = {0.5 + 0.5 + 0.75 + 0.25, 0.5 + 0.5 + 0.25 + 0.75};
  sums.cross_entropy = {2 * std::log(2.0), std::log(4.0) + std::log(4.0 / 3)};
  CHECK(loss_value({}, sums) == Approx((4 * std::log(2.0) + std::log(4.0 / 3)) / 4));
  CHECK(loss_value({.class_weights = {1, 3}}, sums) ==
        Approx((2 * std::log(2.0) + 3 * (std::log(4.0) + std::log(4.0 / 3))) / 8));
  CHECK(loss_value({.cross_entropy = 0, .tversky = 1, .epsilon = 0}, sums) ==
        Approx(2 - 2 * 0.5));  // T = 1 / (1 + 1/2 + 1/2)
  CHECK(loss_value({.cross_entropy = 0, .tversky = 1, .alpha = 1, .beta = 0, .epsilon = 2}, sums) ==
        Approx(2 - 2 * 0.25));
  CHECK(loss_value({.cross_entropy = 2, .tversky = 3, .epsilon = 0}, sums) ==
        Approx(2 * (4 * std::log(2.0) + std::log(4.0 / 3)) / 4 + 3));
}

TEST_CASE("ref: the gradient by the logits is the central difference of the loss, for every loss") {
  const Machine ref = ref_machine();
  const std::int64_t classes = 4;
  const auto labels = labels_below(3, 1);  // class 3 is absent
  for (const LossSpec& spec : specs(classes)) {
    Floats logits = uniform_reals(elements(kExtent, classes), 2);
    const Floats gradient = run_loss(ref, spec, classes, logits, labels).gradient;
    double largest = 0;
    for (const float g : gradient) largest = std::max(largest, std::abs(static_cast<double>(g)));
    REQUIRE(largest > 0);
    for (std::size_t i = 0; i < logits.size(); ++i) {
      INFO("cross-entropy " << spec.cross_entropy << ", Tversky " << spec.tversky << ", logit "
                            << i);
      const float at = logits[i],
                  h = 0x1p-12f;  // at ± h is exact: uniform_reals are multiples of 2^-23
      logits[i] = at + h;
      const double high = run_loss(ref, spec, classes, logits, labels).loss;
      logits[i] = at - h;
      const double low = run_loss(ref, spec, classes, logits, labels).loss;
      logits[i] = at;
      CHECK(std::abs(static_cast<double>(gradient[i]) -
                     (high - low) / (2 * static_cast<double>(h))) <= 1e-6 * largest);
    }
  }
}

TEST_CASE("cpu: loss, sums and gradient agree with ref; threads do not change a bit") {
  const Machine ref = ref_machine();
  for (const std::int64_t classes : {2, 13, 17, 40}) {
    const auto labels = labels_below(classes, 3);
    const Floats logits = uniform_reals(elements(kExtent, classes), 4);
    for (const LossSpec& spec : specs(classes)) {
      const LossResult expected = run_loss(ref, spec, classes, logits, labels);
      const LossResult once = run_loss(cpu_machine("auto", 1), spec, classes, logits, labels);
      CHECK(
          once.loss ==
          Approx(expected.loss).epsilon(1e-12));  // logits are the same floats, sums are in double
      CHECK(once.sums.predicted == expected.sums.predicted);
      CHECK(once.sums.correct == expected.sums.correct);
      CHECK(once.sums.voxels == expected.sums.voxels);
      double largest = 0;
      for (const float g : expected.gradient)
        largest = std::max(largest, std::abs(static_cast<double>(g)));
      // probabilities and the result are each rounded once; a slope is at most the largest gradient
      // over the smallest p (1 - p) seen
      for (std::size_t i = 0; i < once.gradient.size(); ++i)
        CHECK(std::abs(static_cast<double>(once.gradient[i] - expected.gradient[i])) <=
              static_cast<double>(classes + 2) * 0x1p-22 * largest);
      for (const int threads : {2, 3}) {
        const LossResult many =
            run_loss(cpu_machine("auto", threads), spec, classes, logits, labels);
        CHECK(many.loss == once.loss);
        CHECK(many.gradient == once.gradient);
      }
    }
  }
}

TEST_CASE("cross-entropy stays finite where the probability of the label underflows") {
  ClassSums sums(2);
  double p[2] = {0, 2000};
  softmax_voxel(p, 2, 0, sums);
  CHECK(sums.cross_entropy[0] == 2000);
  CHECK(p[0] == 0);
  CHECK(sums.predicted[1] == 1);
  CHECK(sums.correct[1] == 0);
}

TEST_CASE("an absent class has no gradient of its own, and weights of zero no loss") {
  ClassSums sums(2);
  sums.voxels = {4, 0};
  sums.probability = {3, 1};
  sums.overlap = {3, 0};
  sums.cross_entropy = {1, 0};
  const LossSlopes tversky = loss_slopes({.cross_entropy = 0, .tversky = 1}, sums);
  CHECK(tversky.outside[1] == 0);
  const LossSpec ignoring{.class_weights = {0, 1}};
  CHECK(loss_value(ignoring, sums) == 0);
  CHECK(loss_slopes(ignoring, sums).cross_entropy == std::vector<double>{0, 0});
}

TEST_CASE("bad losses are refused with the number at fault") {
  CHECK_THROWS_WITH(check_loss({.cross_entropy = 0, .tversky = 0}, 2), DFE_CONTAINS("weight zero"));
  CHECK_THROWS_WITH(check_loss({.class_weights = {1, 1, 1}}, 2),
                    DFE_CONTAINS("3 numbers for 2 classes"));
  CHECK_THROWS_WITH(check_loss({.class_weights = {1, -1}}, 2),
                    DFE_CONTAINS("class_weights") && DFE_CONTAINS("-1"));
  CHECK_THROWS_WITH(check_loss({.alpha = NAN}, 2), DFE_CONTAINS("alpha"));
  CHECK_NOTHROW(check_loss({}, 2));
}

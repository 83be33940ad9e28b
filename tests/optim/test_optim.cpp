// SPDX-License-Identifier: Apache-2.0
// Optimizer parts against hand-worked numbers and closed forms. Agreement with Keras over ten steps
// is in tests/training.
#include <cmath>

#include "optim/adam.hpp"
#include "optim/schedule.hpp"
#include "optim/weight_average.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;

namespace {

std::vector<LayerWeights> one_layer(std::vector<float> kernel, std::vector<float> bias) {
  return {LayerWeights{{}, std::move(kernel), std::move(bias)}};
}

}  // namespace

TEST_CASE("Adam's first two steps, worked by hand") {
  auto layers = one_layer({1.0f}, {-2.0f});
  AdamState state;
  adam_step({}, 0.1, {{{0.5}, {-4.0}}}, layers, state);
  // t = 1: m = g/10, v = g²/1000, rate·sqrt(0.001)/0.1·m/sqrt(v) = rate·sign(g)
  CHECK(layers[0].kernel[0] == Approx(0.9).epsilon(1e-6));
  CHECK(layers[0].bias[0] == Approx(-1.9).epsilon(1e-6));
  adam_step({}, 0.1, {{{1.0}, {0.0}}}, layers, state);
  const double m = 0.9 * 0.05 + 0.1, v = 0.999 * 0.00025 + 0.001;
  CHECK(layers[0].kernel[0] ==
        Approx(0.9 - 0.1 * std::sqrt(1 - 0.999 * 0.999) / (1 - 0.81) * m / (std::sqrt(v) + 1e-8))
            .epsilon(1e-6));
  CHECK(state.steps == 2);
  CHECK(state.m[0] == Approx(m));
  CHECK(state.v[0] == Approx(v));
}

TEST_CASE("epsilon is added to the uncorrected root, as in Keras") {
  auto layers = one_layer({0.0f}, {});
  AdamState state;
  adam_step({.epsilon = 1}, 1, {{{1.0}, {}}}, layers, state);
  CHECK(layers[0].kernel[0] ==
        Approx(-std::sqrt(0.001) / 0.1 * 0.1 / (std::sqrt(0.001) + 1)).epsilon(1e-6));
}

TEST_CASE("decoupled weight decay shrinks kernels, not biases, and does not enter the moments") {
  auto layers = one_layer({2.0f}, {2.0f});
  AdamState state;
  adam_step({.weight_decay = 0.5}, 0.1, {{{0.0}, {0.0}}}, layers, state);
  CHECK(layers[0].kernel[0] == Approx(2 * (1 - 0.05)));
  CHECK(layers[0].bias[0] == 2);
  CHECK(state.m[0] == 0);
}

TEST_CASE("Adam refuses a state of another network") {
  auto layers = one_layer({1.0f, 2.0f}, {3.0f});
  AdamState state{.steps = 4, .m = {0, 0}, .v = {0, 0}};
  CHECK_THROWS_WITH(adam_step({}, 0.1, {{{0, 0}, {0}}}, layers, state),
                    DFE_CONTAINS("2 parameters for 3"));
}

TEST_CASE("schedules: constant, warm-up and cosine") {
  const ScheduleState fresh;
  CHECK(learning_rate({}, fresh, 0) == 1e-4);
  CHECK(learning_rate({}, fresh, 1000000) == 1e-4);
  const ScheduleOptions cosine{.curve = RateCurve::Cosine,
                               .rate = 1,
                               .warm_up_steps = 3,
                               .total_steps = 103,
                               .final_share = 0.1};
  CHECK(learning_rate(cosine, fresh, 0) == Approx(0.25));
  CHECK(learning_rate(cosine, fresh, 2) == Approx(0.75));
  CHECK(learning_rate(cosine, fresh, 3) == Approx(1));
  CHECK(learning_rate(cosine, fresh, 53) == Approx(0.55));  // half way
  CHECK(learning_rate(cosine, fresh, 103) == Approx(0.1));
  CHECK(learning_rate(cosine, fresh, 5000) == Approx(0.1));
  CHECK_THROWS_WITH(check_schedule({.curve = RateCurve::Cosine, .total_steps = 0}),
                    DFE_CONTAINS("total_steps"));
  CHECK_THROWS_WITH(check_schedule({.rate = -1}), DFE_CONTAINS("rate"));
}

TEST_CASE(
    "plateau: the rate falls after enough validations without improvement, and not below its "
    "floor") {
  const ScheduleOptions o{
      .rate = 1, .plateau_factor = 0.5, .plateau_patience = 2, .plateau_min_rate = 0.3};
  ScheduleState s;
  CHECK(!report_validation(o, s, 1.0));
  CHECK(!report_validation(o, s, 1.0));
  CHECK(report_validation(o, s, 2.0));
  CHECK(learning_rate(o, s, 0) == 0.5);
  CHECK(!report_validation(o, s, 0.9));  // better: the count starts again
  CHECK(!report_validation(o, s, NAN));
  CHECK(report_validation(o, s, NAN));
  CHECK(learning_rate(o, s, 0) == Approx(0.3));
  CHECK(!report_validation(o, s, 1.0));
  CHECK(!report_validation(o, s, 1.0));  // at the floor
  CHECK(learning_rate(o, s, 0) == Approx(0.3));
}

TEST_CASE("clipping keeps the direction and limits the norm over all layers together") {
  Gradients g{{{3.0}, {0.0}}, {{0.0, 0.0}, {4.0}}};
  CHECK(global_norm(g) == 5);
  clip(g, 5, 10);
  CHECK(g[0].dw[0] == 3);
  clip(g, 5, 1);
  CHECK(g[0].dw[0] == Approx(0.6));
  CHECK(g[1].db[0] == Approx(0.8));
  g[1].dw[1] = NAN;
  CHECK(std::isnan(global_norm(g)));
}

TEST_CASE("the moving average starts as the weights and follows them") {
  auto layers = one_layer({1.0f}, {0.0f});
  std::vector<LayerWeights> average;
  average_weights(0.75, layers, average);
  CHECK(average[0].kernel[0] == 1);
  layers[0].kernel[0] = 5;
  average_weights(0.75, layers, average);
  CHECK(average[0].kernel[0] == 2);
  average_weights(0.75, layers, average);
  CHECK(average[0].kernel[0] == 2.75f);
}

TEST_CASE("gathered batches become their mean, and the sum starts again") {
  GradientSum state;
  Gradients g{{{1.0}, {2.0}}};
  CHECK(!accumulate(state, g, 2));
  g = {{{3.0}, {6.0}}};
  CHECK(accumulate(state, g, 2));
  CHECK(g[0].dw[0] == 2);
  CHECK(g[0].db[0] == 4);
  CHECK(state.batches == 0);
  CHECK(accumulate(state, g, 1));
  CHECK(g[0].dw[0] == 2);
}

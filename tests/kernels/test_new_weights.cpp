// SPDX-License-Identifier: Apache-2.0
// Ops and their backward after set_weights against fresh plans, on every backend that this machine
// has, with every kind of convolution.
#include "tests/fixtures/backward_runner.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/new_weights.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

std::vector<Machine> machines() {
  std::vector<Machine> made;
  made.push_back(ref_machine());
  for (const std::string& isa : cpu_instruction_sets())
    for (const Convolution convolution :
         {Convolution::Winograd, Convolution::Strict, Convolution::Direct}) {
      made.push_back(cpu_machine(isa, 2, convolution));
      made.back().name += std::string(" ") + convolution_name(convolution);
    }
  return made;
}

std::span<const std::array<std::int64_t, 2>> limits_of(const Machine& m) {
  return std::span(kTileLimits).first(m.name.ends_with("winograd") ? kTileLimits.size() : 1);
}

/// All that a backward gives.
std::vector<std::byte> bytes_of_backward(const BackwardResult& result) {
  std::vector<std::byte> all = bytes_of(result.gradient.dw);
  for (const auto& part : {bytes_of(result.gradient.db), bytes_of(result.dy)})
    all.insert(all.end(), part.begin(), part.end());
  for (const Floats& dx : result.dx) {
    const std::vector<std::byte> part = bytes_of(dx);
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace

TEST_CASE("an op with new weights computes what a fresh plan with them does, bit for bit",
          "[values]") {
  for (const Machine& m : machines()) {
    INFO(m.name);
    for (const std::string& trouble : troubles_with_new_weights(*m.forward, limits_of(m)))
      FAIL_CHECK(trouble);
  }
}

TEST_CASE("a backward with new weights computes what a fresh plan with them does, bit for bit",
          "[values]") {
  const Extent3 extent{3, 5, 14}, doubled{6, 10, 28};
  const auto reals = [](const Extent3& e, std::int64_t channels, std::uint64_t seed) {
    return uniform_reals(elements(e, channels), seed);
  };
  for (const Machine& m : machines()) {
    for (const Conv3dDesc& op : distinct_convolutions(limits_of(m))) {
      INFO(m.name << " " << op.c0 << "+" << op.c1 << " to " << op.co);
      std::vector<Input> inputs{{reals(extent, op.c0, 5), op.c0, 7, op.c0 > 1}};
      if (op.c1 > 0) inputs.push_back({reals(extent, op.c1, 6), op.c1, 7});
      const Floats y = reals(extent, op.co, 8), dy = reals(extent, op.co, 9);
      if (op.c0 == 1) continue;  // without dx its weights do not count
      const std::string trouble = trouble_with_new_weights(
          op,
          [&](const LayerWeights& w) {
            auto planned = m.backward->plan(op, extent.x);
            planned->set_weights(w);
            return planned;
          },
          [&](PlannedBackward& planned) {
            const auto result = run_backward(m, planned, inputs, extent, y, dy, extent, op.co);
            return bytes_of_backward(result);
          });
      INFO(trouble);
      CHECK(trouble.empty());
    }
    for (const auto& [op, any] : up_conv_cases()) {
      INFO(m.name << " up " << op.ci << " to " << op.co);
      const std::vector<Input> inputs{{reals(extent, op.ci, 5), op.ci, 7}};
      const Floats y = reals(doubled, op.co, 8), dy = reals(doubled, op.co, 9);
      const std::string trouble = trouble_with_new_weights(
          op,
          [&, d = op](const LayerWeights& w) {
            auto planned = m.backward->plan(d, doubled.x);
            planned->set_weights(w);
            return planned;
          },
          [&, d = op](PlannedBackward& planned) {
            const auto result = run_backward(m, planned, inputs, extent, y, dy, doubled, d.co);
            return bytes_of_backward(result);
          });
      INFO(trouble);
      CHECK(trouble.empty());
    }
    CHECK(!takes(*m.backward->plan(MaxPoolDesc{16}), weights_for(HeadDesc{16, 2}, 1)));
  }
}

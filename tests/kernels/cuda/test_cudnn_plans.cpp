// SPDX-License-Identifier: Apache-2.0
// Every plan of every layer of the network on every kind of GPU, made from descriptions of the
// GPUs: no GPU is needed. Wrong layouts, paddings, types and alignments show here.
#include <set>

#include "dfengine/error.hpp"
#include "kernels/cuda/cudnn/cudnn_graph.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/kernels/cuda/card_descriptions.hpp"

using namespace dfe;
using namespace dfe::card;
using namespace dfe::test;

namespace {

struct Layer {
  const char* name;
  std::int64_t ci, co;
  Extent3 kernel, window;
  bool bias, residual, relu;
};

/// As the backend asks for them, 16 planes of 928 x 928 a step; the 1-channel layer, pooling and
/// head have kernels of their own.
std::vector<Layer> layers() {
  const Extent3 k3{3, 3, 3}, k2{2, 2, 2}, full{18, 928, 928}, half{10, 464, 464},
      quarter{6, 232, 232};
  return {{"conv2", 32, 32, k3, full, true, false, true},
          {"conv3", 32, 48, k3, half, true, false, true},
          {"conv4", 48, 48, k3, half, true, false, true},
          {"conv5", 48, 64, k3, quarter, true, false, true},
          {"conv6", 64, 64, k3, quarter, true, false, true},
          {"up9", 64, 8 * 64, k2, {5, 232, 232}, true, false, true},
          {"conv10, first input", 64, 48, k3, half, false, false, false},
          {"conv10, second input", 48, 48, k3, half, true, true, true},
          {"up12", 48, 8 * 48, k2, {9, 464, 464}, true, false, true},
          {"conv13, first input", 48, 32, k3, full, false, false, false},
          {"conv13, second input", 32, 32, k3, full, true, true, true}};
}

/// Inside the volume, and at its low and high face along z.
std::vector<std::pair<std::int64_t, std::int64_t>> z_paddings(const Layer& layer) {
  if (layer.kernel.z == 2) return {{0, 0}, {0, 1}};
  return {{0, 0}, {1, 0}, {0, 1}};
}

ConvShape shape_of(const Layer& layer, Precision precision, std::int64_t z_lo, std::int64_t z_hi) {
  const std::int64_t lo = layer.kernel.y == 3;
  ConvShape s;
  s.window = layer.window;
  s.window.z -= z_lo + z_hi;
  s.ci = layer.ci;
  s.co = layer.co;
  s.kernel = layer.kernel;
  s.pad_lo = {z_lo, lo, lo};
  s.pad_hi = {z_hi, 1, 1};
  s.bias = layer.bias;
  s.residual = layer.residual;
  s.relu = layer.relu;
  s.precision = precision;
  return s;
}

constexpr std::int64_t kMost = std::int64_t{1} << 30;  // bytes of scratch memory

}  // namespace

TEST_CASE("cudnn: every layer has a plan on every GPU, in every precision the GPU has") {
  for (const CardDescription& card : described_cards()) {
    const PlanTarget target = describe_card(card.json());
    for (const Precision precision :
         {Precision::Fp16, Precision::Bf16, Precision::Tf32, Precision::Fp32}) {
      const bool exists = !(card.capability < 80 && precision == Precision::Bf16);
      for (const Layer& layer : layers())
        for (const auto& [lo, hi] : z_paddings(layer)) {
          const ConvShape shape = shape_of(layer, precision, lo, hi);
          INFO(card.name << ": " << layer.name << ", " << shape.to_string());
          CHECK(shape.output().z == layer.window.z - layer.kernel.z + 1);
          const ConvGraph graph(target, shape);
          const std::vector<Candidate> candidates = graph.usable_candidates();
          CHECK(candidates.empty() == !exists);
          bool fits = false;
          for (const Candidate& c : candidates) {
            CHECK(c.deterministic);
            CHECK_FALSE(c.runtime_compiled);  // none of these layers needs seconds of compiling at
                                              // its first use
            if (precision == Precision::Fp32) CHECK_FALSE(c.tensor_core);
            if (fits) continue;
            fits = graph.build(c.choice).workspace_bytes <= kMost;
          }
          CHECK(fits == exists);
          // half precision runs on matrix units, and in place: no tensor is transposed into scratch
          // memory first
          if (precision == Precision::Fp16 && !candidates.empty()) {
            CHECK(candidates.front().tensor_core);
            CHECK(graph.build(candidates.front().choice).workspace_bytes <
                  (std::int64_t{64} << 20));
          }
        }
    }
  }
}

TEST_CASE("cudnn: a choice read back from text gives the same plan") {
  const PlanTarget target = describe_card(described_cards()[4].json());
  const ConvGraph graph(target, shape_of(layers()[0], Precision::Fp16, 0, 0));
  std::set<std::string> texts;
  for (const Candidate& c : graph.usable_candidates()) {
    EngineChoice read;
    REQUIRE(EngineChoice::parse(c.choice.to_string(), read));
    CHECK(read.engine == c.choice.engine);
    CHECK(read.knobs == c.choice.knobs);
    CHECK(graph.build(read).workspace_bytes == graph.build(c.choice).workspace_bytes);
    texts.insert(c.choice.to_string());
  }
  CHECK(texts.size() > 5);  // settings differ, not kernels alone
  EngineChoice choice;
  for (const char* bad : {"", "x", "-3", "62 2", "62 2=", "62 =3", "62 2=3x", "62 2:3"})
    CHECK_FALSE(EngineChoice::parse(bad, choice));
}

TEST_CASE("cudnn: what it cannot do is an error with expression, code and shape") {
  const PlanTarget target = describe_card(described_cards()[4].json());
  ConvShape shape = shape_of(layers()[0], Precision::Fp16, 0, 0);
  const ConvGraph graph(target, shape);
  CHECK_THROWS_WITH(graph.build({987654, {}}), DFE_CONTAINS("fp16 3x3x3 32 to 32 on 18x928x928") &&
                                                   DFE_CONTAINS("cudnnBackendFinalize") &&
                                                   DFE_CONTAINS("engine 987654") &&
                                                   DFE_CONTAINS("CUDNN_STATUS_"));
  shape.window.z = 1;  // smaller than the kernel
  CHECK_THROWS_AS(ConvGraph(target, shape), Error);
  CHECK_THROWS_AS(describe_card("{\"deviceVer\": \"none\"}"), Error);
}

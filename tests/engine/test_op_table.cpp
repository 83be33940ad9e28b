// SPDX-License-Identifier: Apache-2.0
// The table of kernels says what a planned network says, and gives reasons where there is none.
#include "engine/network.hpp"
#include "engine/op_table.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/memory_volume.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

const OpTableBackend& backend_of(const OpTable& table, const std::string& name) {
  for (const OpTableBackend& backend : table.backends)
    if (backend.name == name) return backend;
  FAIL("no backend " << name);
  return table.backends.front();
}

}  // namespace

TEST_CASE("the table names the kernels of a planned network") {
  const DeepFinderSpec spec{{32, 48, 64}, 13, FirstSkip::Half};
  const OpTable table = op_table(spec);
  const Weights weights = random_weights(spec, 1);
  REQUIRE(table.graph.ops.size() == deepfinder_graph(spec).ops.size());
  for (const std::string& isa : cpu_instruction_sets())
    for (const Convolution convolution :
         {Convolution::Winograd, Convolution::Strict, Convolution::Direct}) {
      const auto cpu = make_cpu_backend(1, isa, convolution);
      const Network network(table.graph, weights, *cpu, 64);
      const OpTableBackend& backend =
          backend_of(table, "cpu " + isa + " " + convolution_name(convolution));
      REQUIRE(backend.kernels.size() == table.graph.ops.size());
      for (std::size_t i = 0; i + 1 < backend.kernels.size(); ++i)
        CHECK(backend.kernels[i].kernel == network.op(static_cast<int>(i)).name());
      CHECK(backend.kernels.back().kernel == network.head().name());
    }
  CHECK_THAT(backend_of(table, "cpu portable winograd").kernels[1].kernel,
             DFE_CONTAINS("winograd portable"));
}

TEST_CASE("what a backend lacks is in the table with its reason, and so is a missing backend") {
  const OpTable table = op_table({});
  const OpTableBackend& ref = backend_of(table, "ref");
  for (std::size_t i = 0; i < table.graph.ops.size(); ++i) {
    const bool cast = std::holds_alternative<CastDesc>(table.graph.ops[i].op);
    CHECK(ref.kernels[i].kernel == (cast ? "" : "ref"));
    CHECK_THAT(ref.kernels[i].refusal, DFE_CONTAINS(cast ? "16 bits" : ""));
  }
  // beside a test program lies no module
  const OpTableBackend& cuda = table.backends.back();
  CHECK(cuda.name == "cuda");
  CHECK_FALSE(cuda.refusal.empty());
  CHECK(cuda.refusal.find('\n') == std::string::npos);
  CHECK(cuda.kernels.empty());
  CHECK_THROWS_WITH(op_table({.widths = {1, 2, 3}}), DFE_CONTAINS("width"));
}

// SPDX-License-Identifier: Apache-2.0
// The table of ops and kernels, see the header. A backend is asked in turn for every op, and what
// it throws is its reason.
#include "engine/op_table.hpp"

#include <functional>
#include <memory>
#include <utility>

#include "core/overloaded.hpp"
#include "dfengine/compute.hpp"
#include "dfengine/error.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/cuda_loader.hpp"
#include "kernels/ref/ref_backend.hpp"
#include "layers/op_facts.hpp"

namespace dfe {
namespace {

constexpr std::int64_t kWidest = 64;  // no kernel is chosen by the width

LayerWeights zero_weights(const OpDesc& op) {
  LayerWeights weights;
  weights.kernel_shape = kernel_shape(op);
  const std::int64_t outputs = weights.kernel_shape[4];
  weights.bias.assign(static_cast<std::size_t>(outputs), 0.0f);
  weights.kernel.assign(static_cast<std::size_t>(parameter_count(op) - outputs), 0.0f);
  return weights;
}

std::string planned_kernel(Backend& backend, const OpDesc& op) {
  const LayerWeights w = zero_weights(op);
  return std::visit(
      Overloaded{[&](const Conv3dDesc& d) { return backend.plan(d, w, kWidest)->name(); },
                 [&](const MaxPoolDesc& d) { return backend.plan(d)->name(); },
                 [&](const UpConvDesc& d) { return backend.plan(d, w, kWidest)->name(); },
                 [&](const HeadDesc& d) { return backend.plan(d, w, kWidest)->name(); },
                 [&](const CastDesc& d) { return backend.plan_cast(d)->name(); }},
      op);
}

/// All ops on the backend that `make` makes, where it does.
OpTableBackend asked(const Graph& graph, const std::string& name,
                     const std::function<std::unique_ptr<Backend>()>& make) {
  OpTableBackend asked{name, "", {}};
  std::unique_ptr<Backend> backend;
  try {
    backend = make();
  } catch (const Error& error) {
    asked.refusal = error.what();
    return asked;
  }
  for (const OpNode& node : graph.ops) try {
      asked.kernels.push_back({planned_kernel(*backend, node.op), ""});
    } catch (const Error& error) {
      asked.kernels.push_back({"", error.what()});
    }
  return asked;
}

}  // namespace

OpTable op_table(const DeepFinderSpec& spec) {
  DeepFinderSpec with_casts = spec;
  with_casts.first_skip = FirstSkip::Half;
  OpTable table{deepfinder_graph(with_casts), {}};
  const auto ask = [&](const std::string& name, const auto& make) {
    table.backends.push_back(asked(table.graph, name, make));
  };
  ask("ref", [] { return make_ref_backend(1); });
  for (const std::string& isa : cpu_instruction_sets())
    for (const Convolution convolution :
         {Convolution::Winograd, Convolution::Strict, Convolution::Direct})
      ask("cpu " + isa + " " + convolution_name(convolution),
          [&] { return make_cpu_backend(1, isa, convolution); });
  if (const std::string trouble = card::cuda_cards().trouble; !trouble.empty()) {
    table.backends.push_back({"cuda", trouble, {}});
    return table;
  }
  for (const Precision precision :
       {Precision::Fp16, Precision::Bf16, Precision::Tf32, Precision::Fp32})
    ask(std::string("cuda ") + precision_name(precision),
        [=] { return card::make_cuda_backend("cuda", precision); });
  return table;
}

}  // namespace dfe

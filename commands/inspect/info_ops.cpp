// SPDX-License-Identifier: Apache-2.0
// What `info --ops` says: every op of the network with the kernel that each backend takes for it,
// or the reason why there is none.
#include <algorithm>

#include "dfengine/error.hpp"
#include "engine/op_table.hpp"
#include "info_parts.hpp"
#include "io/weights_file.hpp"
#include "layers/op_facts.hpp"

namespace dfe {

namespace {

DeepFinderSpec spec_of(const std::vector<std::string>& files) {
  DeepFinderSpec spec;
  if (files.empty()) return spec;
  if (files.size() > 1)
    throw Error(ErrorKind::Usage, "info", "--ops",
                "takes one file, not " + std::to_string(files.size()),
                "give one weights file, or none for the default network");
  const Weights weights = io::read_weights(files.front());
  spec.widths = weights.widths;
  spec.classes = weights.classes;
  return spec;
}

}  // namespace

InfoPart info_ops(const std::vector<std::string>& files) {
  const DeepFinderSpec spec = spec_of(files);
  const OpTable table = op_table(spec);
  InfoPart part;
  part.json = {{"kind", "ops"}, {"widths", spec.widths}, {"classes", spec.classes}};
  part.text = "ops of the network of widths " + std::to_string(spec.widths[0]) + ", " +
              std::to_string(spec.widths[1]) + ", " + std::to_string(spec.widths[2]) + " and " +
              std::to_string(spec.classes) + " classes\n";
  Json backends = Json::array(), missing = Json::object(), ops = Json::array();
  std::size_t widest = 0;
  for (const OpTableBackend& backend : table.backends) {
    if (backend.refusal.empty()) {
      backends.push_back(backend.name);
      widest = std::max(widest, backend.name.size());
    } else {
      missing[backend.name] = backend.refusal;
      part.text += "no " + backend.name + ": " + backend.refusal + "\n";
    }
  }
  for (std::size_t i = 0; i < table.graph.ops.size(); ++i) {
    const OpNode& node = table.graph.ops[i];
    Json kernels = Json::object(), refusals = Json::object();
    part.text += node.name + ": " + describe(node.op) + "\n";
    for (const OpTableBackend& backend : table.backends) {
      if (!backend.refusal.empty()) continue;
      const OpKernel& kernel = backend.kernels[i];
      (kernel.refusal.empty() ? kernels : refusals)[backend.name] =
          kernel.refusal.empty() ? kernel.kernel : kernel.refusal;
      part.text += "  " + backend.name + std::string(widest - backend.name.size() + 2, ' ') +
                   (kernel.refusal.empty() ? kernel.kernel : "none: " + kernel.refusal) + "\n";
    }
    ops.push_back({{"name", node.name},
                   {"op", describe(node.op)},
                   {"kernels", std::move(kernels)},
                   {"refusals", std::move(refusals)}});
  }
  part.json["backends"] = std::move(backends);
  part.json["missing"] = std::move(missing);
  part.json["ops"] = std::move(ops);
  return part;
}

}  // namespace dfe

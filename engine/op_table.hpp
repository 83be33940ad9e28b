// SPDX-License-Identifier: Apache-2.0
// Which kernel each backend of this machine takes for each op of a network: found out by planning
// every op, so it cannot differ from what a run does.
#pragma once

#include <string>
#include <vector>

#include "engine/graph.hpp"

namespace dfe {

/// The kernel, or why there is none; one of both is empty.
struct OpKernel {
  std::string kernel;
  std::string refusal;
};

/// One way to compute, with a kernel for each op of the table's graph.
struct OpTableBackend {
  std::string name;     ///< "ref", "cpu avx512 winograd", "cuda fp16"
  std::string refusal;  ///< why it is not here; then `kernels` is empty
  std::vector<OpKernel> kernels;
};

struct OpTable {
  Graph graph;
  std::vector<OpTableBackend> backends;
};

/// `ref`, `cpu` with every instruction set of this machine and every kind of convolution, and
/// `cuda` with every precision, where a GPU can be opened. The graph is that of FirstSkip::Half,
/// which has every op of the others and the casts. Plans with zeros for weights, about as much
/// memory as the network's own. Throws `Error` for widths or classes out of range.
OpTable op_table(const DeepFinderSpec& spec);

}  // namespace dfe

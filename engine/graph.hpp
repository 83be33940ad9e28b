// SPDX-License-Identifier: Apache-2.0
// A network as data: tensors and the ops between them, in an order in which they can run. Nothing
// here computes.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "dfengine/segment.hpp"
#include "kernels/ops.hpp"

namespace dfe {

/// One activation. `level` says how often its resolution was halved: its extent is the padded
/// volume's, shifted right by `level`.
struct TensorNode {
  std::string name;
  std::int64_t channels = 0;
  int level = 0;
  bool half = false;  ///< kept in 16 bits per value
};

/// One op. Inputs and output are indices into Graph::tensors; the head has no output tensor (-1):
/// its result leaves the network.
struct OpNode {
  std::string name;
  OpDesc op;
  std::vector<int> inputs;
  int output = -1;
  int weights = -1;        ///< index into Weights::layers; -1 for ops without parameters
  bool on_demand = false;  ///< computes planes when a later op waits for nothing else, instead of
                           ///< as soon as it can
};

/// Tensor 0 is the input. Every op reads tensors of earlier ops; the last op is the head.
struct Graph {
  std::vector<TensorNode> tensors;
  std::vector<OpNode> ops;
  int levels = 0;  ///< the volume is padded to a multiple of 2^levels

  const HeadDesc& head() const { return std::get<HeadDesc>(ops.back().op); }
  std::int64_t parameters() const;
  /// Of one pass over a volume of this extent, counted as published: direct convolution, 2 per
  /// multiply-add.
  double flop(const Extent3& extent) const;
};

/// What makes one DeepFinder network differ from another.
struct DeepFinderSpec {
  std::array<std::int64_t, 3> widths{
      32, 48, 64};           ///< channels at full, half and quarter resolution, at least 2
  std::int64_t classes = 2;  ///< background included, 2 to 256
  FirstSkip first_skip = FirstSkip::Keep;
  bool streamed = true;  ///< layers' groups of planes begin in alternation, see
                         ///< Conv3dDesc::plane_phase; costs time where all planes fit
};

/// The network of Moebel et al., figure 4, as released: 15 convolutions, two poolings, two
/// up-convolutions with the up-sampled features before the skip. Throws `Error` for widths or
/// classes out of range.
Graph deepfinder_graph(const DeepFinderSpec& spec);

}  // namespace dfe

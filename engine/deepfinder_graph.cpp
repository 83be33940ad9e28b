// SPDX-License-Identifier: Apache-2.0
// The one place that knows the network's layers: deepfinder_graph at the end lists them, Builder
// turns them into ops, with the groups and phases of planes that make streaming short
// (docs/design/engine.md, "Why streaming is exact, and what it costs"). Source: the released
// DeepFinder (models.py) and figure 4 of the paper.
#include <utility>

#include "dfengine/error.hpp"
#include "engine/graph.hpp"
#include "layers/op_facts.hpp"

namespace dfe {
namespace {

constexpr std::int64_t kLate =
    3;  // a phase by which groups of two or four planes begin one plane late

/// Four planes at a time, but two at the lowest resolution: there a plane is four of the volume,
/// for which all the skips would wait.
std::int64_t planes_at_once(int level) { return level < 2 ? 4 : 2; }

/// Appends ops; each method returns the index of the tensor it makes.
struct Builder {
  Graph graph;
  int next_weights = 0;
  bool streamed = true;
  std::int64_t phase = kLate;  // alternates from convolution to convolution; the last one of a
                               // level has 0, as pooling and doubling want

  int tensor(const std::string& name, std::int64_t channels, int level) {
    graph.tensors.push_back({name, channels, level});
    return static_cast<int>(graph.tensors.size()) - 1;
  }
  const TensorNode& at(int t) const { return graph.tensors[static_cast<std::size_t>(t)]; }

  int add(const std::string& name, const OpDesc& op, std::vector<int> inputs, int level) {
    const int y = tensor(name, output_channels(op), level);
    graph.ops.push_back(
        {name, op, std::move(inputs), y, parameter_count(op) > 0 ? next_weights++ : -1});
    return y;
  }
  std::int64_t next_phase() { return streamed ? std::exchange(phase, kLate - phase) : 0; }
  /// Of one input, or of up-sampled features and a skip.
  int conv(const std::string& name, const std::vector<int>& x, std::int64_t co) {
    const int level = at(x[0]).level;
    return add(name,
               Conv3dDesc{.c0 = at(x[0]).channels,
                          .c1 = x.size() > 1 ? at(x[1]).channels : 0,
                          .co = co,
                          .planes_at_once = planes_at_once(level),
                          .plane_phase = next_phase(),
                          .voxels_at_once = streamed && level < 2 ? 6 : 4},
               x, level);
  }
  /// A convolution that was there before, from input `x` that is the same.
  int again(const std::string& name, const std::string& first, int x) {
    for (const OpNode& node : graph.ops)
      if (node.name == first) {
        const OpNode copy = node;  // with its phase and weights
        const int y = tensor(name, output_channels(copy.op), at(x).level);
        graph.ops.push_back({name, copy.op, {x}, y, copy.weights, true});
        return y;
      }
    throw Error("network", first, "no such op", "a name was changed in one place only");
  }
  /// `x` in 16 bits.
  int narrow(const std::string& name, int x) {
    const int y = add(name, CastDesc{at(x).channels}, {x}, at(x).level);
    graph.tensors[static_cast<std::size_t>(y)].half = true;
    return y;
  }
  /// Back from 16 bits, when it is needed.
  int widen(const std::string& name, int x) {
    const int y = add(name, CastDesc{at(x).channels, true}, {x}, at(x).level);
    graph.ops.back().on_demand = true;
    return y;
  }
  int pool(const std::string& name, int x) {
    return add(name, MaxPoolDesc{at(x).channels}, {x}, at(x).level + 1);
  }
  int up(const std::string& name, int x) {
    return add(name, UpConvDesc{at(x).channels, at(x).channels}, {x}, at(x).level - 1);
  }
};

}  // namespace

std::int64_t Graph::parameters() const {
  std::int64_t sum = 0;
  std::vector<bool> counted;
  for (const OpNode& op : ops) {
    if (op.weights < 0) continue;
    const auto layer = static_cast<std::size_t>(op.weights);
    if (counted.size() <= layer) counted.resize(layer + 1, false);
    if (!counted[layer]) sum += parameter_count(op.op);
    counted[layer] = true;
  }
  return sum;
}

double Graph::flop(const Extent3& extent) const {
  double sum = 0;
  for (const OpNode& node : ops) {
    const int level = node.output >= 0 ? tensors[static_cast<std::size_t>(node.output)].level : 0;
    sum += dfe::flop(node.op, {extent.z >> level, extent.y >> level, extent.x >> level});
  }
  return sum;
}

Graph deepfinder_graph(const DeepFinderSpec& spec) {
  for (const std::int64_t width : spec.widths)
    if (width < 2 || width > 4096)
      throw Error("network", std::to_string(width), "width out of range",
                  "expected 2 to 4096 channels");
  if (spec.classes < 2 || spec.classes > 256)
    throw Error("network", std::to_string(spec.classes), "number of classes out of range",
                "expected 2 to 256, background included");
  const auto [full, half, quarter] = spec.widths;
  Builder b;
  b.graph.levels = 2;
  b.streamed = spec.streamed;
  const int input = b.tensor("input", 1, 0);
  int x = input;
  x = b.conv("conv1", {x}, full);
  int high = x = b.conv("conv2", {x}, full);
  if (spec.first_skip == FirstSkip::Half) high = b.narrow("skip in 16 bits", x);
  x = b.pool("pool1", x);
  x = b.conv("conv3", {x}, half);
  const int mid = x = b.conv("conv4", {x}, half);
  x = b.pool("pool2", x);
  for (const char* const name : {"conv5", "conv6", "conv7", "conv8"})
    x = b.conv(name, {x}, quarter);
  x = b.up("up9", x);
  x = b.conv("conv10", {x, mid}, half);
  x = b.conv("conv11", {x}, half);
  x = b.up("up12", x);
  if (spec.first_skip == FirstSkip::Half) high = b.widen("skip again", high);
  if (spec.first_skip == FirstSkip::Recompute)
    high = b.again("conv2 again", "conv2", b.again("conv1 again", "conv1", input));
  x = b.conv("conv13", {x, high}, full);
  x = b.conv("conv14", {x}, full);
  b.graph.ops.push_back({"head15", HeadDesc{full, spec.classes}, {x}, -1, b.next_weights});
  return b.graph;
}

}  // namespace dfe

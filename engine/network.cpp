// SPDX-License-Identifier: Apache-2.0
// Plans every op of a graph on a backend, with its weights checked against its shape, and answers
// what the ops together need: bytes, workspace, blocks. It visits ops with one overload each, so an
// op that a backend could not be asked for does not compile. See docs/design/engine.md, "The path"
// and "The backend interface".
#include "engine/network.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/overloaded.hpp"
#include "dfengine/error.hpp"
#include "kernels/op_weights.hpp"
#include "layers/op_facts.hpp"

namespace dfe {
namespace {

/// The weights of one op, checked against its shape.
const LayerWeights& weights_of(const OpNode& node, const Weights& weights) {
  if (static_cast<std::size_t>(node.weights) >= weights.layers.size())
    throw Error("weights", node.name, "only " + std::to_string(weights.layers.size()) + " layers",
                "expected weights for every layer of the network");
  const LayerWeights& layer = weights.layers[static_cast<std::size_t>(node.weights)];
  check_weights("weights", node.name, kernel_shape(node.op), layer);
  return layer;
}

}  // namespace

Network::Network(const Graph& graph, const Weights& weights, Backend& backend, std::int64_t widest)
    : graph_(graph), backend_(&backend) {
  const auto add = [&](std::unique_ptr<PlannedOp> op) { ops_.push_back(std::move(op)); };
  for (const OpNode& node : graph_.ops)
    std::visit(
        Overloaded{
            [&](const Conv3dDesc& op) { add(backend.plan(op, weights_of(node, weights), widest)); },
            [&](const MaxPoolDesc& op) { add(backend.plan(op)); },
            [&](const UpConvDesc& op) { add(backend.plan(op, weights_of(node, weights), widest)); },
            [&](const CastDesc& op) { add(backend.plan_cast(op)); },
            [&](const HeadDesc& op) {
              head_ = backend.plan(op, weights_of(node, weights), widest);
            }},
        node.op);
}

void Network::set_weights(const Weights& weights) {
  for (const OpNode& node : graph_.ops)  // all of them before the first op changes
    if (node.weights >= 0) weights_of(node, weights);
  for (std::size_t i = 0; i < ops_.size(); ++i)
    if (graph_.ops[i].weights >= 0) ops_[i]->set_weights(weights_of(graph_.ops[i], weights));
  head_->set_weights(weights_of(graph_.ops.back(), weights));
}

std::size_t Network::bytes() const {
  std::size_t sum = head_->bytes();
  for (const auto& op : ops_) sum += op->bytes();
  return sum;
}

std::size_t Network::results_in_flight() const {
  return static_cast<std::size_t>(std::max(head_->in_flight(), 1));
}

std::size_t Network::workspace_bytes(const Extent3& extent, std::int64_t slab_planes) const {
  std::size_t most = 0;
  for (std::size_t i = 0; i < ops_.size(); ++i) {
    const TensorNode& y = graph_.tensors[static_cast<std::size_t>(graph_.ops[i].output)];
    const Extent3 planes{
        std::min(std::max<std::int64_t>(slab_planes >> y.level, 1), extent.z >> y.level),
        extent.y >> y.level, extent.x >> y.level};
    most = std::max(most, ops_[i]->workspace_bytes(planes, y.channels));
  }
  return most;
}

std::vector<Extent3> Network::grids() const {
  std::vector<Extent3> grids;
  for (const auto& op : ops_) grids.push_back(op->grid());
  grids.push_back({1, 1, 1});
  return grids;
}

std::vector<PlaneGroup> Network::plane_groups() const {
  const std::vector<Extent3> blocks = grids();
  std::vector<PlaneGroup> groups;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto* const conv = std::get_if<Conv3dDesc>(&graph_.ops[i].op);
    groups.push_back({blocks[i].z, conv ? conv->plane_phase % blocks[i].z : 0});
  }
  return groups;
}

}  // namespace dfe

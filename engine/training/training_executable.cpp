// SPDX-License-Identifier: Apache-2.0
// Forward and backward of one patch: ops are planned once and get each step's weights, forward
// keeps every activation, backward walks the ops from last to first. Convolutions overwrite the
// gradient of their input and pooling adds to it, so only a pooling that comes first needs zeros
// (starts_at_zero_). See docs/design/training.md, "The path of a batch".
#include "engine/training/training_executable.hpp"

#include <cstring>
#include <string>

#include "core/overloaded.hpp"
#include "dfengine/error.hpp"
#include "layers/op_facts.hpp"

namespace dfe {
namespace {

/// In training the head is a convolution whose result, the logits, stays in the backend.
Conv3dDesc head_convolution(const HeadDesc& head) {
  return {.kernel = {1, 1, 1},
          .pad_lo = {0, 0, 0},
          .pad_hi = {0, 0, 0},
          .c0 = head.ci,
          .c1 = 0,
          .co = head.classes,
          .relu = false};
}

std::unique_ptr<PlannedBackward> plan_backward(BackwardPlanner& planner, const OpNode& node,
                                               std::int64_t widest) {
  return std::visit(
      Overloaded{[&](const Conv3dDesc& op) { return planner.plan(op, widest); },
                 [&](const MaxPoolDesc& op) { return planner.plan(op); },
                 [&](const UpConvDesc& op) { return planner.plan(op, widest); },
                 [&](const HeadDesc& op) { return planner.plan(head_convolution(op), widest); },
                 [&](const CastDesc&) -> std::unique_ptr<PlannedBackward> {
                   throw Error("training", node.name, "a tensor in 16 bits has no gradient",
                               "train with FirstSkip::Keep");
                 }},
      node.op);
}

}  // namespace

std::int64_t activation_bytes(const Graph& graph, const Extent3& patch) {
  std::int64_t values = patch.voxels() * (graph.head().classes + 15) / 16 * 16;  // logits
  for (const TensorNode& tensor : graph.tensors)
    values += (patch.voxels() >> (3 * tensor.level)) *
              (tensor.channels == 1 ? 1 : (tensor.channels + 15) / 16 * 16);
  return values * static_cast<std::int64_t>(sizeof(float));
}

TrainingExecutable::TrainingExecutable(const Graph& graph, const TrainingBackend& backend,
                                       const Extent3& patch, std::int64_t kept)
    : graph_(graph), backend_(&backend), patch_(patch) {
  const std::int64_t multiple = std::int64_t{1} << graph.levels;
  if (patch.voxels() <= 0 || patch.z % multiple || patch.y % multiple || patch.x % multiple)
    throw Error("training", patch.to_string(),
                "patch size is not a multiple of " + std::to_string(multiple),
                "choose a multiple, such as 56 voxels");
  std::vector<bool> written(graph.tensors.size(), false);
  starts_at_zero_.assign(graph.ops.size(), false);
  backward_.resize(graph.ops.size());
  for (std::size_t i = graph.ops.size(); i-- > 0;) {
    const OpNode& node = graph.ops[i];
    backward_[i] = plan_backward(*backend.backward, node, patch.x);
    const bool pools = std::holds_alternative<MaxPoolDesc>(node.op);
    for (const int x : node.inputs) {
      const std::size_t input = static_cast<std::size_t>(x);
      if (written[input] && !pools)
        throw Error("training", node.name, "its input's gradient has another writer",
                    "only pooling can add to a gradient");
      starts_at_zero_[i] = pools && !written[input];
      written[input] = true;
    }
  }
  loss_ = backend.backward->plan_loss(graph.head().classes);
  for (std::size_t t = 0; t < graph.tensors.size(); ++t) gradients_.push_back(make_tensor(t));
  for (std::int64_t slot = 0; slot < kept; ++slot) {
    std::vector<Tensor>& tensors = activations_.emplace_back();
    for (std::size_t t = 0; t < graph.tensors.size(); ++t) tensors.push_back(make_tensor(t));
    tensors.emplace_back(*backend.forward, patch, graph.head().classes);
  }
}

Tensor TrainingExecutable::make_tensor(std::size_t index) const {
  const TensorNode& node = graph_.tensors[index];
  return Tensor(*backend_->forward,
                {patch_.z >> node.level, patch_.y >> node.level, patch_.x >> node.level},
                node.channels);
}

std::vector<PlaneBuffer> TrainingExecutable::inputs_of(const std::vector<Tensor>& tensors,
                                                       const OpNode& node) const {
  std::vector<PlaneBuffer> inputs;
  for (const int x : node.inputs) inputs.push_back(tensors[static_cast<std::size_t>(x)].buffer());
  return inputs;
}

std::size_t TrainingExecutable::bytes() const {
  std::size_t sum = network_ ? network_->bytes() + network_->workspace_bytes(patch_, patch_.z) : 0;
  const auto add = [&](const std::vector<Tensor>& tensors) {
    for (const Tensor& t : tensors)
      sum += static_cast<std::size_t>(t.buffer().capacity) * t.buffer().plane_bytes;
  };
  add(gradients_);
  for (const auto& slot : activations_) add(slot);
  for (const auto& op : backward_) sum += op->bytes();
  return sum;
}

void TrainingExecutable::set_weights(const Weights& weights) {
  const auto of = [&](const OpNode& node) -> const LayerWeights& {
    return weights.layers[static_cast<std::size_t>(node.weights)];
  };
  const OpNode& head = graph_.ops.back();
  if (network_) {
    network_->set_weights(weights);
    head_->set_weights(of(head));
  } else {
    head_ = backend_->forward->plan(head_convolution(graph_.head()), of(head), patch_.x);
    network_.emplace(graph_, weights, *backend_->forward, patch_.x);
  }
  for (std::size_t i = 0; i < graph_.ops.size(); ++i)
    if (graph_.ops[i].weights >= 0) backward_[i]->set_weights(of(graph_.ops[i]));
}

ClassSums TrainingExecutable::forward(std::int64_t slot, const float* voxels,
                                      const std::uint8_t* labels) {
  std::vector<Tensor>& tensors = activations_[static_cast<std::size_t>(slot)];
  tensors[0].store(voxels);
  for (std::size_t i = 0; i < graph_.ops.size(); ++i) {
    const OpNode& node = graph_.ops[i];
    const bool head = node.output < 0;
    const PlaneBuffer& y =
        head ? tensors.back().buffer() : tensors[static_cast<std::size_t>(node.output)].buffer();
    PlannedOp& op = head ? *head_ : network_->op(static_cast<int>(i));
    op.run(y, inputs_of(tensors, node), 0, y.extent.z);
  }
  return loss_->forward(tensors.back().buffer(), labels);
}

void TrainingExecutable::backward(std::int64_t slot, const std::uint8_t* labels,
                                  const LossSlopes& slopes, Gradients& gradients) {
  const std::vector<Tensor>& tensors = activations_[static_cast<std::size_t>(slot)];
  const PlaneBuffer& logits = tensors.back().buffer();
  loss_->backward(logits, labels, slopes);
  for (std::size_t i = graph_.ops.size(); i-- > 0;) {
    const OpNode& node = graph_.ops[i];
    const std::size_t out = static_cast<std::size_t>(node.output);
    const PlaneBuffer& y = node.output < 0 ? logits : tensors[out].buffer();
    const PlaneBuffer& dy = node.output < 0 ? logits : gradients_[out].buffer();
    std::vector<PlaneBuffer> dx = inputs_of(gradients_, node);
    for (std::size_t k = 0; k < dx.size(); ++k)
      if (node.inputs[k] == 0) dx[k].data = nullptr;  // nobody wants the gradient of the tomogram
    if (starts_at_zero_[i])
      std::memset(dx[0].data, 0, static_cast<std::size_t>(dx[0].capacity) * dx[0].plane_bytes);
    backward_[i]->run(
        {inputs_of(tensors, node), y, dy, dx},
        node.weights < 0 ? nullptr : &gradients[static_cast<std::size_t>(node.weights)]);
  }
}

}  // namespace dfe

// SPDX-License-Identifier: Apache-2.0
// A network with the memory to train on patches of one extent: forward keeps every activation,
// backward turns them into gradients. Whole tensors, because a patch is small and backward needs
// all of it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/network.hpp"
#include "engine/training/training_backend.hpp"
#include "kernels/tensor.hpp"
#include "optim/gradients.hpp"

namespace dfe {

/// Bytes of the activations of one sample, which are those of their gradients too. An estimate:
/// channels are counted in blocks of 16.
std::int64_t activation_bytes(const Graph& graph, const Extent3& patch);

class TrainingExecutable {
 public:
  /// `kept` samples can be between forward and backward at a time. Throws `Error` where `patch` is
  /// not a multiple of 2^levels, or the backend has no kernel for an op. The backend must outlive
  /// the executable.
  TrainingExecutable(const Graph& graph, const TrainingBackend& backend, const Extent3& patch,
                     std::int64_t kept);

  const Extent3& patch() const { return patch_; }
  std::size_t bytes() const;

  /// Takes over the weights for the runs to come.
  void set_weights(const Weights& weights);

  /// Runs the network on normalized voxels (z, y, x) and compares with labels of the same shape,
  /// all below the number of classes.
  ClassSums forward(std::int64_t slot, const float* voxels, const std::uint8_t* labels);

  /// Gradients of the sample whose forward was last run in `slot`; forward must be run again before
  /// the next backward of the slot.
  void backward(std::int64_t slot, const std::uint8_t* labels, const LossSlopes& slopes,
                Gradients& gradients);

 private:
  Tensor make_tensor(std::size_t index) const;
  std::vector<PlaneBuffer> inputs_of(const std::vector<Tensor>& tensors, const OpNode& node) const;

  Graph graph_;
  const TrainingBackend* backend_;
  Extent3 patch_;
  std::optional<Network> network_;                          // planned with the first weights
  std::unique_ptr<PlannedOp> head_;                         // as a convolution
  std::vector<std::unique_ptr<PlannedBackward>> backward_;  // per op, the head's included
  std::unique_ptr<PlannedLoss> loss_;
  std::vector<std::vector<Tensor>> activations_;  // per slot and tensor, the logits last
  std::vector<Tensor> gradients_;  // per tensor; the logits' own tensor serves as their gradient
  std::vector<bool>
      starts_at_zero_;  // per op: a pooling that is the first to write its input's gradient
};

}  // namespace dfe

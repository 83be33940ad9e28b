// SPDX-License-Identifier: Apache-2.0
// The interface for training, in addition to that for inference (backend.hpp). A planner makes the
// backward of each op, on whole tensors in the layout of its backend. The head needs none: in
// training it is a 1x1x1 convolution followed by softmax and loss.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/backend.hpp"

namespace dfe {

/// Gradient of one op's parameters, shaped like its LayerWeights. In double, so that sums over
/// samples lose nothing.
struct LayerGradient {
  std::vector<double> dw;  ///< (kz, ky, kx, ci, co)
  std::vector<double> db;  ///< (co)
};

/// What the backward of an op reads and writes: whole tensors (capacity = depth).
struct BackwardTensors {
  std::span<const PlaneBuffer> x;  ///< inputs of the forward op
  PlaneBuffer y;                   ///< its result
  PlaneBuffer dy;  ///< gradient of the loss by y; set to zero where ReLU held y at zero
  std::span<const PlaneBuffer> dx;  ///< as x; one without data is not wanted
};

/// The backward of an op. Results do not depend on the number of threads.
class PlannedBackward {
 public:
  virtual ~PlannedBackward() = default;
  virtual std::string name() const = 0;

  /// Memory the op holds, as far as it is known yet: scratch is made on the first run and kept.
  virtual std::size_t bytes() const = 0;

  /// As PlannedOp::set_weights. An op with parameters gets its first ones in this way, too.
  virtual void set_weights(const LayerWeights& /*weights*/) { refuse_weights(name()); }

  /// Writes dx and, where there are parameters, `gradient`. Convolutions overwrite dx; pooling adds
  /// to it, because what it reads is also read by a convolution.
  virtual void run(const BackwardTensors& tensors, LayerGradient* gradient) = 0;
};

/// Sums over the voxels of a batch from which every loss and score per voxel follows, each by
/// class. With p the probabilities and g the truth (1 for the class of the label, else 0).
struct ClassSums {
  std::vector<double> voxels;         ///< Σ g
  std::vector<double> probability;    ///< Σ p
  std::vector<double> overlap;        ///< Σ p g
  std::vector<double> cross_entropy;  ///< Σ -g ln p
  std::vector<double>
      predicted;  ///< voxels where the class has the largest probability (ties: the lowest class)
  std::vector<double> correct;  ///< those of them that are labelled so

  explicit ClassSums(std::int64_t classes = 0) {
    for (std::vector<double>* row : rows()) row->assign(static_cast<std::size_t>(classes), 0.0);
  }
  std::int64_t classes() const { return static_cast<std::int64_t>(voxels.size()); }
  std::vector<std::vector<double>*> rows() {
    return {&voxels, &probability, &overlap, &cross_entropy, &predicted, &correct};
  }
};

/// What of a loss the gradient at one voxel depends on: a loss that is a function of ClassSums has
/// these constants for a whole batch.
struct LossSlopes {
  std::vector<double> cross_entropy;  ///< factor of the cross-entropy of a voxel with this label
  std::vector<double> inside;         ///< dL/dp of this class at a voxel with its label
  std::vector<double> outside;        ///< dL/dp of this class at any other voxel
};

/// Softmax and loss of one sample, in place. Sums are in double and in a fixed order.
class PlannedLoss {
 public:
  virtual ~PlannedLoss() = default;

  /// Replaces logits by probabilities; returns the sample's sums. `labels` (z, y, x) are all below
  /// the number of classes.
  virtual ClassSums forward(const PlaneBuffer& logits, const std::uint8_t* labels) = 0;

  /// Replaces probabilities by the gradient of the loss by the logits.
  virtual void backward(const PlaneBuffer& probabilities, const std::uint8_t* labels,
                        const LossSlopes& slopes) = 0;
};

/// Plans the backward of ops for one backend; serves one caller at a time.
class BackwardPlanner {
 public:
  virtual ~BackwardPlanner() = default;

  /// These throw `Error` naming op, shape and reason where there is no kernel. `widest` is the
  /// largest W of a tensor that will run.
  virtual std::unique_ptr<PlannedBackward> plan(const Conv3dDesc& op, std::int64_t widest) = 0;
  virtual std::unique_ptr<PlannedBackward> plan(const MaxPoolDesc& op) = 0;
  virtual std::unique_ptr<PlannedBackward> plan(const UpConvDesc& op, std::int64_t widest) = 0;
  virtual std::unique_ptr<PlannedLoss> plan_loss(std::int64_t classes) = 0;
};

}  // namespace dfe

// SPDX-License-Identifier: Apache-2.0
// What the ops of the GPU backend share: the machine, one workspace for all of them (they run one
// after another), weights as the GPU wants them, and the windows in which a convolution is
// computed.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <vector>

#include "kernels/backend.hpp"
#include "kernels/cuda/machine/machine.hpp"

namespace dfe::card {

struct Shared {
  std::unique_ptr<Machine> machine;
  Precision precision;
  Block workspace;  ///< one for all ops, because they run one after another

  /// Makes sure the workspace has so many bytes. Only while preparing: nothing may be running in
  /// it.
  void reserve(std::size_t bytes) {
    if (bytes <= workspace.bytes()) return;
    machine->synchronize();
    workspace = Block();  // gone before the larger one comes
    workspace = Block(*machine, bytes);
  }
  /// Runs a kernel on tensors of the backend's precision.
  template <class Call>
  void run(const Call& call) const {
    machine->run(InPrecision<Call>{precision, call});
  }
  std::int64_t packed(std::int64_t channels) const {
    return whole_packs(channels, pack_size(precision));
  }
  /// Bytes of `voxels` voxels of `channels` channels.
  std::size_t bytes(std::int64_t voxels, std::int64_t channels) const {
    return static_cast<std::size_t>(voxels * packed(channels) * element_bytes(precision));
  }
};

/// Brings a host array as it is to the machine's memory `to`, which is made the first time and
/// later overwritten, behind what was queued for computing.
template <class T>
void upload(Machine& machine, const std::vector<T>& values, Block& to) {
  const std::size_t bytes = values.size() * sizeof(T);
  if (to.bytes() != bytes) to = Block(machine, bytes);
  machine.copy(to.data(), reinterpret_cast<const std::byte*>(values.data()), bytes, Queue::Compute);
  machine.synchronize();  // `values` may go
}

/// The same, converted to the element type of `precision`.
void upload(Machine& machine, Precision precision, const std::vector<float>& values, Block& to);

/// (co, taps, ci) in whole packs, zeros between, from rows [ci_begin, ci_begin + ci) of w (taps,
/// all_ci, co).
std::vector<float> filter_order(const float* w, std::int64_t taps, std::int64_t all_ci,
                                std::int64_t ci_begin, std::int64_t ci, std::int64_t co,
                                std::int64_t packed_ci, std::int64_t packed_co);

/// One convolution of planes: its weights on the GPU, and a plan for each shape of window that was
/// prepared.
class WindowConv {
 public:
  struct Step {  ///< output planes [z_begin, z_end) from input planes [in_begin, in_end)
    std::int64_t z_begin, z_end, in_begin, in_end;
    ConvShape shape;
  };

  /// `shape` without window and z padding; `kernel` gives the whole z padding.
  WindowConv(Shared& shared, const ConvShape& shape) : shared_(shared), shape_(shape) {}

  const ConvShape& shape() const { return shape_; }

  /// `filter` as filter_order gives it. Before anything else.
  void set_weights(const std::vector<float>& filter, const std::vector<float>& bias);

  /// Calls step(Step) for the pieces of [z_begin, z_end): no tensor of a call reaches 2^31 bytes.
  /// `depth`: planes of the input.
  void for_steps(const Extent3& plane, std::int64_t depth, std::int64_t z_begin, std::int64_t z_end,
                 const std::function<void(const Step&)>& step) const;

  void prepare(const Step& step, const ConvArguments* sample);
  /// Arguments without weights and bias, which the conv has itself.
  void run(const Step& step, ConvArguments arguments);

  std::size_t workspace_bytes() const { return workspace_bytes_; }
  std::size_t bytes() const { return filter_.bytes() + bias_.bytes(); }
  std::string name() const {
    return plans_.empty() ? "cudnn, chosen by time when it first runs" : first_->name();
  }

 private:
  using Key = std::array<std::int64_t, 5>;  // planes, H, W, padding before and after
  static Key key(const ConvShape& s) {
    return {s.window.z, s.window.y, s.window.x, s.pad_lo.z, s.pad_hi.z};
  }

  Shared& shared_;
  ConvShape shape_;
  Block filter_, bias_;
  std::map<Key, std::unique_ptr<ConvPlan>> plans_;
  const ConvPlan* first_ = nullptr;
  std::size_t workspace_bytes_ = 0;
};

std::unique_ptr<PlannedOp> make_card_conv(Shared& shared, const Conv3dDesc& op,
                                          const LayerWeights& weights);
/// Whether there is a kernel of the project's own for a convolution on this GPU.
bool has_card_halo_conv(const Shared& shared, const Conv3dDesc& op);
std::unique_ptr<PlannedOp> make_card_halo_conv(Shared& shared, const Conv3dDesc& op,
                                               const LayerWeights& weights);
bool has_card_halo_up_conv(const Shared& shared, const UpConvDesc& op);
std::unique_ptr<PlannedOp> make_card_halo_up_conv(Shared& shared, const UpConvDesc& op,
                                                  const LayerWeights& weights);
std::unique_ptr<PlannedOp> make_card_first_layer(Shared& shared, const Conv3dDesc& op,
                                                 const LayerWeights& weights);
std::unique_ptr<PlannedOp> make_card_max_pool(Shared& shared, const MaxPoolDesc& op);
std::unique_ptr<PlannedOp> make_card_up_conv(Shared& shared, const UpConvDesc& op,
                                             const LayerWeights& weights);
std::unique_ptr<PlannedHead> make_card_head(Shared& shared, const HeadDesc& op,
                                            const LayerWeights& weights);

}  // namespace dfe::card

// SPDX-License-Identifier: Apache-2.0
// Convolutions of the network's channels, of one input or of two, and the large up-convolution, on
// the kernels of kernels/common/halo_conv.hpp and halo_up_conv.hpp.
#include <algorithm>

#include "kernels/cuda/network/card_parts.hpp"
#include "kernels/op_weights.hpp"

namespace dfe::card {
namespace {

class CardHaloConv final : public PlannedOp {
 public:
  CardHaloConv(Shared& shared, const Conv3dDesc& op, const LayerWeights& weights)
      : shared_(shared), op_(op) {
    set_weights(weights);
  }
  std::string name() const override { return "own, halo in shared memory"; }
  std::size_t bytes() const override { return w_.bytes() + b_.bytes(); }

  void set_weights(const LayerWeights& weights) override {
    check_weights("cuda", "conv3d", kernel_shape(op_), weights);
    with_halo_conv(op_.c0, op_.c1, op_.co, [&](auto, int parts) {
      with_16_bits(shared_.precision, [&](auto element) {
        upload(*shared_.machine,
               halo_conv_weights<decltype(element)>(weights.kernel.data(), op_.c0 + op_.c1, op_.co,
                                                    parts),
               w_);
      });
    });
    upload(*shared_.machine, weights.bias, b_);
  }

  void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin,
           std::int64_t z_end) override {
    const std::int64_t first = std::max<std::int64_t>(z_begin - 1, 0),
                       last = std::min(z_end + 1, y.extent.z);
    shared_.run(HaloConvCall{x[0].plane(first), op_.c1 > 0 ? x[1].plane(first) : nullptr,
                             y.plane(z_begin), w_.data(), reinterpret_cast<const float*>(b_.data()),
                             z_begin, z_end, first, last - first, y.extent.y, y.extent.x, op_.c0,
                             op_.c1, op_.co, op_.relu});
  }

 private:
  Shared& shared_;
  Conv3dDesc op_;
  Block w_, b_;
};

class CardHaloUpConv final : public PlannedOp {
 public:
  CardHaloUpConv(Shared& shared, const UpConvDesc& op, const LayerWeights& weights)
      : shared_(shared), op_(op) {
    set_weights(weights);
  }
  std::string name() const override { return "own, halo in shared memory"; }
  std::size_t bytes() const override { return w_.bytes() + b_.bytes(); }

  void set_weights(const LayerWeights& weights) override {
    check_weights("cuda", "up_conv", kernel_shape(op_), weights);
    with_16_bits(shared_.precision, [&](auto element) {
      upload(*shared_.machine,
             halo_up_conv_weights<decltype(element)>(weights.kernel.data(), op_.ci, op_.co), w_);
    });
    upload(*shared_.machine, weights.bias, b_);
  }

  void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin,
           std::int64_t z_end) override {
    const std::int64_t first = z_begin / 2;
    shared_.run(HaloUpConvCall{
        {x[0].plane(first), y.plane(z_begin), reinterpret_cast<const std::uint32_t*>(w_.data()),
         reinterpret_cast<const float*>(b_.data()), z_begin, z_end, first, x[0].extent.z,
         x[0].extent.y, x[0].extent.x, op_.ci, op_.co, op_.relu}});
  }

 private:
  Shared& shared_;
  UpConvDesc op_;
  Block w_, b_;
};

}  // namespace

bool has_card_halo_conv(const Shared& shared, const Conv3dDesc& op) {
  const Extent3 three{3, 3, 3}, one{1, 1, 1};
  return element_bytes(shared.precision) == 2 && shared.machine->runs_halo_conv() &&
         op.kernel == three && op.pad_lo == one && op.pad_hi == one &&
         has_halo_conv(op.c0, op.c1, op.co);
}

std::unique_ptr<PlannedOp> make_card_halo_conv(Shared& shared, const Conv3dDesc& op,
                                               const LayerWeights& weights) {
  return std::make_unique<CardHaloConv>(shared, op, weights);
}

bool has_card_halo_up_conv(const Shared& shared, const UpConvDesc& op) {
  return element_bytes(shared.precision) == 2 && shared.machine->runs_halo_conv() &&
         has_halo_up_conv(op.ci, op.co);
}

std::unique_ptr<PlannedOp> make_card_halo_up_conv(Shared& shared, const UpConvDesc& op,
                                                  const LayerWeights& weights) {
  return std::make_unique<CardHaloUpConv>(shared, op, weights);
}

}  // namespace dfe::card

// SPDX-License-Identifier: Apache-2.0
// 3x3x3 convolutions of the network's channels on the kernel of kernels/common/halo_conv.hpp; of one input or of two.
#include <algorithm>

#include "kernels/cuda/card_parts.hpp"

namespace dfe::card {
namespace {

class CardHaloConv final : public PlannedOp {
 public:
  CardHaloConv(Shared& shared, const Conv3dDesc& op, const LayerWeights& weights) : shared_(shared), op_(op) {
    with_halo_conv(op.c0, op.c1, op.co, [&](auto, int parts) {
      if (shared.precision == Precision::Bf16)
        keep(halo_conv_weights<Bf16>(weights.kernel.data(), op.c0 + op.c1, op.co, parts));
      else
        keep(halo_conv_weights<Fp16>(weights.kernel.data(), op.c0 + op.c1, op.co, parts));
    });
    b_ = upload(*shared.machine, Precision::Fp32, weights.bias);
  }
  std::string name() const override { return "own, halo in shared memory"; }
  std::size_t bytes() const override { return w_.bytes() + b_.bytes(); }

  void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin, std::int64_t z_end) override {
    const std::int64_t first = std::max<std::int64_t>(z_begin - 1, 0), last = std::min(z_end + 1, y.extent.z);
    shared_.machine->run(shared_.precision, HaloConvCall{x[0].plane(first), op_.c1 > 0 ? x[1].plane(first) : nullptr, y.plane(z_begin),
                                                         w_.data(), reinterpret_cast<const float*>(b_.data()), z_begin, z_end, first,
                                                         last - first, y.extent.y, y.extent.x, op_.c0, op_.c1, op_.co, op_.relu});
  }

 private:
  template <class T>
  void keep(const std::vector<T>& values) {
    w_ = Block(*shared_.machine, values.size() * sizeof(T));
    shared_.machine->copy(w_.data(), reinterpret_cast<const std::byte*>(values.data()), w_.bytes(), Queue::Compute);
    shared_.machine->synchronize();  // `values` go
  }

  Shared& shared_;
  Conv3dDesc op_;
  Block w_, b_;
};

}  // namespace

bool has_card_halo_conv(const Shared& shared, const Conv3dDesc& op) {
  const Extent3 three{3, 3, 3}, one{1, 1, 1};
  return element_bytes(shared.precision) == 2 && shared.machine->runs_halo_conv() && op.kernel == three && op.pad_lo == one &&
         op.pad_hi == one && has_halo_conv(op.c0, op.c1, op.co);
}

std::unique_ptr<PlannedOp> make_card_halo_conv(Shared& shared, const Conv3dDesc& op, const LayerWeights& weights) {
  return std::make_unique<CardHaloConv>(shared, op, weights);
}

}  // namespace dfe::card

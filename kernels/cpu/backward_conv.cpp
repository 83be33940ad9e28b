// SPDX-License-Identifier: Apache-2.0
// Backward of a convolution: dx is the convolution of dy with the kernel flipped and transposed, so
// the backend's own forward op does it.
#include <array>

#include "dfengine/error.hpp"
#include "kernels/cpu/backward_parts.hpp"
#include "kernels/op_weights.hpp"

namespace dfe::cpu {
namespace {

class CpuConv3dBackward final : public PlannedBackward {
 public:
  CpuConv3dBackward(BackwardContext& shared, const Conv3dDesc& op, std::int64_t widest)
      : shared_(shared), op_(op), widest_(widest) {
    for (const std::int64_t ci : {op.c0, op.c1})
      if (ci > 0) filters_.push_back(plan_filter(ci));
  }

  std::string name() const override {
    return std::string("filter ") + shared_.table.name +
           (data_[0] ? ", data " + data_[0]->name() : "");
  }

  std::size_t bytes() const override {
    std::size_t sum = 0;
    for (const auto& filter : filters_) sum += filter->bytes();
    for (const auto& op : data_)
      if (op) sum += op->bytes();
    return sum;
  }

  void set_weights(const LayerWeights& w) override {
    check_weights("cpu", "conv3d backward", kernel_shape(op_), w);
    if (op_.c0 > 1) set_data(data_[0], w, 0, op_.c0);
    if (op_.c1 > 0) set_data(data_[1], w, op_.c0, op_.c1);
  }

  void run(const BackwardTensors& t, LayerGradient* gradient) override {
    const std::int64_t ci = op_.c0 + op_.c1;
    gradient->dw.resize(static_cast<std::size_t>(op_.kernel.voxels() * ci * op_.co));
    mask_and_sum(shared_, op_.relu, t.y, t.dy, gradient->db);
    for (std::size_t i = 0; i < t.x.size(); ++i) {
      filters_[i]->run(t.x[i], t.dy, gradient->dw.data() + (i == 0 ? 0 : op_.c0 * op_.co),
                       ci * op_.co);
      if (!t.dx[i].data) continue;
      if (!data_[i])
        throw Error("cpu", "conv3d backward", "no kernel for dx of one channel",
                    "do not ask for it");
      data_[i]->run(t.dx[i], std::span(&t.dy, 1), 0, t.dx[i].extent.z);
    }
  }

 private:
  std::unique_ptr<InputFilter> plan_filter(std::int64_t ci) {
    const bool filtering = shared_.convolution != Convolution::Direct &&
                           op_.kernel == Extent3{3, 3, 3} && op_.pad_lo == Extent3{1, 1, 1} &&
                           ci > 1;
    if (filtering)
      return make_winograd_filter(shared_, ci, op_.co, widest_,
                                  shared_.convolution == Convolution::Winograd ? 4 : 2);
    return std::make_unique<DirectFilter>(shared_, op_.kernel, op_.pad_lo, ci, op_.co);
  }

  /// Gives the op that computes dx of an input its weights; the first ones plan it.
  void set_data(std::unique_ptr<PlannedOp>& data, const LayerWeights& w, std::int64_t first,
                std::int64_t channels) {
    const LayerWeights t = transposed(w, first, channels);
    if (data)
      data->set_weights(t);
    else
      data = shared_.forward.plan(transposed_op(channels), t, widest_);
  }

  Conv3dDesc transposed_op(std::int64_t channels) const {
    return {.kernel = op_.kernel,
            .pad_lo = op_.pad_hi,
            .pad_hi = op_.pad_lo,
            .c0 = op_.co,
            .c1 = 0,
            .co = channels,
            .relu = false};
  }

  /// w'[K-1-k][co][ci] = w[k][first + ci][co], no bias.
  LayerWeights transposed(const LayerWeights& w, std::int64_t first, std::int64_t channels) const {
    const std::int64_t ci = op_.c0 + op_.c1, taps = op_.kernel.voxels();
    LayerWeights t{{op_.kernel.z, op_.kernel.y, op_.kernel.x, op_.co, channels}, {}, {}};
    t.kernel.resize(static_cast<std::size_t>(taps * channels * op_.co));
    t.bias.assign(static_cast<std::size_t>(channels), 0.0f);
    for (std::int64_t k = 0; k < taps; ++k)
      for (std::int64_t c = 0; c < channels; ++c)
        for (std::int64_t o = 0; o < op_.co; ++o)
          t.kernel[static_cast<std::size_t>(((taps - 1 - k) * op_.co + o) * channels + c)] =
              w.kernel[static_cast<std::size_t>((k * ci + first + c) * op_.co + o)];
    return t;
  }

  BackwardContext& shared_;
  Conv3dDesc op_;
  std::int64_t widest_;
  std::vector<std::unique_ptr<InputFilter>> filters_;  // per input
  std::array<std::unique_ptr<PlannedOp>, 2> data_;     // per input
};

}  // namespace

std::unique_ptr<PlannedBackward> make_conv3d_backward(BackwardContext& shared, const Conv3dDesc& op,
                                                      std::int64_t widest) {
  const bool same = op.kernel.x >= 1 && op.kernel.x <= 3 && op.pad_lo.x >= 0 && op.pad_lo.x <= 1 &&
                    op.pad_hi.x <= 1;
  if (!same)
    throw Error("cpu", "conv3d backward",
                "no kernel for " + op.kernel.to_string() + ": rows have one zero at either end");
  return std::make_unique<CpuConv3dBackward>(shared, op, widest);
}

}  // namespace dfe::cpu

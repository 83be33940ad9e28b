// SPDX-License-Identifier: Apache-2.0
// Backward of the sub-pixel up-convolution. dy is first parted into its even and odd voxels, row by row, so that everything after runs on
// neighbouring voxels: dw is eight small filter gradients folded back onto the 2x2x2 kernel, dx one convolution with 27 taps.
#include <algorithm>

#include "engine/api/error.hpp"
#include "kernels/common/sub_pixel.hpp"
#include "kernels/cpu/backward_parts.hpp"

namespace dfe::cpu {
namespace {

class CpuUpConvBackward final : public PlannedBackward {
 public:
  CpuUpConvBackward(BackwardContext& shared, const UpConvDesc& op, std::int64_t widest)
      : shared_(shared), op_(op), zeros_(zero_row(widest)) {
    for (std::int64_t p = 0; p < 8; ++p) filters_.emplace_back(shared, taps_of(p), Extent3{0, 0, 0}, op.ci, op.co);
  }

  std::string name() const override { return std::string("sub-pixel filter and data ") + shared_.table.name; }

  std::size_t bytes() const override {
    std::size_t sum = zeros_.bytes() + parted_.bytes();
    for (const DirectFilter& filter : filters_) sum += filter.bytes();
    for (const OutputGroup& group : groups_) sum += group.weights.bytes() + group.bias.bytes();
    return sum;
  }

  /// Along one axis, dx[j] = w1·dy[2j-1] + (w0 + w1)·dy[2j] + w0·dy[2j+1]: three taps, whose weights are sums over the full kernel.
  void set_weights(const LayerWeights& w) override {
    const auto of_tap = [](std::int64_t tap, std::int64_t k) { return tap == 1 || (tap == 0) == (k == 1); };
    std::vector<double> sums(static_cast<std::size_t>(27 * op_.co * op_.ci), 0.0);
    for (std::int64_t tap = 0; tap < 27; ++tap)
      for (std::int64_t k = 0; k < 8; ++k) {
        if (!of_tap(tap / 9, k >> 2) || !of_tap(tap / 3 % 3, k >> 1 & 1) || !of_tap(tap % 3, k & 1)) continue;
        for (std::int64_t c = 0; c < op_.ci; ++c)
          for (std::int64_t o = 0; o < op_.co; ++o)
            sums[static_cast<std::size_t>((tap * op_.co + o) * op_.ci + c)] +=
                static_cast<double>(w.kernel[static_cast<std::size_t>((k * op_.ci + c) * op_.co + o)]);
      }
    const std::vector<float> kernel(sums.begin(), sums.end()), bias(static_cast<std::size_t>(op_.ci), 0.0f);
    groups_ = pack_weights(kernel.data(), bias.data(), {3, 3, 3}, op_.co, 0, op_.ci, shared_.context.table.widest_group);
  }

  void run(const BackwardTensors& t, LayerGradient* gradient) override {
    mask_and_sum(shared_, op_.relu, t.y, t.dy, gradient->db);
    const PlaneBuffer parted = part(t.dy);
    filter(t.x[0], parted, gradient->dw);
    if (t.dx[0].data) data(t.dx[0], parted);
  }

 private:
  static Extent3 taps_of(std::int64_t parity) {
    return {sub_pixel_taps(parity >> 2), sub_pixel_taps(parity >> 1 & 1), sub_pixel_taps(parity & 1)};
  }

  /// Row 2y holds the even voxels of row y of dy, row 2y + 1 the odd ones.
  PlaneBuffer part(const PlaneBuffer& dy) {
    PlaneBuffer parted = dy;
    parted.extent = {dy.extent.z, 2 * dy.extent.y, dy.extent.x / 2};
    parted.plane_bytes = shared_.forward.plane_bytes(dy.channels, parted.extent.y, parted.extent.x);
    const std::size_t floats = (parted.plane_bytes * static_cast<std::size_t>(dy.extent.z) + shared_.forward.tail_bytes()) / sizeof(float);
    if (parted_floats_ < floats) parted_ = AlignedFloats(parted_floats_ = floats);
    parted.data = reinterpret_cast<std::byte*>(parted_.data());
    shared_.context.for_rows(0, dy.extent.z, dy.extent.y, [&](std::int64_t z, std::int64_t y, int) {
      const PlaneRows from(dy, z), to(parted, z);
      for (std::int64_t b = 0; b < blocks_of(dy.channels); ++b)
        for (std::int64_t px = 0; px < 2; ++px) {
          float* const row = to.at(b, 2 * y + px);
          std::fill_n(row - kBlock, kBlock, 0.0f);  // the scratch may have served another width
          std::fill_n(row + parted.extent.x * kBlock, kBlock, 0.0f);
          const float* const every_second = from.at(b, y) + px * kBlock;
          for (std::int64_t x = 0; x < parted.extent.x; ++x) std::copy_n(every_second + 2 * x * kBlock, kBlock, row + x * kBlock);
        }
    });
    return parted;
  }

  void filter(const PlaneBuffer& x, const PlaneBuffer& parted, std::vector<double>& dw) {
    const std::int64_t size = op_.ci * op_.co;
    dw.assign(static_cast<std::size_t>(8 * size), 0.0);
    for (std::int64_t p = 0; p < 8; ++p) {
      const Extent3 taps = taps_of(p);
      of_parity_.resize(static_cast<std::size_t>(taps.voxels() * size));
      const RowView dy{parted, p >> 2, 2, 2 * (p >> 1 & 1) + (p & 1), 4};
      filters_[static_cast<std::size_t>(p)].run(x, dy, of_parity_.data(), size);
      for (std::int64_t k = 0; k < 8; ++k) {  // every weight of the full kernel is in one tap of each parity
        const std::int64_t a = p & 4 ? k >> 2 : 0, b = p & 2 ? k >> 1 & 1 : 0, c = p & 1 ? k & 1 : 0;
        const double* const from = of_parity_.data() + ((a * taps.y + b) * taps.x + c) * size;
        for (std::int64_t i = 0; i < size; ++i) dw[static_cast<std::size_t>(k * size + i)] += from[i];
      }
    }
  }

  void data(const PlaneBuffer& dx, const PlaneBuffer& parted) {
    shared_.context.for_rows(0, dx.extent.z, dx.extent.y, [&](std::int64_t z, std::int64_t y, int) {
      const float* rows[kMostRows];
      std::int64_t count = 0;
      for (std::int64_t b = 0; b < blocks_of(op_.co); ++b)
        for (std::int64_t kd = -1; kd < 2; ++kd)
          for (std::int64_t kh = -1; kh < 2; ++kh) {
            const std::int64_t zo = 2 * z + kd, yo = 2 * y + kh;
            const bool exists = zo >= 0 && yo >= 0;
            const float* const even = exists ? PlaneRows(parted, zo).at(b, 2 * yo) : zeros_.data() + kBlock;
            const float* const odd = exists ? PlaneRows(parted, zo).at(b, 2 * yo + 1) : zeros_.data() + kBlock;
            for (const float* const row : {odd - kBlock, even, odd}) rows[count++] = row;
          }
      const PlaneRows out(dx, z);
      for (const OutputGroup& group : groups_)
        shared_.context.table.conv_row[group.blocks]({rows, count, 1, kBlock, group.weights.data(), group.bias.data(),
                                                      out.at(group.first_block, y), out.block, kBlock, dx.extent.x, false});
    });
  }

  BackwardContext& shared_;
  UpConvDesc op_;
  AlignedFloats zeros_, parted_;
  std::size_t parted_floats_ = 0;
  std::vector<DirectFilter> filters_;  // by parity pz·4 + py·2 + px
  std::vector<OutputGroup> groups_;
  std::vector<double> of_parity_;
};

}  // namespace

std::unique_ptr<PlannedBackward> make_up_conv_backward(BackwardContext& shared, const UpConvDesc& op, std::int64_t widest) {
  if (op.ci < 2 || op.co < 2 || blocks_of(op.co) * 27 > kMostRows)
    throw Error("cpu", "up_conv backward", "no kernel for " + std::to_string(op.ci) + " to " + std::to_string(op.co),
                "expected at least 2 channels and at most " + std::to_string(kMostRows / 27 * kBlock) + " output channels");
  return std::make_unique<CpuUpConvBackward>(shared, op, widest);
}

}  // namespace dfe::cpu

// SPDX-License-Identifier: Apache-2.0
// The backend `cpu`: its layout (CpuBackend::plane_bytes, planes.hpp), which kernel an op gets
// (CpuBackend::plan), and the direct forward ops. Each of these gathers the input rows of one
// output row (zeros where there are none) and hands them to the kernels of the instruction set
// (isa_table.hpp). Minimal filtering is in winograd.cpp, backward in cpu_backward.cpp. See
// docs/design/engine.md, "Layout and kernels of `cpu`".
#include "kernels/cpu/cpu_backend.hpp"

#include <algorithm>
#include <cstring>

#include "dfengine/error.hpp"
#include "kernels/common/sub_pixel.hpp"
#include "kernels/cpu/planes.hpp"
#include "kernels/cpu/winograd.hpp"
#include "kernels/op_weights.hpp"

namespace dfe {
namespace cpu {
namespace {

std::string kernel_name(const IsaTable& table, int group) {
  return std::string("direct ") + table.name + " " + std::to_string(table.voxels[group]) + "x" +
         std::to_string(group);
}

class CpuConv3d final : public PlannedOp {
 public:
  CpuConv3d(Context& context, const Conv3dDesc& op, const LayerWeights& w, std::int64_t widest)
      : context_(context),
        op_(op),
        weights_(op.kernel, op.c0, op.c1, op.co, context.table.widest_group),
        zeros_(zero_row(widest)) {
    set_weights(w);
  }

  std::string name() const override {
    return kernel_name(context_.table, weights_.groups().front().blocks);
  }
  std::size_t bytes() const override { return weights_.bytes() + zeros_.bytes(); }

  void set_weights(const LayerWeights& w) override {
    check_weights("cpu", "conv3d", kernel_shape(op_), w);
    weights_.set(w.kernel.data(), w.bias.data());
  }

  void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin,
           std::int64_t z_end) override {
    context_.for_rows(z_begin, z_end, y.extent.y, [&](std::int64_t z, std::int64_t row, int) {
      const float* rows[kMostRows];
      std::int64_t count = 0;
      for (const PlaneBuffer& input : x) {
        const std::int64_t step = block_channels(input.channels);
        for (std::int64_t b = 0; b < blocks_of(input.channels); ++b)
          for (std::int64_t kd = 0; kd < op_.kernel.z; ++kd)
            for (std::int64_t kh = 0; kh < op_.kernel.y; ++kh) {
              const std::int64_t zi = z - op_.pad_lo.z + kd, yi = row - op_.pad_lo.y + kh;
              const bool inside = zi >= 0 && zi < input.extent.z && yi >= 0 && yi < input.extent.y;
              rows[count++] =
                  inside ? PlaneRows(input, zi).at(b, yi) - op_.pad_lo.x * step : zeros_.data();
            }
      }
      const PlaneRows out(y, z);
      for (const OutputGroup& group : weights_.groups())
        context_.table.conv_row[group.blocks]({rows, count, op_.kernel.x, block_channels(op_.c0),
                                               group.weights.data(), group.bias.data(),
                                               out.at(group.first_block, row), out.block, kBlock,
                                               y.extent.x, op_.relu});
    });
  }

 private:
  Context& context_;
  Conv3dDesc op_;
  PackedWeights weights_;
  AlignedFloats zeros_;
};

class CpuMaxPool final : public PlannedOp {
 public:
  CpuMaxPool(Context& context, const MaxPoolDesc& op)
      : context_(context), blocks_(blocks_of(op.channels)) {}

  std::string name() const override { return std::string("rows ") + context_.table.name; }
  std::size_t bytes() const override { return 0; }

  void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin,
           std::int64_t z_end) override {
    context_.for_rows(z_begin, z_end, y.extent.y, [&](std::int64_t z, std::int64_t row, int) {
      const PlaneRows low(x[0], 2 * z), high(x[0], 2 * z + 1), out(y, z);
      for (std::int64_t b = 0; b < blocks_; ++b) {
        const float* const rows[4] = {low.at(b, 2 * row), low.at(b, 2 * row + 1),
                                      high.at(b, 2 * row), high.at(b, 2 * row + 1)};
        context_.table.pool_row(rows, out.at(b, row), y.extent.x);
      }
    });
  }

 private:
  Context& context_;
  std::int64_t blocks_;
};

class CpuUpConv final : public PlannedOp {
 public:
  CpuUpConv(Context& context, const UpConvDesc& op, const LayerWeights& w, std::int64_t widest)
      : context_(context), op_(op), zeros_(zero_row(widest)) {
    for (std::int64_t parity = 0; parity < 8; ++parity) {
      const Extent3 taps{sub_pixel_taps(parity >> 2), sub_pixel_taps(parity >> 1 & 1),
                         sub_pixel_taps(parity & 1)};
      weights_.emplace_back(taps, op.ci, 0, op.co, context.table.widest_group);
    }
    set_weights(w);
  }

  std::string name() const override {
    return "sub-pixel " + kernel_name(context_.table, weights_[0].groups().front().blocks);
  }
  std::size_t bytes() const override {
    std::size_t bytes = zeros_.bytes();
    for (const PackedWeights& weights : weights_) bytes += weights.bytes();
    return bytes;
  }

  void set_weights(const LayerWeights& w) override {
    check_weights("cpu", "up_conv", kernel_shape(op_), w);
    for (std::int64_t parity = 0; parity < 8; ++parity)
      weights_[static_cast<std::size_t>(parity)].set(
          sub_pixel_weights(w.kernel.data(), op_.ci * op_.co, parity >> 2, parity >> 1 & 1,
                            parity & 1)
              .data(),
          w.bias.data());
  }

  void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin,
           std::int64_t z_end) override {
    const PlaneBuffer& input = x[0];
    context_.for_rows(z_begin, z_end, y.extent.y, [&](std::int64_t z, std::int64_t row, int) {
      const std::int64_t pz = z & 1, py = row & 1;
      const float* rows[kMostRows];
      std::int64_t count = 0;
      for (std::int64_t b = 0; b < blocks_of(op_.ci); ++b)
        for (std::int64_t a = 0; a <= pz; ++a)
          for (std::int64_t c = 0; c <= py; ++c) {
            const std::int64_t zi = z / 2 + a, yi = row / 2 + c;
            rows[count++] = zi < input.extent.z && yi < input.extent.y
                                ? PlaneRows(input, zi).at(b, yi)
                                : zeros_.data();
          }
      const PlaneRows out(y, z);
      for (std::int64_t px = 0; px < 2; ++px)
        for (const OutputGroup& group :
             weights_[static_cast<std::size_t>(pz * 4 + py * 2 + px)].groups())
          context_.table.conv_row[group.blocks]({rows, count, sub_pixel_taps(px), kBlock,
                                                 group.weights.data(), group.bias.data(),
                                                 out.at(group.first_block, row) + px * kBlock,
                                                 out.block, 2 * kBlock, y.extent.x / 2, op_.relu});
    });
  }

 private:
  Context& context_;
  UpConvDesc op_;
  std::vector<PackedWeights> weights_;  // by parity pz·4 + py·2 + px
  AlignedFloats zeros_;
};

/// The plane of a tensor in 16 bits has the layout of one in floats.
class CpuCast final : public PlannedOp {
 public:
  CpuCast(Context& context, const CastDesc& op) : context_(context), op_(op) {}

  std::string name() const override { return std::string("rows ") + context_.table.name; }
  std::size_t bytes() const override { return 0; }

  void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin,
           std::int64_t z_end) override {
    const PlaneBuffer &wide = op_.widen ? y : x[0], &narrow = op_.widen ? x[0] : y;
    context_.for_rows(z_begin, z_end, y.extent.y, [&](std::int64_t z, std::int64_t row, int) {
      const PlaneRows rows(wide, z);
      for (std::int64_t b = 0; b < blocks_of(op_.channels); ++b) {
        const std::int64_t at = b * rows.block + row * rows.row;  // with the zeros at either end
        std::uint16_t* const half = reinterpret_cast<std::uint16_t*>(narrow.plane(z)) + at;
        if (op_.widen)
          context_.table.widen_row(half, rows.data + at, rows.row);
        else
          context_.table.narrow_row(rows.data + at, half, rows.row);
      }
    });
  }

 private:
  Context& context_;
  CastDesc op_;
};

class CpuHead final : public PlannedHead {
 public:
  CpuHead(Context& context, const HeadDesc& op, const LayerWeights& w, std::int64_t widest)
      : context_(context),
        op_(op),
        weights_({1, 1, 1}, op.ci, 0, op.classes, context.table.widest_group, kAbsent),
        logits_floats_(blocks_of(op.classes) * widest * kBlock) {
    for (int worker = 0; worker < context.pool.threads(); ++worker)
      logits_.emplace_back(static_cast<std::size_t>(logits_floats_));
    set_weights(w);
  }

  std::string name() const override {
    return "softmax " + kernel_name(context_.table, weights_.groups().front().blocks);
  }
  std::size_t bytes() const override {
    return weights_.bytes() +
           logits_.size() * static_cast<std::size_t>(logits_floats_) * sizeof(float);
  }

  void set_weights(const LayerWeights& w) override {
    check_weights("cpu", "head", kernel_shape(op_), w);
    weights_.set(w.kernel.data(), w.bias.data());
  }

  void run(const HeadOutput& y, const PlaneBuffer& x, std::int64_t z_begin,
           std::int64_t z_end) override {
    const std::int64_t height = x.extent.y, width = x.extent.x;
    context_.for_rows(z_begin, z_end, height, [&](std::int64_t z, std::int64_t row, int worker) {
      const float* rows[kMostRows];
      const PlaneRows in(x, z);
      for (std::int64_t b = 0; b < blocks_of(op_.ci); ++b) rows[b] = in.at(b, row);
      float* const logits = logits_[static_cast<std::size_t>(worker)].data();
      for (const OutputGroup& group : weights_.groups())
        context_.table.conv_row[group.blocks](
            {rows, blocks_of(op_.ci), 1, kBlock, group.weights.data(), group.bias.data(),
             logits + group.first_block * width * kBlock, width * kBlock, kBlock, width, false});
      const std::int64_t plane = height * width, slice = z - z_begin;
      context_.table.head_row(
          {logits, op_.classes, blocks_of(op_.classes), width,
           y.labels + slice * plane + row * width,
           y.scores ? y.scores + slice * op_.classes * plane + row * width : nullptr, plane});
    });
  }

 private:
  static constexpr float kAbsent = -1e30f;  // logit of classes that do not exist
  Context& context_;
  HeadDesc op_;
  PackedWeights weights_;
  std::int64_t logits_floats_;
  std::vector<AlignedFloats> logits_;  // one row per worker
};

void refuse_unless(bool supported, const char* op, const std::string& shape, const char* reason) {
  if (!supported) throw Error("cpu", op, "no kernel for " + shape + ": " + reason);
}

class CpuBackend final : public Backend {
 public:
  CpuBackend(int threads, const std::string& instruction_set, Convolution convolution)
      : context_(threads, instruction_set), convolution_(convolution) {}

  std::string description() const override {
    const int n = context_.pool.threads();
    return std::string("cpu (") + context_.table.name + ", " + std::to_string(n) +
           (n == 1 ? " thread)" : " threads)");
  }
  int threads() const override { return context_.pool.threads(); }

  std::size_t plane_bytes(std::int64_t channels, std::int64_t height,
                          std::int64_t width) const override {
    return whole_lines(plane_values(channels, height, width) * sizeof(float));
  }
  std::size_t half_plane_bytes(std::int64_t channels, std::int64_t height,
                               std::int64_t width) const override {
    return whole_lines(plane_values(channels, height, width) * sizeof(std::uint16_t));
  }
  std::size_t tail_bytes() const override {
    return static_cast<std::size_t>(kOverread * kBlock) * sizeof(float);
  }

  std::unique_ptr<PlannedOp> plan(const Conv3dDesc& op, const LayerWeights& weights,
                                  std::int64_t widest) override {
    const std::string shape = op.kernel.to_string() + " " + std::to_string(op.c0) + "+" +
                              std::to_string(op.c1) + " to " + std::to_string(op.co);
    refuse_unless(op.co > 1, "conv3d", shape, "at least 2 output channels");
    refuse_unless(op.c1 == 0 || op.c0 > 1, "conv3d", shape,
                  "two inputs need at least 2 channels in the first");
    refuse_unless(op.c1 != 1, "conv3d", shape, "two inputs need at least 2 channels in the second");
    refuse_unless(op.kernel.x <= 3 && op.pad_lo.x <= 1 && op.kernel.x - op.pad_lo.x <= 2, "conv3d",
                  shape, "rows have one zero at either end");
    for (const auto [k, lo, hi] : {std::array{op.kernel.z, op.pad_lo.z, op.pad_hi.z},
                                   std::array{op.kernel.y, op.pad_lo.y, op.pad_hi.y},
                                   std::array{op.kernel.x, op.pad_lo.x, op.pad_hi.x}})
      refuse_unless(k >= 1 && lo >= 0 && hi >= 0 && lo + hi == k - 1, "conv3d", shape,
                    "the padding must keep the size");
    refuse_unless((blocks_of(op.c0) + blocks_of(op.c1)) * op.kernel.z * op.kernel.y <= kMostRows,
                  "conv3d", shape, "too many channels");
    const bool filtering = convolution_ != Convolution::Direct && op.kernel == Extent3{3, 3, 3} &&
                           op.pad_lo == Extent3{1, 1, 1} && op.c0 > 1;
    if (filtering) return make_winograd_conv(context_, op, weights, widest, tile_of(op));
    return std::make_unique<CpuConv3d>(context_, op, weights, widest);
  }

  std::unique_ptr<PlannedOp> plan(const MaxPoolDesc& op) override {
    refuse_unless(op.channels > 1, "max_pool", std::to_string(op.channels) + " channels",
                  "at least 2 channels");
    return std::make_unique<CpuMaxPool>(context_, op);
  }

  std::unique_ptr<PlannedOp> plan(const UpConvDesc& op, const LayerWeights& weights,
                                  std::int64_t widest) override {
    const std::string shape = std::to_string(op.ci) + " to " + std::to_string(op.co);
    refuse_unless(op.ci > 1 && op.co > 1, "up_conv", shape, "at least 2 channels");
    refuse_unless(blocks_of(op.ci) * 4 <= kMostRows, "up_conv", shape, "too many channels");
    if (convolution_ != Convolution::Direct)
      return make_product_up_conv(context_, op, weights, widest);
    return std::make_unique<CpuUpConv>(context_, op, weights, widest);
  }

  std::unique_ptr<PlannedOp> plan_cast(const CastDesc& op) override {
    return std::make_unique<CpuCast>(context_, op);
  }

  std::unique_ptr<PlannedHead> plan(const HeadDesc& op, const LayerWeights& weights,
                                    std::int64_t widest) override {
    const std::string shape =
        std::to_string(op.ci) + " to " + std::to_string(op.classes) + " classes";
    refuse_unless(op.ci > 1 && blocks_of(op.ci) <= kMostRows, "head", shape,
                  "2 to 16384 input channels");
    refuse_unless(op.classes >= 1 && op.classes <= 256, "head", shape, "1 to 256 classes");
    return std::make_unique<CpuHead>(context_, op, weights, widest);
  }

  void store_plane(const PlaneBuffer& x, std::int64_t z, const float* plane) override {
    const PlaneRows out(x, z);
    context_.for_rows(z, z + 1, x.extent.y, [&](std::int64_t, std::int64_t row, int) {
      const float* const from = plane + row * x.extent.x * x.channels;
      if (x.channels == 1) {
        std::copy_n(from, x.extent.x, out.at(0, row));
        return;
      }
      for (std::int64_t i = 0; i < x.extent.x; ++i)
        for (std::int64_t c = 0; c < blocks_of(x.channels) * kBlock; ++c)
          out.at(c / kBlock, row)[i * kBlock + c % kBlock] =
              c < x.channels ? from[i * x.channels + c] : 0.0f;
    });
  }

  void load_plane(const PlaneBuffer& x, std::int64_t z, float* plane) const override {
    const PlaneRows in(x, z);
    for (std::int64_t row = 0; row < x.extent.y; ++row)
      for (std::int64_t i = 0; i < x.extent.x; ++i)
        for (std::int64_t c = 0; c < x.channels; ++c)
          plane[(row * x.extent.x + i) * x.channels + c] =
              in.at(c / kBlock, row)[i * in.step + c % kBlock];
  }

 private:
  static std::size_t plane_values(std::int64_t channels, std::int64_t height, std::int64_t width) {
    return static_cast<std::size_t>(blocks_of(channels) * height * (width + 2) *
                                    block_channels(channels));
  }
  static std::size_t whole_lines(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

  /// The largest tile of minimal filtering that the layer allows.
  Extent3 tile_of(const Conv3dDesc& op) const {
    if (convolution_ == Convolution::Strict) return {2, 2, 2};
    return op.planes_at_once < 4 ? Extent3{2, 4, 4} : Extent3{4, 4, op.voxels_at_once < 6 ? 4 : 6};
  }

  Context context_;
  Convolution convolution_;
};

}  // namespace
}  // namespace cpu

std::unique_ptr<Backend> make_cpu_backend(int threads, const std::string& instruction_set,
                                          Convolution convolution) {
  return std::make_unique<cpu::CpuBackend>(threads, instruction_set, convolution);
}

}  // namespace dfe

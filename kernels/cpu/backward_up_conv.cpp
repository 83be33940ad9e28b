// SPDX-License-Identifier: Apache-2.0
// Backward of the up-convolution by the 8 products of its forward: along each axis y[2j] = m0[j],
// y[2j+1] = m0[j] + m1[j] with m0 = (w0 + w1)·x[j] and m1 = w1·(x[j+1] - x[j]). Each product is a
// 1x1x1 convolution between two small tensors, v (values or differences of x) and u (the gradient
// by the product), and what leads to and from them are sums of neighbours. Exact on small integers.
#include <algorithm>
#include <array>

#include "dfengine/error.hpp"
#include "kernels/cpu/backward_parts.hpp"
#include "kernels/cpu/winograd_points.hpp"
#include "kernels/op_weights.hpp"

namespace dfe::cpu {
namespace {

/// Eight tensors of one shape in one piece of memory that is kept between runs: product (dz, dy,
/// dx) is number dz·4 + dy·2 + dx.
class ProductTensors {
 public:
  void fit(const Backend& backend, const Extent3& extent, std::int64_t channels) {
    PlaneBuffer shape{nullptr, extent.z, backend.plane_bytes(channels, extent.y, extent.x), extent,
                      channels};
    stride_ = static_cast<std::int64_t>(shape.plane_bytes / sizeof(float)) * extent.z;
    const std::size_t floats =
        static_cast<std::size_t>(8 * stride_) + backend.tail_bytes() / sizeof(float);
    if (floats_ < floats) memory_ = AlignedFloats(floats_ = floats);
    for (std::int64_t p = 0; p < 8; ++p) {
      tensors_[static_cast<std::size_t>(p)] = shape;
      tensors_[static_cast<std::size_t>(p)].data =
          reinterpret_cast<std::byte*>(memory_.data() + p * stride_);
    }
  }

  const PlaneBuffer& of(std::int64_t product) const {
    return tensors_[static_cast<std::size_t>(product)];
  }
  std::int64_t stride() const { return stride_; }  ///< floats from one to the next
  std::size_t bytes() const { return memory_.bytes(); }

  /// Zeroes the voxel at either end of row y of plane z in all tensors: the memory may have served
  /// another width.
  void clear_ends(std::int64_t z, std::int64_t y) const {
    for (const PlaneBuffer& tensor : tensors_) {
      const PlaneRows rows(tensor, z);
      for (std::int64_t b = 0; b < blocks_of(tensor.channels); ++b) {
        std::fill_n(rows.at(b, y) - kBlock, kBlock, 0.0f);
        std::fill_n(rows.at(b, y) + tensor.extent.x * kBlock, kBlock, 0.0f);
      }
    }
  }

 private:
  AlignedFloats memory_;
  std::size_t floats_ = 0;
  std::int64_t stride_ = 0;
  std::array<PlaneBuffer, 8> tensors_;
};

class CpuUpConvBackward final : public PlannedBackward {
 public:
  CpuUpConvBackward(BackwardContext& shared, const UpConvDesc& op, std::int64_t widest)
      : shared_(shared),
        op_(op),
        widest_(widest),
        zeros_(zero_row(widest)),
        filter_(shared, {1, 1, 1}, {0, 0, 0}, op.ci, op.co) {}

  std::string name() const override { return std::string("8 products ") + shared_.table.name; }

  std::size_t bytes() const override {
    std::size_t sum = zeros_.bytes() + u_.bytes() + v_.bytes() + filter_.bytes() +
                      of_product_.size() * sizeof(double);
    for (const auto& op : data_)
      if (op) sum += op->bytes();
    return sum;
  }

  void set_weights(const LayerWeights& w) override {
    check_weights("cpu", "up_conv backward", kernel_shape(op_), w);
    const std::vector<float> products = up_conv_product_weights(w.kernel.data(), op_.ci * op_.co);
    for (std::int64_t p = 0; p < 8; ++p) {
      LayerWeights transposed{{1, 1, 1, op_.co, op_.ci},
                              {},
                              std::vector<float>(static_cast<std::size_t>(op_.ci), 0.0f)};
      for (std::int64_t o = 0; o < op_.co; ++o)
        for (std::int64_t c = 0; c < op_.ci; ++c)
          transposed.kernel.push_back(
              products[static_cast<std::size_t>((p * op_.ci + c) * op_.co + o)]);
      std::unique_ptr<PlannedOp>& data = data_[static_cast<std::size_t>(p)];
      if (data)
        data->set_weights(transposed);
      else  // the first weights plan it
        data = shared_.forward.plan(transposed_op(), transposed, widest_);
    }
  }

  void run(const BackwardTensors& t, LayerGradient* gradient) override {
    const PlaneBuffer& x = t.x[0];
    mask_and_sum(shared_, op_.relu, t.y, t.dy, gradient->db);
    u_.fit(shared_.forward, x.extent, op_.co);
    v_.fit(shared_.forward, x.extent, op_.ci);
    shared_.context.for_rows(0, x.extent.z, x.extent.y, [&](std::int64_t z, std::int64_t y, int) {
      u_.clear_ends(z, y);
      v_.clear_ends(z, y);
      for (std::int64_t b = 0; b < blocks_of(op_.co); ++b) {
        const float* rows[4];
        for (std::int64_t i = 0; i < 4; ++i)
          rows[i] = PlaneRows(t.dy, 2 * z + (i >> 1)).at(b, 2 * y + (i & 1));
        shared_.table.up_conv_dy(rows, PlaneRows(u_.of(0), z).at(b, y), u_.stride(), x.extent.x);
      }
      for (std::int64_t b = 0; b < blocks_of(op_.ci); ++b) {
        UpConvInput in{{}, PlaneRows(v_.of(0), z).at(b, y), v_.stride(), x.extent.x, kBlock};
        for (std::int64_t i = 0; i < 4; ++i)
          in.rows[i] = row_or_zeros(x, b, z + (i >> 1), y + (i & 1));
        shared_.context.table.up_conv_input(in);
      }
    });
    filter(gradient->dw);
    if (t.dx[0].data) data(t.dx[0]);
  }

 private:
  Conv3dDesc transposed_op() const {
    return {.kernel = {1, 1, 1},
            .pad_lo = {0, 0, 0},
            .pad_hi = {0, 0, 0},
            .c0 = op_.co,
            .c1 = 0,
            .co = op_.ci,
            .relu = false};
  }

  const float* row_or_zeros(const PlaneBuffer& x, std::int64_t b, std::int64_t z,
                            std::int64_t y) const {
    const bool inside = z >= 0 && z < x.extent.z && y >= 0 && y < x.extent.y;
    return inside ? PlaneRows(x, z).at(b, y) : zeros_.data() + kBlock;
  }

  /// A product's weights are sums over the taps that have all its axes, so a tap's gradient is the
  /// sum over the products within it.
  void filter(std::vector<double>& dw) {
    const std::int64_t size = op_.ci * op_.co;
    dw.assign(static_cast<std::size_t>(8 * size), 0.0);
    of_product_.resize(static_cast<std::size_t>(size));
    for (std::int64_t p = 0; p < 8; ++p) {
      filter_.run(v_.of(p), u_.of(p), of_product_.data(), size);
      for (std::int64_t tap = 0; tap < 8; ++tap)
        if ((p & tap) == p)
          for (std::int64_t i = 0; i < size; ++i)
            dw[static_cast<std::size_t>(tap * size + i)] +=
                of_product_[static_cast<std::size_t>(i)];
    }
  }

  /// The gradients by v take v's place; a difference gives its gradient to the voxel behind and
  /// takes it from its own.
  void data(const PlaneBuffer& dx) {
    for (std::int64_t p = 0; p < 8; ++p)
      data_[static_cast<std::size_t>(p)]->run(v_.of(p), std::span(&u_.of(p), 1), 0, dx.extent.z);
    shared_.context.for_rows(0, dx.extent.z, dx.extent.y, [&](std::int64_t z, std::int64_t y, int) {
      for (std::int64_t b = 0; b < blocks_of(op_.ci); ++b) {
        UpConvGather gather{{}, {}, PlaneRows(dx, z).at(b, y), dx.extent.x};
        std::int64_t i = 0;
        for (std::int64_t p = 0; p < 8; p += 2)
          for (std::int64_t back = 0; back < 4; ++back) {
            if ((back << 1 & p) != back << 1) continue;
            const std::int64_t own_axes = (p >> 1) ^ back;
            gather.sign[i] = own_axes == 1 || own_axes == 2 ? -1.0f : 1.0f;
            for (std::int64_t along = 0; along < 2; ++along)
              gather.rows[i][along] =
                  row_or_zeros(v_.of(p + along), b, z - (back >> 1), y - (back & 1));
            ++i;
          }
        shared_.table.up_conv_dx(gather);
      }
    });
  }

  BackwardContext& shared_;
  UpConvDesc op_;
  std::int64_t widest_;
  AlignedFloats zeros_;
  ProductTensors u_, v_;
  DirectFilter filter_;
  std::array<std::unique_ptr<PlannedOp>, 8> data_;
  std::vector<double> of_product_;
};

}  // namespace

std::unique_ptr<PlannedBackward> make_up_conv_backward(BackwardContext& shared,
                                                       const UpConvDesc& op, std::int64_t widest) {
  if (op.ci < 2 || op.co < 2)
    throw Error("cpu", "up_conv backward",
                "no kernel for " + std::to_string(op.ci) + " to " + std::to_string(op.co),
                "expected at least 2 channels");
  return std::make_unique<CpuUpConvBackward>(shared, op, widest);
}

}  // namespace dfe::cpu

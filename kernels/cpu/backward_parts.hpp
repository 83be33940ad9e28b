// SPDX-License-Identifier: Apache-2.0
// What the backward ops of the cpu share: the mask of ReLU with the bias gradient, and the filter
// gradient of a convolution, which the up-convolution uses eight times. Sums are in float over at
// most 16 rows, then in double in a fixed order.
#pragma once

#include <vector>

#include "dfengine/compute.hpp"
#include "kernels/backward.hpp"
#include "kernels/cpu/backward_table.hpp"
#include "kernels/cpu/planes.hpp"

namespace dfe::cpu {

/// Pool and kernels of one planner, and the backend whose forward ops it uses.
struct BackwardContext {
  Context context;
  const BackwardTable& table;
  Backend& forward;
  Convolution convolution;

  BackwardContext(Backend& backend, const std::string& instruction_set, Convolution kind);
};

/// Zeroes dy where `relu` and y is not above zero; db (channels) = Σ dy.
void mask_and_sum(BackwardContext& shared, bool relu, const PlaneBuffer& y, const PlaneBuffer& dy,
                  std::vector<double>& db);

/// dw of a convolution of one input.
class InputFilter {
 public:
  virtual ~InputFilter() = default;
  virtual std::string name() const = 0;
  virtual std::size_t bytes() const = 0;

  /// Writes dw (taps, row length `dw_step` = ci of all inputs · co, of which this input's part
  /// begins at dw).
  virtual void run(const PlaneBuffer& x, const PlaneBuffer& dy, double* dw,
                   std::int64_t dw_step) = 0;
};

/// The direct one, for a convolution that keeps the extent. Tasks are (chunk of planes, tap along
/// D, block of ci, block of co); none writes where another does, and the chunks are added in order.
class DirectFilter final : public InputFilter {
 public:
  DirectFilter(BackwardContext& shared, const Extent3& taps, const Extent3& pad_lo, std::int64_t ci,
               std::int64_t co)
      : shared_(shared), taps_(taps), pad_lo_(pad_lo), ci_(ci), co_(co) {}

  std::string name() const override { return std::string("direct ") + shared_.table.name; }
  std::size_t bytes() const override { return partial_.size() * sizeof(double); }
  void run(const PlaneBuffer& x, const PlaneBuffer& dy, double* dw, std::int64_t dw_step) override;

 private:
  void run_task(const PlaneBuffer& x, const PlaneBuffer& dy, std::int64_t z_begin,
                std::int64_t z_end, std::int64_t kd, std::int64_t ci_block, std::int64_t co_block,
                double* partial);

  BackwardContext& shared_;
  Extent3 taps_, pad_lo_;
  std::int64_t ci_, co_;
  std::vector<double> partial_;  // (chunk, taps, ci, co)
};

/// Planes whose sums are one partial result.
inline constexpr std::int64_t kChunkPlanes = 16;

/// By minimal filtering, for 3x3x3 kernels and more than one channel; `m` is 4 or 2 as in
/// make_winograd_conv.
std::unique_ptr<InputFilter> make_winograd_filter(BackwardContext& shared, std::int64_t ci,
                                                  std::int64_t co, std::int64_t widest, int m);

std::unique_ptr<PlannedBackward> make_conv3d_backward(BackwardContext& shared, const Conv3dDesc& op,
                                                      std::int64_t widest);
std::unique_ptr<PlannedBackward> make_up_conv_backward(BackwardContext& shared,
                                                       const UpConvDesc& op, std::int64_t widest);

}  // namespace dfe::cpu

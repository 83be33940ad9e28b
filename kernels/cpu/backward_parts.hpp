// SPDX-License-Identifier: Apache-2.0
// What the backward ops of the cpu share: the mask of ReLU with the bias gradient, and the filter gradient of a convolution, which the
// up-convolution uses eight times. Sums are in float over at most 64 rows, then in double in a fixed order.
#pragma once

#include <vector>

#include "kernels/backward.hpp"
#include "kernels/cpu/backward_table.hpp"
#include "kernels/cpu/planes.hpp"

namespace dfe::cpu {

/// Pool and kernels of one planner, and the backend whose forward ops it uses.
struct BackwardContext {
  Context context;
  const BackwardTable& table;
  Backend& forward;

  BackwardContext(Backend& backend, const std::string& instruction_set);
};

/// Zeroes dy where `relu` and y is not above zero; db (channels) = Σ dy.
void mask_and_sum(BackwardContext& shared, bool relu, const PlaneBuffer& y, const PlaneBuffer& dy, std::vector<double>& db);

/// Every `step`-th row of every `plane_step`-th plane of a tensor.
struct RowView {
  PlaneBuffer tensor;
  std::int64_t first_plane = 0, plane_step = 1, first_row = 0, row_step = 1;

  const float* at(std::int64_t block, std::int64_t z, std::int64_t y) const {
    return PlaneRows(tensor, first_plane + z * plane_step).at(block, first_row + y * row_step);
  }
};

/// dw of a convolution of one input that keeps the extent. Tasks are (chunk of planes, tap along D, block of ci, block of co); none writes
/// where another does, and the chunks are added in order.
class FilterGradient {
 public:
  FilterGradient(BackwardContext& shared, const Extent3& taps, const Extent3& pad_lo, std::int64_t ci, std::int64_t co)
      : shared_(shared), taps_(taps), pad_lo_(pad_lo), ci_(ci), co_(co) {}

  /// Writes dw (taps, row length `dw_step` = ci of all inputs · co, of which this input's part begins at dw).
  void run(const PlaneBuffer& x, const RowView& dy, double* dw, std::int64_t dw_step);

  std::size_t bytes() const { return partial_.size() * sizeof(double); }

 private:
  void run_task(const PlaneBuffer& x, const RowView& dy, std::int64_t z_begin, std::int64_t z_end, std::int64_t kd, std::int64_t ci_block,
                std::int64_t co_block, double* partial);

  BackwardContext& shared_;
  Extent3 taps_, pad_lo_;
  std::int64_t ci_, co_;
  std::vector<double> partial_;  // (chunk, taps, ci, co)
};

std::unique_ptr<PlannedBackward> make_conv3d_backward(BackwardContext& shared, const Conv3dDesc& op, std::int64_t widest);
std::unique_ptr<PlannedBackward> make_up_conv_backward(BackwardContext& shared, const UpConvDesc& op, std::int64_t widest);

}  // namespace dfe::cpu

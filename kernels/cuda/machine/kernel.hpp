// SPDX-License-Identifier: Apache-2.0
// The project's own kernels as data: one struct for each, all in one variant, which is what a
// machine is told to run. A new kernel is its struct in kernels/common, a place in the variant, and
// an overload of `start` in each machine; a machine without one does not compile.
#pragma once

#include <cstdint>
#include <variant>

#include "dfengine/compute.hpp"
#include "kernels/common/first_layer.hpp"
#include "kernels/common/halo_conv.hpp"
#include "kernels/common/halo_up_conv.hpp"
#include "kernels/common/head_voxel.hpp"
#include "kernels/common/mean_shift_kernels.hpp"
#include "kernels/common/plane_ops.hpp"
#include "kernels/common/up_conv_block.hpp"
#include "kernels/common/voxels.hpp"

namespace dfe::card {

/// Bytes of one element of a tensor, and how many make the 16 bytes that every voxel's channels are
/// rounded up to.
constexpr std::int64_t element_bytes(Precision p) {
  return p == Precision::Fp16 || p == Precision::Bf16 ? 2 : 4;
}
constexpr std::int64_t pack_size(Precision p) { return 16 / element_bytes(p); }

/// Calls body(T{}) with the element type of a precision.
template <class Body>
decltype(auto) with_element(Precision precision, Body&& body) {
  if (precision == Precision::Fp16) return body(Fp16{});
  if (precision == Precision::Bf16) return body(Bf16{});
  return body(float{});
}

/// The same for kernels that take 16-bit elements only.
template <class Body>
decltype(auto) with_16_bits(Precision precision, Body&& body) {
  return precision == Precision::Bf16 ? body(Bf16{}) : body(Fp16{});
}

/// A kernel on tensors whose elements are those of a precision. It stands beside the call and not
/// in it, because the call is what goes to the device.
template <class Call>
struct InPrecision {
  Precision precision;
  Call call;
};

/// What works on tensors of the network has a precision; what works on voxels and label maps has
/// none. UpConvCall only where Machine::has_up_conv says so; HaloConvCall and HaloUpConvCall only
/// where Machine::runs_halo_conv does, in 16 bits and for channels of has_halo_conv and
/// has_halo_up_conv.
using Kernel =
    std::variant<InPrecision<FirstLayerCall>, InPrecision<MaxPoolCall>, InPrecision<SpreadCall>,
                 InPrecision<JoinCall>, InPrecision<HeadCall>, InPrecision<UpConvCall>,
                 InPrecision<HaloConvCall>, InPrecision<HaloUpConvCall>, InPrecision<PackCall>,
                 InPrecision<UnpackCall>, MeanShiftKernel, RowMomentsCall, NormalizeCall>;

}  // namespace dfe::card

// SPDX-License-Identifier: Apache-2.0
// What each op means beyond its arithmetic: the shape of its result, which input planes an output
// plane needs, its parameters and how they start, and what it costs. One overload set per question,
// so that a new op is a new line under each.
#pragma once

#include <cstdint>

#include "core/philox.hpp"
#include "dfengine/weights.hpp"
#include "kernels/ops.hpp"

namespace dfe {

/// A half-open range of positions along an axis.
struct PlaneRange {
  std::int64_t begin = 0, end = 0;
  friend bool operator==(const PlaneRange&, const PlaneRange&) = default;
};

/// Extent of the result for an input of extent `x`.
Extent3 output_extent(const OpDesc& op, const Extent3& x);

/// Channels of the result; the number of classes for a head.
std::int64_t output_channels(const OpDesc& op);

enum class Axis { Z, Y, X };

/// Input positions along an axis that the output positions [y.begin, y.end) see, those outside the
/// volume included.
PlaneRange input_range(const OpDesc& op, Axis axis, const PlaneRange& y);

/// Input planes needed for the output planes [y.begin, y.end): the range along z clipped to the
/// input's [0, depth).
PlaneRange input_planes(const OpDesc& op, const PlaneRange& y, std::int64_t depth);

/// Shape of the kernel (kz, ky, kx, ci, co); all zero for ops without parameters.
KernelShape kernel_shape(const OpDesc& op);

/// Number of parameters, biases included.
std::int64_t parameter_count(const OpDesc& op);

/// FLOP for a result of extent `y`, counted as the published network counts them: direct
/// convolution, 2 per multiply-add.
double flop(const OpDesc& op, const Extent3& y);

/// How random kernels begin: uniform in (-L, L). Glorot's L = sqrt(6 / (taps·ci + taps·co)) is
/// Keras' default; He's L = sqrt(6 / (taps·ci)) keeps the size of activations through ReLU (He et
/// al., ICCV 2015).
enum class Start { Glorot, He };

/// A random kernel and zero bias. `layer` keys the random numbers, so that layers differ.
LayerWeights initial_weights(const OpDesc& op, const Philox& random, std::uint32_t layer,
                             Start start = Start::Glorot);

/// "conv3d 3x3x3 32+48 to 32"
std::string describe(const OpDesc& op);

}  // namespace dfe

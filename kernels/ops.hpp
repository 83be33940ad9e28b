// SPDX-License-Identifier: Apache-2.0
// What the ops of the network compute. Descriptions are plain data; letters after oneDNN: N D H W
// C, Ci Co, Kd Kh Kw; x w b y. Tensors are (N,D,H,W,C) in meaning; how a backend lays them out in
// memory is its own business.
#pragma once

#include <array>
#include <cstdint>
#include <variant>

#include "dfengine/extent.hpp"

namespace dfe {

/// Convolves one input, or two stacked along channels, adds a bias and optionally applies ReLU.
///
/// Shapes   x0 (N,D,H,W,C0), x1 (N,D,H,W,C1) or absent, w (Kd,Kh,Kw,C0+C1,Co), b (Co),
///          y (N,Do,Ho,Wo,Co)
/// Padding  zeros, `pad_lo` before and `pad_hi` after each axis; cross-correlation: the kernel is
///          not flipped
/// Cost     2·N·Do·Ho·Wo·Co·Kd·Kh·Kw·(C0+C1) FLOP
/// Source   Keras Conv3D; paper section 2.1.1
struct Conv3dDesc {
  Extent3 kernel{3, 3, 3};
  Extent3 pad_lo{1, 1, 1}, pad_hi{1, 1, 1};
  std::int64_t c0 = 0, c1 = 0, co = 0;
  bool relu = true;
  /// A kernel that computes several planes at once computes no more than this many, and begins them
  /// where z + plane_phase is a multiple of their number. Layers in alternation wait for one plane
  /// of each other, which shortens the rolling buffers of streaming.
  std::int64_t planes_at_once = 4, plane_phase = 0;
  /// Likewise along W, where they begin at multiples of their number.
  std::int64_t voxels_at_once = 4;
};

/// Maximum over blocks of 2x2x2, stride 2.
///
/// Shapes   x (N,D,H,W,C), y (N,D/2,H/2,W/2,C); D, H, W are even
/// Source   Keras MaxPooling3D(2)
struct MaxPoolDesc {
  std::int64_t channels = 0;
};

/// Doubles the resolution by nearest neighbour, then convolves 2x2x2 padded at the high end only,
/// adds a bias, applies ReLU. One op, because each of the 8 output parities needs only 1 to 8
/// products on the small tensor: 27 taps for 8 outputs, not 64.
///
/// Shapes   x (N,D,H,W,Ci), w (2,2,2,Ci,Co), b (Co), y (N,2D,2H,2W,Co)
/// Cost     2·N·8DHW·Co·8·Ci FLOP as published; 27/64 of it as computed
/// Source   Keras UpSampling3D(2) + Conv3D(2, padding 'same')
struct UpConvDesc {
  std::int64_t ci = 0, co = 0;
  bool relu = true;
};

/// 1x1x1 convolution to one value per class, then the label of the largest (ties: the lowest) and,
/// on request, softmax.
///
/// Shapes   x (N,D,H,W,Ci), w (1,1,1,Ci,classes), b (classes), labels (N,D,H,W),
///          scores (N,D,classes,H,W)
/// Cost     2·N·D·H·W·Ci·classes FLOP
/// Source   Keras Conv3D(classes, 1, activation softmax) + argmax
struct HeadDesc {
  std::int64_t ci = 0, classes = 0;
};

/// Rounds to IEEE binary16, so that a tensor waits in half the memory, or brings back what was
/// rounded. Ties to even.
///
/// Shapes   x (N,D,H,W,C), y (N,D,H,W,C); the wide one holds what the backend computes with, the
///          other 16 bits per value
struct CastDesc {
  std::int64_t channels = 0;
  bool widen = false;
};

/// Shape (kz, ky, kx, ci, co) of an op's kernel; its bias has co values.
using KernelShape = std::array<std::int64_t, 5>;
constexpr KernelShape kernel_shape(const Conv3dDesc& op) {
  return {op.kernel.z, op.kernel.y, op.kernel.x, op.c0 + op.c1, op.co};
}
constexpr KernelShape kernel_shape(const UpConvDesc& op) { return {2, 2, 2, op.ci, op.co}; }
constexpr KernelShape kernel_shape(const HeadDesc& op) { return {1, 1, 1, op.ci, op.classes}; }

using OpDesc = std::variant<Conv3dDesc, MaxPoolDesc, UpConvDesc, HeadDesc, CastDesc>;

}  // namespace dfe

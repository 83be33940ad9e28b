// SPDX-License-Identifier: Apache-2.0
// What each instruction set offers the cpu backend: a table of functions over rows of voxels. The
// isa_* files are compiled once per instruction set. They may include only each other, their tables
// and core/half.hpp, so that no inline function of the standard library is compiled for an
// instruction set that the running machine may lack and then chosen by the linker for the whole
// program.
#pragma once

#include <cstdint>

namespace dfe::cpu {

/// Channels in one block: tensors are (C/16, H, W + 2, 16) per plane, so that one voxel's block
/// fills a cache line.
inline constexpr std::int64_t kBlock = 16;

/// Most blocks of output channels that one call of conv_row computes.
inline constexpr int kMaxGroup = 4;

/// One row of outputs of a convolution, for up to kMaxGroup blocks of output channels. An input row
/// is a pointer to the voxel that the first output sees through the first tap along W.
struct RowConv {
  const float* const* rows;  ///< one pointer per (input block, kd, kh)
  std::int64_t row_count;
  std::int64_t kw;       ///< taps along W: voxels at distance 0 .. kw-1 of `x_step` floats
  std::int64_t x_step;   ///< floats between neighbouring input voxels = input channels per block:
                         ///< 16, or 1 for one channel
  const float* weights;  ///< (row_count, kw, x_step, group * 16)
  const float* bias;     ///< (group * 16)
  float* y;              ///< first output voxel of the first block
  std::int64_t y_block_stride;  ///< floats between blocks of output channels
  std::int64_t y_step;  ///< floats between neighbouring outputs: 16, or 32 for every second voxel
  std::int64_t count;   ///< outputs
  bool relu;
};

/// Several matrix products of one shape: rows of 16 channels per block, for up to kMaxGroup blocks
/// of output channels.
struct Products {
  const float* v;  ///< (blocks, count, 16) of product p at v + p * v_stride
  std::int64_t v_stride, v_block_stride, blocks;
  const float* weights;  ///< (products, blocks * 16, group * 16)
  float* m;              ///< (group, count, 16) of product p at m + p * m_stride
  std::int64_t m_stride, m_block_stride;
  std::int64_t products, count;
  const float* const* soon;  ///< per product the first of 16 · blocks cache lines to fetch on the
                             ///< way, for what comes next; may be null
};

/// One row of logits to labels and, on request, probabilities.
struct RowHead {
  const float*
      logits;  ///< (blocks, count, 16); lanes of absent classes hold a large negative number
  std::int64_t classes, blocks, count;
  std::uint8_t* labels;  ///< (count)
  float* scores;         ///< score of class c of voxel i at c * score_stride + i; may be null
  std::int64_t score_stride;
};

/// Winograd F(p, h, w), p outputs along D, h along H and w along W: a tile of (p+2) x (h+2) x (w+2)
/// inputs becomes as many points, (y, x, z) in this order. One call takes neighbouring tiles along
/// W.
struct WinogradInput {
  const float* const*
      rows;  ///< (p+2)·(h+2) input rows, planes outermost, at the first voxel the first tile reads
  std::int64_t tiles;
  std::int64_t columns;  ///< voxels of a row that exist from there on; the rest is zeros
  std::int64_t next;     ///< floats from there to what is transformed next, whose first voxels are
                         ///< fetched in time
  float* v;  ///< 16 channels of point (y, x, z) of tile t go to v + (y·(w+2) + x) * place + z *
             ///< v_stride + t * 16
  std::int64_t v_stride, place;
};

/// The transformation along D of products: p+2 values become p.
struct WinogradDepth {
  const float* m;  ///< point d at m + d * m_stride
  std::int64_t m_stride;
  float* y;  ///< (count) of plane k at y + k * y_stride
  std::int64_t y_stride;
  std::int64_t count;  ///< floats, a multiple of 16
  bool add;            ///< to what y holds: products of other input channels
};

/// The transformation along H and W of neighbouring tiles in one plane, bias and ReLU.
struct WinogradOutput {
  const float* m;  ///< 16 channels of point y·(w+2) + x of tile t at m + point * m_stride + t * 16
  std::int64_t m_stride, tiles;
  const float* bias;  ///< (16)
  float* y;           ///< first output of the first tile; rows lie `y_row` floats apart
  std::int64_t y_row;
  std::int64_t row_count, columns;  ///< outputs that exist from there on
  bool relu;
};

/// The 8 differences of one voxel of the small tensor and its neighbours at the high side, for the
/// up-convolution.
struct UpConvInput {
  const float* rows[4];  ///< (plane, row) of the voxel and the next ones, at the voxel; a missing
                         ///< row is zeros
  float* v;              ///< 16 channels of product p go to v + p * v_stride
  std::int64_t v_stride, count, v_step;  ///< voxels, and floats between them in v
};

/// The 8 products of each voxel become its 2 x 2 x 2 outputs.
struct UpConvOutput {
  const float* m;  ///< product p of voxel i at m + p * m_stride + i * m_step
  std::int64_t m_stride, m_step, count;
  const float* bias;  ///< (16)
  float* rows[4];     ///< (plane, row) of the outputs, at the first voxel
  bool relu;
};

/// One axis of the transformation of weights: out (outer, points, inner) = Σ over 3 taps of g
/// (points, 3) · in (outer, 3, inner).
struct WeightsAxis {
  const double* g;
  const double* in;
  double* out;
  std::int64_t points, outer, inner;
};

/// The transformations of F(p, h, w).
struct WinogradKernels {
  int p, h, w;
  void (*input)(const WinogradInput&);
  void (*depth)(const WinogradDepth&);
  void (*output)(const WinogradOutput&);
};

/// The kernels of one instruction set.
struct IsaTable {
  const char* name;  ///< "avx512", "avx2", "portable"
  int widest_group;  ///< blocks of output channels that fit the registers
  int voxels[kMaxGroup +
             1];  ///< outputs computed at a time, by group size; the rows must be readable that far
  void (*conv_row[kMaxGroup + 1])(const RowConv&);
  void (*products[kMaxGroup + 1])(const Products&);  ///< reads whole `voxels`, too
  void (*pool_row)(const float* const x[4], float* y,
                   std::int64_t count);  ///< 4 rows (2 planes x 2 rows) of 2·count voxels of 16
  void (*head_row)(const RowHead&);
  void (*narrow_row)(const float* x, std::uint16_t* y, std::int64_t count);  ///< to binary16
  void (*widen_row)(const std::uint16_t* x, float* y, std::int64_t count);
  WinogradKernels winograd[4];
  void (*weights_axis)(const WeightsAxis&);
  void (*up_conv_input)(const UpConvInput&);
  void (*up_conv_output)(const UpConvOutput&);
  void (*finish_streams)();  ///< after the last WinogradKernels::output or up_conv_output, before
                             ///< other threads read it
  double (*fma_gflops)(std::int64_t repeats);  ///< runs independent multiply-adds; returns the
                                               ///< number of FLOP done, in 10^9
};

const IsaTable& portable_table();
#ifdef DFE_CPU_X86
const IsaTable& avx2_table();
const IsaTable& avx512_table();
#endif

}  // namespace dfe::cpu

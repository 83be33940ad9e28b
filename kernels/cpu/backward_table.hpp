// SPDX-License-Identifier: Apache-2.0
// What each instruction set offers the backward ops, beside IsaTable: dx of a convolution is a
// convolution again and needs nothing new; dw, the mask of ReLU and the way back through pooling
// do. The same rule holds: isa_backward.cpp includes nothing of the standard library.
#pragma once

#include "kernels/cpu/isa_table.hpp"

namespace dfe::cpu {

/// Some rows' part of dw for one block of input channels and one of output channels: dw[k][ci][co]
/// = Σ over rows and voxels i < count of x[i][ci] · dy[i - k][co]. What dy holds beside the row is
/// zero.
struct RowsFilter {
  const float* const* x;  ///< `rows` pointers
  const float* const*
      dy;  ///< `rows` pointers, to the output voxel that sees the first x through the first tap
  std::int64_t rows, count;
  float* dw;  ///< (taps, input channels of the block, 16)
  bool add;   ///< to what dw holds; else it is overwritten
};

/// One channel block of one tile on its way into the filter gradient under minimal filtering: a +
/// sign·b over D, then the transformation along W and H. For x, n = m + 2 rows and columns become n
/// x n points; for dy, m become n.
struct FilterTile {
  const float* const* a;  ///< rows at the tile's first voxel
  const float* const* b;  ///< as many; null: there is no second term
  float sign;
  std::int64_t columns;  ///< voxels of the rows that exist; the others count as zero
  float* v;              ///< 16 channels of point row·n + column go to v + point * v_stride
  std::int64_t v_stride;
};

/// From the sums of points to weights, for one input channel and 16 output channels: taps[kh·3 +
/// kw][16] = Σ over points (h, w) of g[h][kh]·g[w][kw]·sums[(h·n + w) · stride][16], in double.
struct FilterTaps {
  const float* sums;
  std::int64_t stride;
  const double* g;  ///< (n, 3)
  std::int64_t n;   ///< at most 6
  double* taps;     ///< (9, 16), aligned to 64 bytes
};

/// One row of dx of the up-convolution: Σ over i of sign[i] · (rows[i][0][x] + rows[i][1][x-1] -
/// rows[i][1][x]).
struct UpConvGather {
  const float* rows[9][2];
  float sign[9];
  float* dx;
  std::int64_t count;
};

/// The backward kernels of one instruction set.
struct BackwardTable {
  const char* name;                                 ///< as in IsaTable
  void (*filter_rows[4])(const RowsFilter&);        ///< by the number of taps along W (1 to 3), for
                                                    ///< blocks of 16 input channels
  void (*filter_rows_plain[4])(const RowsFilter&);  ///< the same for a tensor of one channel
  void (*filter_x[2])(const FilterTile&);           ///< m = 2, m = 4
  void (*filter_dy[2])(const FilterTile&);
  void (*filter_taps)(const FilterTaps&);
  /// dy = 0 where y <= 0 (y null: nowhere), and db[16] = Σ dy over the row.
  void (*mask_row)(const float* y, float* dy, std::int64_t count, float* db);
  /// The gradients by the 8 products of `count` voxels from (plane, row) of dy, to u + product *
  /// u_stride.
  void (*up_conv_dy)(const float* const dy[4], float* u, std::int64_t u_stride, std::int64_t count);
  void (*up_conv_dx)(const UpConvGather&);
  /// dx of the first voxel that holds the maximum gets dy added; rows as for pool_row, `count`
  /// voxels of 16 of y and dy.
  void (*unpool_row)(const float* const x[4], float* const dx[4], const float* y, const float* dy,
                     std::int64_t count);
};

const BackwardTable& portable_backward_table();
#ifdef DFE_CPU_X86
const BackwardTable& avx2_backward_table();
const BackwardTable& avx512_backward_table();
#endif

}  // namespace dfe::cpu

// SPDX-License-Identifier: Apache-2.0
// What the MRC files of the collection (readers/mrc of the test data) hold. The numbers were taken
// from them with numpy, struct and mrcfile in Python: voxels after transposing by MAPC/R/S, sums in
// float64, voxel size as cell / M, starts put in the order z, y, x.
#pragma once

#include <string>
#include <vector>

#include "dfengine/geometry.hpp"

namespace dfe::test {

struct Sample {
  Index3 at;
  float value;
};

struct Known {
  std::string path, mode;
  Extent3 extent;
  VoxelSize voxel_size;
  Index3 start;
  double sum;
  std::vector<Sample> samples;
  std::vector<std::string> warnings;  ///< a part of each, in order
};

inline const std::string kUnknownSize = "--voxel-size", kStamp = "machine stamp", kWord = "MAP",
                         kAngles = "angles";

inline const std::vector<Sample> kEmd3001{
    {{10, 3, 6}, -0.0947869718f}, {{31, 10, 18}, -0.0900544971f}, {{52, 17, 30}, 0.0196105707f}};
inline const VoxelSize kEmd3001Size{33.0299988 / 72, 4.71000004 / 12, 17.9300003 / 40};
inline const VoxelSize kSerialEmSize{1809.59985 / 78, 1484.796875 / 64, 742.3984375 / 32};
inline const std::vector<Sample> kH2o{
    {{5, 5, 5}, -0.000509059988f}, {{17, 17, 17}, 0.909749985f}, {{28, 28, 28}, 0.0397469997f}};

inline const std::vector<Known> kMrcFiles{
    {"EMD-3001.map",
     "float32",
     {73, 25, 43},
     kEmd3001Size,
     {0, -12, -21},
     41.8245603931,
     kEmd3001,
     {kAngles, kUnknownSize}},
    {"EMD-3001.map.bz2",
     "float32",
     {73, 25, 43},
     kEmd3001Size,
     {0, -12, -21},
     41.8245603931,
     kEmd3001,
     {kAngles, kUnknownSize}},
    {"emd_3001.map.gz",
     "float32",
     {73, 25, 43},
     kEmd3001Size,
     {0, -12, -21},
     41.8245603931,
     kEmd3001,
     {kAngles, kUnknownSize}},
    {"EMD-3197.map",
     "float32",
     {20, 20, 20},
     VoxelSize::cubic(11.4),
     {0, 0, -2},
     6268.89626915,
     {{{2, 2, 2}, -2.80621123f}, {{8, 8, 8}, 1.80909741f}},
     {}},
    {"big_endian_symops_map.ccp4",
     "float32",
     {67, 61, 88},
     {45.8557014 / 64, 91.1442947 / 128, 91.1442947 / 128},
     {-22, 13, -26},
     355.120494983,
     {{{9, 8, 12}, 0.129876271f}, {{28, 26, 37}, -0.318683058f}, {{47, 43, 62}, -0.279738694f}},
     {}},
    {"float16.mrc",
     "float16",
     {1, 64, 64},
     VoxelSize::cubic(230.099991 / 64),
     {},
     168.485813141,
     {{{0, 9, 9}, 0.281738281f}, {{0, 45, 45}, -0.889160156f}},
     {"thickness"}},
    {"h2o-elf-nstart-origin.mrc",
     "float32",
     {40, 40, 40},
     VoxelSize::cubic(0.15),
     {5, 3, 4},
     4425.88764756,
     kH2o,
     {kStamp, kUnknownSize}},
    {"h2o-elf-nstart-skwtrn.ccp4",
     "float32",
     {40, 40, 40},
     VoxelSize::cubic(0.15),
     {5, 3, 4},
     4425.88764756,
     kH2o,
     {kStamp, kUnknownSize}},
    {"human_ribo_mask_32_8_5.mrc",
     "float32",
     {32, 32, 32},
     {},
     {},
     2958.10402945,
     {{{4, 4, 4}, 0}, {{13, 13, 13}, 1}},
     {kWord, kAngles, kUnknownSize}},
    {"input_mrc.mrc",
     "float32",
     {4, 4, 4},
     VoxelSize::cubic(14.08),
     {},
     160,
     {{{0, 0, 0}, 1}, {{1, 1, 1}, 2}, {{2, 2, 2}, 3}},
     {}},
    {"invalid_axes.mrc",
     "float32",
     {8, 10, 8},
     VoxelSize::cubic(4),
     {1, 1, 1},
     13.4203659056,
     {{{1, 1, 1}, 0}, {{3, 4, 3}, 1.17216539f}},
     {kStamp, "10, 11, 12"}},
    {"iota_yzx.ccp4.gz",
     "float32",
     {2, 1, 4},
     {20, 22, 30},
     {-3, 20, 1},
     988,
     {{{0, 0, 0}, 60}, {{0, 0, 1}, 102}, {{1, 0, 2}, 145}},
     {}},
    {"mrc3D.mrc",
     "uint8",
     {78, 64, 32},
     kSerialEmSize,
     {},
     24446718,
     {{{11, 9, 4}, 154}, {{55, 45, 22}, 153}},
     {kStamp, kWord, "unsigned"}},
    {"rec3D.rec",
     "uint8",
     {78, 64, 32},
     kSerialEmSize,
     {},
     24446718,
     {{{11, 9, 4}, 154}, {{55, 45, 22}, 153}},
     {kStamp, kWord, "unsigned"}},
    {"signed_ints.mrc",
     "int8",
     {4, 4, 4},
     VoxelSize::cubic(14.08),
     {},
     -32,
     {{{0, 0, 0}, -128}, {{1, 1, 1}, 0}, {{2, 2, 2}, -1}},
     {}},
    {"unsigned_ints.mrc",
     "uint8",
     {4, 4, 4},
     VoxelSize::cubic(14.08),
     {},
     8160,
     {{{0, 0, 0}, 128}, {{1, 1, 1}, 0}, {{2, 2, 2}, 255}},
     {"unsigned"}},
};

}  // namespace dfe::test

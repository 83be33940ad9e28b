// SPDX-License-Identifier: Apache-2.0
// Where the fields of an MRC2014 header lie, in bytes from its begin. Fields of three stand for x,
// y, z, but those of the array itself (sizes, start) for columns, rows, sections.
#pragma once

#include <cstddef>

namespace dfe::io::mrc {

constexpr std::size_t kHeaderBytes = 1024, kLabelBytes = 80, kMostLabels = 10;

constexpr std::size_t kSizes = 0;           // NX NY NZ
constexpr std::size_t kMode = 12;           // MODE
constexpr std::size_t kStart = 16;          // NXSTART NYSTART NZSTART
constexpr std::size_t kSampling = 28;       // MX MY MZ
constexpr std::size_t kCell = 40;           // CELLA, Å
constexpr std::size_t kAngles = 52;         // CELLB, degrees
constexpr std::size_t kAxes = 64;           // MAPC MAPR MAPS
constexpr std::size_t kMinimum = 76;        // DMIN
constexpr std::size_t kMaximum = 80;        // DMAX
constexpr std::size_t kMean = 84;           // DMEAN
constexpr std::size_t kSpaceGroup = 88;     // ISPG
constexpr std::size_t kExtendedBytes = 92;  // NSYMBT
constexpr std::size_t kExtendedType = 104;  // EXTTYP
constexpr std::size_t kVersion = 108;       // NVERSION
constexpr std::size_t kImodStamp = 152;     // IMOD's addition: the word "IMOD"
constexpr std::size_t kImodFlags = 156;     // IMOD's addition
constexpr std::size_t kOrigin = 196;        // ORIGIN, Å
constexpr std::size_t kMap = 208;           // MAP
constexpr std::size_t kMachineStamp = 212;  // MACHST
constexpr std::size_t kDeviation = 216;     // RMS
constexpr std::size_t kLabelCount = 220;    // NLABL
constexpr std::size_t kLabels = 224;        // LABEL

}  // namespace dfe::io::mrc

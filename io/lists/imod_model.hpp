// SPDX-License-Identifier: Apache-2.0
// The layout of IMOD's binary models, as its "IMOD Binary File Format, Version 1, Revision 2"
// states it (https://bio3d.colorado.edu/imod/doc/binspec.html). All numbers are big-endian. A voxel
// of index (x, y, z) has its centre at (x + 0.5, y + 0.5, z): coordinates go from 0 to NX and NY,
// but from -0.5 to NZ - 0.5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dfe::io::lists::imod {

inline constexpr std::string_view kMagic = "IMODV1.2", kEnd = "IEOF";

// The model: the magic, then 232 bytes. Offsets are from the file's begin.
inline constexpr std::size_t kName = 8, kMaxima = 136, kObjects = 148, kFlags = 152,
                             kDrawMode = 156, kMouseMode = 160, kWhiteLevel = 168, kScales = 184,
                             kRes = 208, kThreshold = 212, kPixelSize = 216, kUnits = 220,
                             kModelBytes = 240;
inline constexpr std::uint32_t kZFromMinusHalf = 1U << 10, kNewTo3dmod = 1U << 11,
                               kMultipleClip = 1U << 12, kMaterialBytes = 1U << 13,
                               kOriginKnown = 1U << 14, kFlippedYZ = 1U << 16, kRotatedX = 1U << 17;

// An object: 176 bytes after its name "OBJT".
inline constexpr std::size_t kObjectBytes = 176, kObjectName = 64, kContours = 128,
                             kObjectFlags = 132, kColour = 144, kPointRadius = 156, kSymbol = 160,
                             kSymbolSize = 161, kLineWidth2d = 162, kLineWidth = 163;
inline constexpr std::uint32_t kOpen = 1U << 3, kWild = 1U << 4, kScattered = 1U << 9;

// A contour: 16 bytes after "CONT", then its points. A mesh: 16 bytes after "MESH", then vertices
// of 12 bytes and indices of 4.
inline constexpr std::size_t kContourBytes = 16, kContourFlags = 4, kContourSurface = 12,
                             kPointBytes = 12, kMeshBytes = 16;

// Stored values of points ("COST"): entries of type, flags, index and value.
inline constexpr std::size_t kStoreBytes = 12;
inline constexpr std::int16_t kGeneralValue = 10, kGeneralRange = 11;
inline constexpr std::uint16_t kIndexTypes = 3, kIndexFloat = 1, kValueTypes = 12, kValueFloat = 4,
                               kNoIndex = 16, kOnePoint = 128;

// The image that the model was last shown on ("MINX"): six triples of floats.
inline constexpr std::size_t kOldTranslation = 12, kScale = 36, kTranslation = 48, kImageBytes = 72;

/// Labels of contours begin with it where they name a tomogram: our own way to keep it.
inline constexpr std::string_view kTomogramLabel = "tomogram ";

}  // namespace dfe::io::lists::imod

// SPDX-License-Identifier: Apache-2.0
// Voxels that lie in a file as one plain array: what MRC and EM files come down to once their
// headers are understood. Axis order and byte order are settled here and nowhere else.
#pragma once

#include <array>
#include <cstdint>

#include "dfengine/volume_source.hpp"
#include "io/random_file.hpp"
#include "io/volumes/elements.hpp"

namespace dfe::io {

/// How the array lies in the file.
struct RawLayout {
  std::int64_t offset = 0;  ///< byte where the first voxel begins
  Element element = Element::Float32;
  bool swapped = false;                 ///< the other byte order than this machine
  std::array<std::int64_t, 3> sizes{};  ///< columns (fastest), rows, sections
  std::array<int, 3> axes{
      0, 1, 2};  ///< which axis the columns, rows and sections run along: 0 = x, 1 = y, 2 = z
};

/// Extent in (z, y, x) of an array stored as `layout` says.
Extent3 extent_of(const RawLayout& layout);

/// Bytes of the whole array, or -1 where no file can hold that many.
std::int64_t data_bytes(const RawLayout& layout);

/// What the header of a file says.
struct RawHeader {
  VolumeInfo info;
  RawLayout layout;
};

class RawVolume final : public VolumeSource {
 public:
  /// The caller has checked that the file holds the array.
  RawVolume(RandomFile file, RawHeader header);

  const VolumeInfo& info() const override { return header_.info; }
  void read_box(const Box3& box, float* out) const override;
  VoxelFormat stored_format() const override;
  void read_stored(const Box3& box, std::byte* out) const override;
  std::int64_t resident_bytes() const override { return file_.resident_bytes(); }

 private:
  RandomFile file_;
  RawHeader header_;
};

}  // namespace dfe::io

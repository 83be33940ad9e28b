// SPDX-License-Identifier: Apache-2.0
// What a label map that was made with `--bin` says about its tomogram, as one text label of its
// header (MRC and HDF5 labels, the comment of EM): "binned by 2 from 256x928x928 voxels". People
// can read it, and other programs carry labels along. Extents are in the order z, y, x.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dfengine/geometry.hpp"

namespace dfe {

struct BinningNote {
  std::int64_t factor = 1;  ///< tomogram voxels along the edge of a voxel of the map
  Extent3 tomogram;

  friend bool operator==(const BinningNote&, const BinningNote&) = default;
  std::string to_string() const;
  /// Extent of the tomogram after binning; the last voxel along an axis may be cut.
  Extent3 binned() const;
};

/// Reads a label; empty for any other text.
std::optional<BinningNote> parse_binning_note(std::string_view label);

/// The last note among the labels of a header.
std::optional<BinningNote> find_binning_note(const std::vector<std::string>& labels);

/// Replaces the notes among `labels`; without a note it only takes them out. Headers have room for
/// few labels, and a writer adds its own: at most eight others are kept.
void set_binning_note(std::vector<std::string>& labels, const std::optional<BinningNote>& note);

}  // namespace dfe

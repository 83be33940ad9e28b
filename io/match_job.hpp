// SPDX-License-Identifier: Apache-2.0
// The job record of template matching: what was searched in what, so that particles can be
// extracted again from the kept volumes. The JSON is pytom-match-pick's, and read from it, too;
// docs/design/match_peaks.md lists what differs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "dfengine/extent.hpp"

namespace dfe::io {

/// Imaging of one tilt.
struct MatchCtf {
  double defocus_angstrom = 0, voltage_kv = 0, spherical_aberration_mm = 0, amplitude_contrast = 0,
         phase_shift_deg = 0;
  bool phase_flipped = false;  ///< the tomogram's phases were flipped: |CTF|

  friend bool operator==(const MatchCtf&, const MatchCtf&) = default;
};

struct MatchTilts {
  std::vector<double> angles_deg;  ///< two: the range; more: every tilt
  std::vector<double> doses;       ///< accumulated, e/Å², one per tilt; or empty
  std::vector<MatchCtf> ctf;       ///< one per tilt, or one for all; or empty
  int defocus_hand = 0;            ///< -1, 1: the gradient's sign; 0: no gradient
  bool per_tilt_weights = false;

  friend bool operator==(const MatchTilts&, const MatchTilts&) = default;
};

struct MatchJob {
  std::filesystem::path tomogram, template_file, mask;
  std::filesystem::path search_mask;     ///< or empty
  std::filesystem::path scores, angles;  ///< volumes; angles are ids in the list of orientations
  Extent3 tomogram_extent, template_extent;
  Box3 searched;                     ///< what `scores` and `angles` cover
  double voxel_size_angstrom = 0;    ///< 0: unknown
  double step_deg = 0;               ///< of the HEALPix list; 0: `angle_file` has the orientations
  std::filesystem::path angle_file;  ///< or empty
  std::int64_t orientations = 0;     ///< their number
  std::string point_group = "C1";    ///< about z
  bool spherical_mask = true, whitened = false, random_phase_correction = false;
  double low_pass_angstrom = 0, high_pass_angstrom = 0,
         particle_diameter_angstrom = 0;  ///< 0: none
  std::int64_t seed = 321;
  MatchTilts tilts;
  std::int64_t search_space = 0;  ///< voxels · orientations; 0: unknown
  double variance = 0;            ///< mean square of all these scores; 0: unknown. Ours is that of
                                  ///< the noise that was fitted to the best scores
  std::string class_name;         ///< of the template; may be empty
  std::string decoy;              ///< kind of decoy of that template; empty: the template itself
  std::string written_by;         ///< program and version, from the record

  friend bool operator==(const MatchJob&, const MatchJob&) = default;
};

/// Writes the record. Paths are written relative to its folder, so that a folder can be moved, and
/// pytom-match-pick reads it there. Throws `Error` if a number is not finite.
void write_match_job(const std::filesystem::path& path, const MatchJob& job);

/// Reads a record of dfengine or of pytom-match-pick (also from before 0.11). Paths come back
/// absolute. Score and angle volumes that are not where the record says are looked for in its own
/// folder. Throws `Error` for text that is no such record, naming the field.
MatchJob read_match_job(const std::filesystem::path& path);

/// The same from text, with paths as they are written; `file` is for messages.
MatchJob parse_match_job(std::string_view text, const std::string& file);

/// The text of a record, with paths as they are in `job`.
std::string format_match_job(const MatchJob& job);

}  // namespace dfe::io

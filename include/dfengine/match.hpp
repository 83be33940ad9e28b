// SPDX-License-Identifier: Apache-2.0
// What `dfengine match` is asked for. Apart from the other requests, because it has many parts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "commands.hpp"
#include "ctf.hpp"
#include "length.hpp"

namespace dfe {

/// What a tilt series lets through, for the weights of templates.
struct MatchTilts {
  std::string range;  ///< first and last tilt in degrees, "-60,60"; or empty
  std::string table;  ///< file with a line per tilt: angle, dose, defocus; or empty
  CtfOptions microscope;
  bool phase_flipped = false;  ///< the tomogram's phases were flipped
};

/// A value for the template of this name; without a name for all that have none of their own.
template <class Value>
struct ForTemplate {
  std::string name;
  Value value{};
};

/// Which scores become particles.
struct MatchPeaks {
  std::vector<ForTemplate<Length>> radii;  ///< around a particle no lower peak is kept
  std::optional<double> threshold;         ///< of the score; not set: from `false_positives`
  double false_positives = 1;              ///< number that noise may have above the threshold
  std::int64_t most = 0;                   ///< number of particles; 0: no limit
  std::optional<Length> border;            ///< distance from the faces; not set: none
  std::string search_mask;                 ///< volume, 0 where no particle is wanted; or empty
  bool tophat = false;                     ///< only sharp peaks: broad ridges are left out
};

/// What decides between templates.
enum class MatchCompetition {
  Raw,     ///< the score
  ZScore,  ///< the score in standard deviations above the median of its template's map
};

/// A template that is not in the specimen, made from one that may be: what it finds shows how often
/// chance, or a mere likeness, wins.
enum class MatchDecoy {
  Mirrored,   ///< the other hand
  Scrambled,  ///< the same Fourier amplitudes with random phases
  Sphere,     ///< of the same size
};

/// Template matching, or with `extract_only` another list from what it left.
struct MatchRequest {
  CommonRequest common;
  std::vector<std::string> tomograms;                ///< with `extract_only` job records
  std::vector<ForTemplate<std::string>> templates;   ///< files; a name is that of the class, by
                                                     ///< default the file's
  std::vector<ForTemplate<std::string>> masks;       ///< volumes in the templates' boxes
  std::vector<ForTemplate<Length>> mask_radii;       ///< of soft spheres, in voxels of the
                                                     ///< tomogram, instead
  std::vector<ForTemplate<std::string>> symmetries;  ///< point groups; C1 by default
  MatchCompetition competition = MatchCompetition::Raw;
  std::vector<MatchDecoy> decoys;  ///< kinds, of every template
  std::string angles;              ///< step in degrees, "auto", or a file of orientations
  MatchTilts tilts;
  std::string valid_mask;  ///< volume, 0 where the tomogram says nothing; or empty
  double low_pass_angstrom = 0, high_pass_angstrom = 0;  ///< 0: none
  bool invert = false;                                   ///< negate the templates
  bool rescale = false;  ///< resample templates to the tomogram's voxel size
  MatchPeaks peaks;
  bool extract_only = false;
  bool dry_run = false;  ///< measure for a moment, predict the time and write nothing
  std::string output;    ///< prefix or list file; a folder for several tomograms
  std::string list_format = "auto";
  std::string tomogram_name;             ///< pattern of the name in the list, or empty
  std::optional<double> output_binning;  ///< of the list, as ListOptions::binning
  ComputeOptions compute;                ///< instruction_set, threads, memory_bytes
};

}  // namespace dfe

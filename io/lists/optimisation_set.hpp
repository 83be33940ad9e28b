// SPDX-License-Identifier: Apache-2.0
// RELION's optimisation_set.star, which has no particles: it names the files that do. Its paths
// count from RELION's project folder, which is above the file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// The files that a set names; empty where it names none.
struct OptimisationSet {
  std::string particles, tomograms;
};

/// What a text names if it is an optimisation set. Throws `Error` if it is damaged STAR.
std::optional<OptimisationSet> parse_optimisation_set(std::string_view text,
                                                      const std::string& file);

/// Where a file is that the set `file` names: looked for in the folder of the set and in those
/// above it, then in the current one. `what` is "particles" or "tomograms". Throws `Error` if it
/// does not exist.
std::filesystem::path find_named(const std::string& named, const std::filesystem::path& file,
                                 const std::string& what);

/// The particles of the set `file`, in the tomograms that it names if `options` names none. A
/// warning says which files were read.
ParticleList read_particles_of(const OptimisationSet& set, const std::filesystem::path& file,
                               const ListOptions& options);

}  // namespace dfe::io::lists

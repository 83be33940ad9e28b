// SPDX-License-Identifier: Apache-2.0
// Which files an optimisation set names, and where they are, see the header.
#include "io/lists/optimisation_set.hpp"

#include "dfengine/error.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/star_table.hpp"
#include "io/lists/text.hpp"
#include "io/lists/tomogram_table.hpp"

namespace dfe::io::lists {

namespace fs = std::filesystem;

std::optional<OptimisationSet> parse_optimisation_set(std::string_view text,
                                                      const std::string& file) {
  constexpr const char *kParticles = "_rlnTomoParticlesFile", *kTomograms = "_rlnTomoTomogramsFile";
  if (text.find(kParticles) == text.npos && text.find(kTomograms) == text.npos) return std::nullopt;
  for (const StarBlock& block : parse_star_blocks(text, file)) {
    const Table& table = block.table;
    const int particles = table.find(kParticles), tomograms = table.find(kTomograms);
    if ((particles < 0 && tomograms < 0) || table.rows() == 0) continue;
    const auto cell = [&](int column) {
      return column < 0 ? std::string() : std::string(table.cell(0, column));
    };
    return OptimisationSet{cell(particles), cell(tomograms)};
  }
  return std::nullopt;
}

fs::path find_named(const std::string& named, const fs::path& file, const std::string& what) {
  const std::string fact =
      "is RELION's optimisation set, which names files of particles and "
      "tomograms, ";
  if (named.empty())
    throw Error("list", file.string(), fact + "but no " + what, "give the file itself");
  std::error_code ignored;
  if (fs::path(named).is_absolute() && fs::exists(named, ignored)) return named;
  for (fs::path folder = fs::absolute(file, ignored).parent_path(); !folder.empty();
       folder = folder.parent_path()) {
    if (fs::exists(folder / named, ignored)) return (folder / named).lexically_normal();
    if (folder == folder.parent_path()) break;
  }
  if (fs::exists(named, ignored)) return named;
  throw Error("list", file.string(),
              fact + "but its " + what + " '" + named + "' are in no folder above it",
              "give that file instead");
}

ParticleList read_particles_of(const OptimisationSet& set, const fs::path& file,
                               const ListOptions& options) {
  const fs::path particles = find_named(set.particles, file, "particles");
  std::string read = "'" + particles.string() + "'";
  ListOptions known = options;
  if (known.tomograms.empty() && !set.tomograms.empty()) {
    const fs::path table = find_named(set.tomograms, file, "tomograms");
    known.tomograms = parse_tomograms(load_text(table), table.string());
    read += " and '" + table.string() + "'";
  }
  ParticleList list = parse_list(load_text(particles), particles.string(), ".star", known);
  list.warnings.insert(list.warnings.begin(),
                       "the file is RELION's optimisation set; what it names is read: " + read);
  return list;
}

}  // namespace dfe::io::lists

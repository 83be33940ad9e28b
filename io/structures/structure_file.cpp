// SPDX-License-Identifier: Apache-2.0
// The text of a structure file, compressed or not, and what a simulation needs of its atoms. What
// is a PDB and what an mmCIF file is decided by content.
#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>
#include <new>
#include <span>
#include <string>

#include "io/random_file.hpp"
#include "io/structure.hpp"
#include "io/structures/gemmi_atoms.hpp"
#include "io/structures/parse_structure.hpp"
#include "io/volumes/inflate.hpp"

namespace dfe::io {

namespace {

constexpr std::int64_t kMaxBytes = std::int64_t{1} << 30;

/// The whole file as text.
std::string read_text(const std::filesystem::path& path) {
  const RandomFile file(path);
  const auto text_of = [](const RandomFile& source) {
    if (source.size() > kMaxBytes)
      throw Error("structure", source.name(), "has " + std::to_string(source.size()) + " bytes",
                  "at most 1 GB is read");
    return source.text();
  };
  std::array<std::byte, 4> head{};
  if (file.size() < 4)
    throw Error("structure", path.string(), "has " + std::to_string(file.size()) + " bytes",
                "give a PDB or mmCIF file");
  file.read(0, head.data(), head.size());
  const std::string compression = compression_of(head);
  if (compression.empty()) return text_of(file);
  return text_of(
      decompress(file, compression, 4, [](std::span<const std::byte>) { return kMaxBytes; }));
}

bool looks_like_cif(const std::string& text) {
  std::size_t at = 0;
  while (at < text.size() &&
         (std::isspace(static_cast<unsigned char>(text[at])) || text[at] == '#'))
    at = text[at] == '#' ? std::min(text.find('\n', at), text.size()) : at + 1;
  return text.compare(at, 5, "data_") == 0;
}

/// Atoms with a place; elements get their index as they appear.
Structure structure_of(const std::vector<FileAtom>& atoms) {
  Structure structure;
  std::map<int, int> index;
  for (const FileAtom& a : atoms) {
    if (!std::isfinite(a.z_angstrom) || !std::isfinite(a.y_angstrom) ||
        !std::isfinite(a.x_angstrom))
      continue;
    const auto [found, fresh] =
        index.emplace(a.element, static_cast<int>(structure.factors.size()));
    if (fresh) {
      const ElementFacts facts = element_facts(a.element);
      structure.factors.push_back({facts.a, facts.b, facts.mass_dalton});
    }
    Structure::Atom atom;
    atom.position_angstrom = {a.z_angstrom, a.y_angstrom, a.x_angstrom};
    atom.factor = found->second;
    atom.occupancy =
        std::isfinite(a.occupancy) && a.occupancy >= 0 && a.occupancy <= 1 ? a.occupancy : 1;
    atom.b_factor = std::isfinite(a.b_factor) && a.b_factor > 0 ? a.b_factor : 0;
    structure.atoms.push_back(atom);
  }
  return structure;
}

}  // namespace

Structure parse_structure(const std::string& text, const std::string& name) {
  Structure structure;
  try {
    structure = structure_of(looks_like_cif(text) ? read_cif_atoms(text, name)
                                                  : read_pdb_atoms(text, name));
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& problem) {
    throw Error("structure", name, problem.what(), "give a PDB or mmCIF file");
  }
  if (structure.atoms.empty())
    throw Error("structure", name, "has no atoms", "give a PDB or mmCIF file with coordinates");
  return structure;
}

Structure read_structure(const std::filesystem::path& path) {
  return parse_structure(read_text(path), path.string());
}

}  // namespace dfe::io

// SPDX-License-Identifier: Apache-2.0
// PDB through gemmi's reader; of mmCIF only the table of atoms is taken, so that files cut down to it are read too.
#include <array>
#include <cmath>
#include <gemmi/c4322.hpp>
#include <gemmi/cif.hpp>
#include <gemmi/numb.hpp>
#include <gemmi/pdb.hpp>
#include <map>
#include <span>
#include <string>

#include "io/random_file.hpp"
#include "io/structure.hpp"
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
      throw Error("structure", source.name(), "has " + std::to_string(source.size()) + " bytes", "at most 1 GB is read");
    std::string text(static_cast<std::size_t>(source.size()), '\0');
    source.read(0, text.data(), text.size());
    return text;
  };
  std::array<std::byte, 4> head{};
  if (file.size() < 4) throw Error("structure", path.string(), "has " + std::to_string(file.size()) + " bytes", "give a PDB or mmCIF file");
  file.read(0, head.data(), head.size());
  const std::string compression = compression_of(head);
  if (compression.empty()) return text_of(file);
  return text_of(decompress(file, compression, 4, [](std::span<const std::byte>) { return kMaxBytes; }));
}

/// Collects atoms; elements get their index as they appear.
class Collector {
 public:
  void add(gemmi::Element element, Point3 position, double occupancy, double b_factor) {
    if (!std::isfinite(position.z) || !std::isfinite(position.y) || !std::isfinite(position.x)) return;
    Structure::Atom atom;
    atom.position_angstrom = position;
    atom.occupancy = std::isfinite(occupancy) && occupancy >= 0 && occupancy <= 1 ? occupancy : 1;
    atom.b_factor = std::isfinite(b_factor) && b_factor > 0 ? b_factor : 0;
    atom.factor = index_of(element);
    structure.atoms.push_back(atom);
  }

  Structure structure;

 private:
  int index_of(gemmi::Element element) {
    const auto [found, fresh] = index_.emplace(element.ordinal(), static_cast<int>(structure.factors.size()));
    if (fresh) {
      using Table = gemmi::C4322<double>;
      const gemmi::El known = Table::has(element.elem) ? element.elem : gemmi::El::C;
      const Table::Coef& coef = Table::get(known);
      ScatteringFactor factor;
      for (int i = 0; i < 5; ++i) {
        factor.a[static_cast<std::size_t>(i)] = coef.a(i);
        factor.b[static_cast<std::size_t>(i)] = coef.b(i);
      }
      factor.mass_dalton = element.weight() > 0.5 ? element.weight() : 12.011;
      structure.factors.push_back(factor);
    }
    return found->second;
  }

  std::map<int, int> index_;
};

bool is_water(const std::string& residue) { return residue == "HOH" || residue == "WAT" || residue == "DOD"; }

void read_cif(const std::string& text, const std::string& name, Collector& collector) {
  gemmi::cif::Document document = gemmi::cif::read_memory(text.data(), text.size(), name.c_str());
  for (gemmi::cif::Block& block : document.blocks) {
    gemmi::cif::Table table = block.find("_atom_site.", {"Cartn_x", "Cartn_y", "Cartn_z", "type_symbol", "?occupancy", "?B_iso_or_equiv",
                                                         "?pdbx_PDB_model_num", "?label_comp_id"});
    std::string first_model;
    for (const auto row : table) {
      if (row.has2(6)) {
        if (first_model.empty()) first_model = row[6];
        if (row[6] != first_model) break;
      }
      if (row.has2(7) && is_water(row[7])) continue;
      const auto number = [&](std::size_t i, double fallback) { return row.has2(i) ? gemmi::cif::as_number(row[i], fallback) : fallback; };
      const double nan = std::nan("");
      collector.add(gemmi::Element(row.str(3)), {number(2, nan), number(1, nan), number(0, nan)}, number(4, 1), number(5, 0));
    }
    if (!collector.structure.atoms.empty()) return;
  }
}

void read_pdb(const std::string& text, const std::string& name, Collector& collector) {
  const gemmi::Structure structure = gemmi::read_pdb_from_memory(text.data(), text.size(), name);
  if (structure.models.empty()) return;
  for (const gemmi::Chain& chain : structure.models.front().chains)
    for (const gemmi::Residue& residue : chain.residues) {
      if (is_water(residue.name)) continue;
      for (const gemmi::Atom& atom : residue.atoms)
        collector.add(atom.element, {atom.pos.z, atom.pos.y, atom.pos.x}, static_cast<double>(atom.occ), static_cast<double>(atom.b_iso));
    }
}

bool looks_like_cif(const std::string& text) {
  std::size_t at = 0;
  while (at < text.size() && (std::isspace(static_cast<unsigned char>(text[at])) || text[at] == '#'))
    at = text[at] == '#' ? std::min(text.find('\n', at), text.size()) : at + 1;
  return text.compare(at, 5, "data_") == 0;
}

}  // namespace

Structure parse_structure(const std::string& text, const std::string& name) {
  Collector collector;
  try {
    looks_like_cif(text) ? read_cif(text, name, collector) : read_pdb(text, name, collector);
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& problem) {
    throw Error("structure", name, problem.what(), "give a PDB or mmCIF file");
  }
  if (collector.structure.atoms.empty()) throw Error("structure", name, "has no atoms", "give a PDB or mmCIF file with coordinates");
  return std::move(collector.structure);
}

Structure read_structure(const std::filesystem::path& path) { return parse_structure(read_text(path), path.string()); }

}  // namespace dfe::io

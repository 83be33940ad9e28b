// SPDX-License-Identifier: Apache-2.0
// PDB through gemmi's reader; of mmCIF only the table of atoms is taken, so that files cut down to
// it are read too.
#include "io/structures/gemmi_atoms.hpp"

#include <gemmi/c4322.hpp>
#include <gemmi/cif.hpp>
#include <gemmi/numb.hpp>
#include <gemmi/pdb.hpp>

namespace dfe::io {

namespace {

bool is_water(const std::string& residue) {
  return residue == "HOH" || residue == "WAT" || residue == "DOD";
}

}  // namespace

std::vector<FileAtom> read_cif_atoms(const std::string& text, const std::string& name) {
  std::vector<FileAtom> atoms;
  gemmi::cif::Document document = gemmi::cif::read_memory(text.data(), text.size(), name.c_str());
  for (gemmi::cif::Block& block : document.blocks) {
    gemmi::cif::Table table =
        block.find("_atom_site.", {"Cartn_x", "Cartn_y", "Cartn_z", "type_symbol", "?occupancy",
                                   "?B_iso_or_equiv", "?pdbx_PDB_model_num", "?label_comp_id"});
    std::string first_model;
    for (const auto row : table) {
      if (row.has2(6)) {
        if (first_model.empty()) first_model = row[6];
        if (row[6] != first_model) break;
      }
      if (row.has2(7) && is_water(row[7])) continue;
      const auto number = [&](std::size_t i, double fallback) {
        return row.has2(i) ? gemmi::cif::as_number(row[static_cast<int>(i)], fallback) : fallback;
      };
      const double nan = std::nan("");
      atoms.push_back({gemmi::Element(row.str(3)).ordinal(), number(0, nan), number(1, nan),
                       number(2, nan), number(4, 1), number(5, 0)});
    }
    if (!atoms.empty()) break;
  }
  return atoms;
}

std::vector<FileAtom> read_pdb_atoms(const std::string& text, const std::string& name) {
  std::vector<FileAtom> atoms;
  const gemmi::Structure structure = gemmi::read_pdb_from_memory(text.data(), text.size(), name);
  if (structure.models.empty()) return atoms;
  for (const gemmi::Chain& chain : structure.models.front().chains)
    for (const gemmi::Residue& residue : chain.residues) {
      if (is_water(residue.name)) continue;
      for (const gemmi::Atom& atom : residue.atoms)
        atoms.push_back({atom.element.ordinal(), atom.pos.x, atom.pos.y, atom.pos.z,
                         static_cast<double>(atom.occ), static_cast<double>(atom.b_iso)});
    }
  return atoms;
}

ElementFacts element_facts(int number) {
  using Table = gemmi::C4322<double>;
  const gemmi::Element element(number);
  const Table::Coef& coef =
      Table::get(Table::has(element.elem) && number > 0 ? element.elem : gemmi::El::C);
  ElementFacts facts;
  for (int i = 0; i < 5; ++i) {
    facts.a[static_cast<std::size_t>(i)] = coef.a(i);
    facts.b[static_cast<std::size_t>(i)] = coef.b(i);
  }
  facts.mass_dalton = number > 0 && element.weight() > 0.5 ? element.weight() : 12.011;
  return facts;
}

}  // namespace dfe::io

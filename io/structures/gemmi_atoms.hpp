// SPDX-License-Identifier: Apache-2.0
// What is taken from gemmi, in C++17: clang 14 does not compile gemmi 0.5's headers as C++20.
#pragma once

#include <array>
#include <string>
#include <vector>

namespace dfe::io {

/// One atom as the file has it. Numbers may be anything, also not finite.
struct FileAtom {
  int element = 0;  ///< as gemmi numbers them
  double x_angstrom = 0, y_angstrom = 0, z_angstrom = 0, occupancy = 1, b_factor = 0;
};

/// Atoms of the first model, without waters. Throws std::exception of any kind for text that cannot
/// be parsed.
std::vector<FileAtom> read_cif_atoms(const std::string& text, const std::string& name);
std::vector<FileAtom> read_pdb_atoms(const std::string& text, const std::string& name);

/// Electron scattering factors and mass of an element; those of carbon where there are none.
struct ElementFacts {
  std::array<double, 5> a{}, b{};
  double mass_dalton = 0;
};
ElementFacts element_facts(int element);

}  // namespace dfe::io

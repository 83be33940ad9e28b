// SPDX-License-Identifier: Apache-2.0
// What every command asks of a particle list in the same way: the name of a class, and the
// particles of one tomogram. Who asks, and which setting decides, come as arguments, so that an
// error names what its reader can change.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dfengine/particle.hpp"

namespace dfe {

/// Name of a class, or its label as text where it has none.
std::string class_name(const std::vector<std::string>& names, int label);

/// Which tomogram of a list is meant, and how the user says so.
struct TomogramChoice {
  std::string_view area;  ///< of errors: "target"
  std::string setting;    ///< of errors: "--tomogram"
  std::string wanted;     ///< a name, or an index of the list's tomograms; empty: nothing is said
  std::string fallback;   ///< the name to look for then; empty: none
};

/// The particles of one tomogram. A list of one tomogram is taken whole where nothing is said.
/// Throws a usage `Error` that names the setting and lists the tomograms where there is no such
/// tomogram, or several and nothing that decides.
ParticleList particles_of(const ParticleList& list, const TomogramChoice& choice);

}  // namespace dfe

// SPDX-License-Identifier: Apache-2.0
// What every command asks of a particle list in the same way: the name of a class, the particles of
// one tomogram, and several lists as one. Who asks, and which setting decides, come as arguments,
// so that an error names what its reader can change.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "dfengine/particle.hpp"

namespace dfe {

/// Name of a class, or its label as text where it has none.
std::string class_name(const std::vector<std::string>& names, int label);

/// The only tomogram of a list, or the only one with particles of a list that numbers them: numbers
/// may begin at any.
std::optional<std::size_t> only_tomogram(const ParticleList& list);

/// Which tomogram of a list is meant, and how the user says so.
struct TomogramChoice {
  std::string_view area;  ///< of errors: "target"
  std::string setting;    ///< of errors: "--tomogram"
  std::string wanted;     ///< a name, or an index of the list's tomograms; empty: nothing is said
  std::string fallback;   ///< the name to look for then; empty: none
};

/// The particles of one tomogram. Names are compared as in core/tomogram_names.hpp. Where nothing
/// is said, a list that names no tomogram, or only numbers one, is taken whole. Throws a usage
/// `Error` that names the setting and lists the tomograms where there is no such tomogram, or
/// several and nothing that decides.
ParticleList particles_of(const ParticleList& list, const TomogramChoice& choice);

/// Whether at least one class above the background has a name.
bool has_class_names(const ParticleList& list);

/// Labels of classes that have no name although the lists, which belong together, name others.
/// Lists with labels alone are left out, because their labels are those of the named classes. But
/// where files have names alone, a class that is called by a number is none of the others.
std::set<int> classes_without_name(const std::vector<const ParticleList*>& lists);

/// Renumbers a list's classes by name. Names that `names` lacks are added to it, with the same
/// label if that is free: neither has it a name, nor is it one of `without_name`. Labels without a
/// name stay.
void renumber_classes(ParticleList& list, std::vector<std::string>& names,
                      const std::set<int>& without_name = {});

/// Joins tomograms of the list that have one name in several spellings, with a warning for each.
/// Throws `Error` where their voxel sizes differ; `area` begins its text.
void join_spellings(ParticleList& list, std::string_view area);

/// Gives a list that was joined from several new numbers and names of particles where some repeat,
/// with warnings: RELION takes two particles of one name for one.
void renumber_repeated(ParticleList& list);

/// Appends `more`: classes by name (those without a name stay classes of their own, see
/// `classes_without_name`), tomograms by name (as in core/tomogram_names.hpp) and extra
/// columns by name. A cell that a list does not have is empty; a column of STAR files that not both
/// have is dropped, with a warning in `list`. Throws `Error` for a tomogram whose voxel sizes
/// differ by more than 1 %; `area` begins its text.
void append_list(ParticleList& list, ParticleList more, std::string_view area);

}  // namespace dfe

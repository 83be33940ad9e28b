// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "io/lists/unused_options.hpp"

#include <fmt/format.h>

namespace dfe::io::lists {

void warn_unused_axes(ParticleList& list, ListFormat format, const ListOptions& options) {
  if (options.xml_axes != XmlAxes::Zyx || format == ListFormat::Xml || format == ListFormat::Shrec)
    return;
  list.warnings.push_back(fmt::format(
      "{} is not used: lists of this format say which coordinate is x", options.settings.axes));
}

void warn_unused_binning(ParticleList& list, PositionUnit unit, const ListOptions& options) {
  const bool fractions = unit == PositionUnit::Fractions;
  const bool angstrom = unit == PositionUnit::Angstrom;
  if (options.binning.value_or(1) == 1 || (!fractions && !angstrom)) return;
  list.warnings.push_back(fmt::format("{} {:.4g} does not change the positions, which are {}",
                                      options.settings.binning, *options.binning,
                                      fractions ? "fractions of the tomogram" : "in Å"));
}

}  // namespace dfe::io::lists

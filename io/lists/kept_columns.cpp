// SPDX-License-Identifier: Apache-2.0
// Extra columns by format, see the header. Those of numbered formats are told by their writers.
#include "io/lists/kept_columns.hpp"

#include <algorithm>
#include <array>

#include "io/lists/relion.hpp"

namespace dfe::io::lists {

bool is_csv_column(std::string_view name) {
  // those of STAR files begin with an underscore or data_optics/
  return !name.empty() && name[0] != '_' && name.find('/') == std::string_view::npos;
}

bool is_star_column(std::string_view name) {
  return name.size() > 1 && name[0] == '_' &&
         std::none_of(name.begin(), name.end(),
                      [](unsigned char c) { return c <= 32 || c == '#'; });
}

bool is_optics_column(std::string_view name) { return name.starts_with(kOpticsPrefix); }

bool is_cbox_column(std::string_view name) {
  constexpr std::array<std::string_view, 7> kKept{"_Width",     "_Height",   "_Depth", "_EstWidth",
                                                  "_EstHeight", "_NumBoxes", "_Angle"};
  return std::find(kKept.begin(), kKept.end(), name) != kKept.end();
}

bool keeps_column(ListFormat format, std::string_view name) {
  switch (format) {
    case ListFormat::Xml:
      return is_xml_column(name);
    case ListFormat::Csv:
    case ListFormat::Tsv:
      return is_csv_column(name);
    case ListFormat::Star:
    case ListFormat::Relion3:
    case ListFormat::Relion4:
    case ListFormat::Relion5:
    case ListFormat::Warp:
      return is_star_column(name) || is_optics_column(name);
    case ListFormat::Relion5Import:
      return is_star_column(name);
    case ListFormat::Dynamo:
      return is_dynamo_column(name);
    case ListFormat::Motl:
    case ListFormat::MotlCsv:
      return is_motl_column(name);
    case ListFormat::Stopgap:
      return is_stopgap_column(name);
    case ListFormat::Cbox:
      return is_cbox_column(name);
    default:
      return false;
  }
}

}  // namespace dfe::io::lists

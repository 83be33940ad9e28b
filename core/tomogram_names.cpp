// SPDX-License-Identifier: Apache-2.0
// Names of tomograms, see the header.
#include "core/tomogram_names.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/text.hpp"
#include "dfengine/error.hpp"

namespace dfe {

namespace {

/// Those of all volumes and lists that are read or written, and of tables of tilt series.
constexpr std::array<std::string_view, 29> kExtensions{
    ".gz",  ".bz2",      ".mrc",  ".mrcs", ".rec", ".map",    ".st",   ".ali", ".ccp4", ".h5",
    ".hdf", ".em",       ".hdf5", ".zarr", ".tif", ".tiff",   ".star", ".xml", ".json", ".tbl",
    ".csv", ".tomostar", ".aln",  ".mod",  ".tsv", ".coords", ".cbox", ".cmm", ".txt"};
constexpr std::array<std::string_view, 6> kEndings{"_Vol",    "_rec",    "_labels",
                                                   "_scores", "_target", "_objl"};
constexpr std::string_view kEman2Info = "_info.json";
constexpr std::string_view kPrefix = "rec_";

/// Removes `ending` where something is left of it.
bool cut(std::string_view& name, std::string_view ending) {
  if (name.size() <= ending.size() || !name.ends_with(ending)) return false;
  name.remove_suffix(ending.size());
  return true;
}

/// Removes "_10.00Apx", and says the number.
bool cut_pixel_size(std::string_view& name, std::optional<double>& pixel) {
  std::string_view rest = name;
  if (!cut(rest, "Apx")) return false;
  const std::size_t bar = rest.rfind('_');
  if (bar == std::string_view::npos || bar == 0 || bar + 1 == rest.size()) return false;
  const std::string_view number = rest.substr(bar + 1);
  const bool digits = std::all_of(number.begin(), number.end(),
                                  [](unsigned char c) { return std::isdigit(c) || c == '.'; });
  if (!digits) return false;
  name = rest.substr(0, bar);
  pixel = parse_as<double>(number);
  return true;
}

bool cut_extension(std::string_view& name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  const std::string ending = to_lower(name.substr(dot));
  if (std::find(kExtensions.begin(), kExtensions.end(), ending) == kExtensions.end()) return false;
  name = name.substr(0, dot);
  return true;
}

}  // namespace

namespace {

struct PlainName {
  std::string_view name;
  std::optional<double> pixel;
};

PlainName plain_name(std::string_view name) {
  std::optional<double> pixel;
  while (name.size() > 1 && name.back() == '/') name.remove_suffix(1);
  if (const std::size_t slash = name.rfind('/'); slash + 1 < name.size() && slash + 1 > 0)
    name.remove_prefix(slash + 1);
  bool changed = true;
  while (changed) {
    changed = cut(name, kEman2Info) || cut_extension(name) || cut_pixel_size(name, pixel);
    for (const std::string_view ending : kEndings) changed = cut(name, ending) || changed;
  }
  if (name.size() > kPrefix.size() && name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
  return {name, pixel};
}

}  // namespace

std::string tomogram_id(std::string_view name) { return std::string(plain_name(name).name); }

std::optional<double> pixel_size_in_name(std::string_view name) { return plain_name(name).pixel; }

std::optional<std::size_t> find_tomogram(const std::vector<std::string>& names,
                                         const std::string& wanted, std::string_view area) {
  const auto same = std::find(names.begin(), names.end(), wanted);
  if (same != names.end()) return static_cast<std::size_t>(same - names.begin());
  const std::string id = tomogram_id(wanted);
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (tomogram_id(names[i]) != id) continue;
    if (found)
      throw Error(ErrorKind::Usage, area, wanted,
                  "may be the tomogram '" + names[*found] + "' or '" + names[i] + "'",
                  "use the same name in both files");
    found = i;
  }
  return found;
}

}  // namespace dfe

// SPDX-License-Identifier: Apache-2.0
// What lists must be told, see the header.
#include "commands/common/list_frame.hpp"

#include "commands/common/read_options.hpp"
#include "core/file_names.hpp"
#include "core/tomogram_names.hpp"
#include "io/volume.hpp"

namespace dfe {

namespace {

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

}  // namespace

ListTomogram known_tomogram(const std::string& name, const VolumeGeometry& geometry,
                            const std::string& told_by) {
  ListTomogram known = ListTomogram::of(name, geometry.extent, geometry.voxel_size);
  known.told_by = told_by;
  return known;
}

io::ListOptions list_frame(const VolumeInfo& volume, const std::string& name,
                           const CommonRequest& common) {
  io::ListOptions options;
  const std::string file = base_name(volume.path);
  options.tomograms = {known_tomogram(name.empty() ? file : name, volume.geometry, volume.path)};
  options.tomogram_name = name.empty() ? tomogram_id(file) : name;
  if (common.voxel_size_angstrom)
    options.voxel_size = VoxelSize::cubic(*common.voxel_size_angstrom);
  return options;
}

io::ListOptions list_frame(const ListFrame& frame, const CommonRequest& common) {
  io::ListOptions options;
  if (!frame.like.empty() && !frame.tomograms.empty())
    throw Error(ErrorKind::Usage, "list", "--like", "cannot be combined with --tomograms",
                "choose one of them");
  if (!frame.like.empty()) {
    options = list_frame(io::open_volume(frame.like, read_options(common))->info(), frame.tomogram,
                         common);
    options.tomogram_name = tomogram_id(base_name(frame.like));
  }
  if (!frame.tomograms.empty()) options.tomograms = io::read_tomograms(frame.tomograms);
  if (common.voxel_size_angstrom)
    options.voxel_size = VoxelSize::cubic(*common.voxel_size_angstrom);
  options.binning = frame.binning;
  return options;
}

void check_name_pattern(std::string_view area, std::string pattern, std::size_t inputs) {
  const std::string given = pattern;
  replace_all(pattern, "{id}", "");
  replace_all(pattern, "{name}", "");
  if (pattern.find_first_of("{}") != std::string::npos)
    throw Error(ErrorKind::Usage, area, "--tomogram-name",
                "'" + given + "' has braces that stand for nothing",
                "use {name} or {id}, which stand for the tomogram's own name");
  if (inputs > 1 && !given.empty() && pattern == given)
    throw Error(ErrorKind::Usage, area, "--tomogram-name",
                "gives " + std::to_string(inputs) + " tomograms the name '" + given + "'",
                "use {name} or {id} in it, which stand for each tomogram's own name");
}

std::string written_name(const std::string& pattern, const std::string& name) {
  std::string written = pattern.empty() ? "{id}" : pattern;
  replace_all(written, "{id}", tomogram_id(name));
  replace_all(written, "{name}", name);
  return written;
}

}  // namespace dfe

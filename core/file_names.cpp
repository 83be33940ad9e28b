// SPDX-License-Identifier: Apache-2.0
// Names without folder and endings, and parts of files, see the header.
#include "core/file_names.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "core/text.hpp"

namespace dfe {

namespace {

bool ends_with_one_of(std::string_view name, std::initializer_list<std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

/// The path down to the last Zarr store in it; all of the path where there is none.
std::filesystem::path store_of(std::filesystem::path path) {
  if (!path.has_filename()) path = path.parent_path();
  for (std::filesystem::path part = path; part.has_filename(); part = part.parent_path())
    if (part.extension() == ".zarr") return part;
  return path;
}

/// The run of a tomogram in copick's layout, or "".
std::string copick_run(const std::filesystem::path& store) {
  const std::filesystem::path spacing = store.parent_path(), run = spacing.parent_path();
  const bool copick = store.extension() == ".zarr" &&
                      spacing.filename().string().starts_with("VoxelSpacing") &&
                      run.parent_path().filename() == "ExperimentRuns";
  return copick ? run.filename().string() : "";
}

std::filesystem::path without_compression(std::filesystem::path name) {
  for (const char* ending : {".gz", ".bz2"})
    if (name.extension() == ending) return name.stem();
  return name;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

VolumeName split_volume_name(const std::filesystem::path& name) {
  const std::string text = name.string(), lower = to_lower(text);
  for (std::size_t colon = text.find(':'); colon != std::string::npos;
       colon = text.find(':', colon + 1)) {
    const std::string_view before = std::string_view(lower).substr(0, colon);
    const std::string part = text.substr(colon + 1);
    if (part.empty()) break;
    if (ends_with_one_of(before, {".h5", ".hdf5", ".hdf"}))
      return {text.substr(0, colon), part.front() == '/' ? part : "/" + part};
    const std::string plain = without_compression(before).string();
    if (is_number(part) &&
        ends_with_one_of(plain, {".mrcs", ".mrc", ".rec", ".map", ".st", ".ali", ".ccp4"}))
      return {text.substr(0, colon), part};
  }
  return {name, {}};
}

std::string base_name(const std::filesystem::path& path) {
  const VolumeName volume = split_volume_name(path);
  const std::filesystem::path file = store_of(volume.file);
  if (std::string run = copick_run(file); !run.empty()) return run;
  const std::filesystem::path name = without_compression(file.filename());
  std::string base = name.has_stem() ? name.stem().string() : name.string();
  if (volume.part.empty()) return base;
  std::string part = volume.part.substr(volume.part.front() == '/' ? 1 : 0);
  std::replace(part.begin(), part.end(), '/', '_');
  return base + "_" + part;
}

}  // namespace dfe

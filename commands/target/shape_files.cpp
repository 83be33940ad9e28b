// SPDX-License-Identifier: Apache-2.0
// Radii from text and masks from files; docs/target.md says how they are written and named.
#include "commands/target/shape_files.hpp"

#include <algorithm>
#include <cmath>

#include "commands/common/json_text.hpp"
#include "core/file_names.hpp"
#include "core/particle_lists.hpp"
#include "core/text.hpp"
#include "core/voxel_size.hpp"
#include "dfengine/length.hpp"
#include "io/volume.hpp"

namespace dfe::targets {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kLargestMask = 512;

[[noreturn]] void refuse_spheres(std::string_view option, std::string_view entry,
                                 const std::string& fact) {
  throw Error(ErrorKind::Usage, "target", option, "'" + std::string(entry) + "' " + fact,
              "give radii in the order of the classes (6,6,3) or by class (1=6,ribosome=110A); 0 "
              "leaves a class out");
}

/// A class by name or label.
std::optional<int> class_of(std::string_view text, const std::vector<std::string>& names) {
  for (std::size_t i = 1; i < names.size(); ++i)
    if (names[i] == text) return static_cast<int>(i);
  return parse_as<int>(text);
}

/// Volumes in the folder that are named after the class.
std::vector<fs::path> files_of(const fs::path& folder, int label,
                               const std::vector<std::string>& names) {
  std::vector<fs::path> found;
  const std::string number = std::to_string(label);
  for (const auto& entry : fs::directory_iterator(folder)) {
    fs::path plain = entry.path();
    if (plain.extension() == ".gz" || plain.extension() == ".bz2") plain.replace_extension();
    const std::string stem = base_name(plain);
    if ((entry.is_regular_file() || io::is_volume_folder(entry.path())) &&
        io::is_volume_file_name(plain) &&
        (stem == class_name(names, label) || stem == number || stem == "class" + number))
      found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// Brings the values to 0 .. 1.
void stretch(Volume<float>& mask, const fs::path& file, std::vector<std::string>& warnings) {
  const auto [least, greatest] = std::minmax_element(mask.span().begin(), mask.span().end());
  const float low = *least, high = *greatest;
  if (!(high > low))
    throw Error("target", file.string(), "all voxels of the mask have the same value",
                "give a mask of 0 and 1");
  const bool two_values = std::all_of(mask.span().begin(), mask.span().end(),
                                      [&](float v) { return v == low || v == high; });
  if (low < 0 && !two_values)
    warnings.push_back(file.string() +
                       ": looks like a density map, not a mask; voxels above the middle of its "
                       "range are taken as inside");
  for (float& v : mask.span()) v = (v - low) / (high - low);
}

TargetShape read_mask(const fs::path& file, TargetRules rules, const VoxelSize& voxel_size,
                      std::vector<std::string>& warnings) {
  const auto volume = io::open_volume(file);
  const VolumeInfo& info = volume->info();
  const Extent3 n = volume->extent();
  if (std::max({n.z, n.y, n.x}) > kLargestMask)
    throw Error("target", file.string(), "the mask has " + n.to_string() + " voxels",
                "use at most 512 along each axis");
  const VoxelSize& own = info.geometry.voxel_size;
  if (own.known() && voxel_size.known() && !same_voxel_size(own, voxel_size))
    throw Error(ErrorKind::Usage, "target", file.string(),
                "the mask has voxels of " + voxel_size_text(own) +
                    ", but the tomogram has voxels of " + voxel_size_text(voxel_size),
                "resample the mask, or give --voxel-size (data.voxel_size in 'train') if a header "
                "is wrong");
  TargetShape shape;
  shape.mask = io::read_volume(*volume);
  shape.integer_mask = info.mode.find("int") != std::string::npos;
  if (!std::all_of(shape.mask.span().begin(), shape.mask.span().end(),
                   [](float v) { return std::isfinite(v); }))
    throw Error("target", file.string(), "the mask has voxels that are NaN or infinite",
                "give a mask of 0 and 1");
  if (rules == TargetRules::Exact)
    stretch(shape.mask, file, warnings);
  else if (std::find(shape.mask.span().begin(), shape.mask.span().end(), 1.0f) ==
           shape.mask.span().end())
    throw Error("target", file.string(), "no voxel of the mask is exactly 1",
                "give a mask of 0 and 1: DeepFinder's rules paint only voxels of exactly 1");
  return shape;
}

}  // namespace

void add_spheres(std::map<int, TargetShape>& shapes, std::string_view text,
                 const VoxelSize& voxel_size, const std::vector<std::string>& class_names,
                 std::string_view option) {
  int next = 1;
  for (const std::string_view entry : split(text, ',')) {
    const std::size_t equals = entry.rfind('=');
    const std::string_view length =
        equals == std::string_view::npos ? entry : entry.substr(equals + 1);
    const std::optional<int> label =
        equals == std::string_view::npos ? next++ : class_of(entry.substr(0, equals), class_names);
    if (!label) refuse_spheres(option, entry, "does not name a class");
    if (*label < 1 || *label > 255)
      refuse_spheres(option, entry,
                     "is for class " + std::to_string(*label) + ", and classes are 1 to 255");
    if (shapes.count(*label) > 0)
      refuse_spheres(option, entry, "gives class " + std::to_string(*label) + " a second radius");
    TargetShape& shape = shapes[*label];
    if (length != "0")
      shape.radii_voxels = Length::parse(length, option).voxels(voxel_size, option);
  }
}

std::vector<fs::path> add_masks(std::map<int, TargetShape>& shapes, const fs::path& folder,
                                const std::set<int>& labels,
                                const std::vector<std::string>& class_names, TargetRules rules,
                                const VoxelSize& voxel_size, std::vector<std::string>& warnings) {
  std::error_code error;
  if (!fs::is_directory(folder, error))
    throw Error("target", folder.string(), "is not a folder", "give the folder with the masks");
  std::vector<fs::path> read;
  for (const int label : labels) {
    if (shapes.count(label) > 0) continue;
    const std::vector<fs::path> files = files_of(folder, label, class_names);
    const std::string name = class_name(class_names, label), number = std::to_string(label);
    if (files.empty()) {
      std::string remedy = "add ";
      if (name != number) remedy.append(name).append(".mrc, ");
      remedy.append(number).append(".mrc or class").append(number).append(".mrc");
      throw Error("target", folder.string(), "no mask for class " + name, remedy);
    }
    if (files.size() > 1)
      throw Error("target", folder.string(),
                  "two masks for class " + name + ": " + files[0].filename().string() + " and " +
                      files[1].filename().string(),
                  "keep only one");
    shapes[label] = read_mask(files.front(), rules, voxel_size, warnings);
    read.push_back(files.front());
  }
  return read;
}

double reach(const TargetShape& shape) {
  const Point3& r = shape.radii_voxels;
  if (r.x > 0) return std::max({r.z, r.y, r.x});
  const Extent3 n = shape.mask.extent(), middle{n.z / 2, n.y / 2, n.x / 2};
  double farthest = 0;
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x)
        if (shape.mask(z, y, x) >= 0.5f)
          farthest = std::max(farthest, std::hypot(static_cast<double>(z - middle.z),
                                                   static_cast<double>(y - middle.y),
                                                   static_cast<double>(x - middle.x)));
  return farthest;
}

}  // namespace dfe::targets

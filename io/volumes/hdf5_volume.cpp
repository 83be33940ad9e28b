// SPDX-License-Identifier: Apache-2.0
// Boxes are hyperslabs, so chunked and compressed datasets work as well as contiguous ones; a cache
// of one layer of chunks keeps slabs from decompressing a chunk again and again.
#include "io/volumes/hdf5_volume.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "core/check_box.hpp"
#include "core/text.hpp"
#include "dfengine/error.hpp"
#include "io/volumes/eman_hdf5.hpp"
#include "io/volumes/hdf5_class_names.hpp"
#include "io/volumes/stream_planes.hpp"
#include "io/volumes/voxel_size.hpp"
#include "io/volumes/writers.hpp"

namespace dfe::io {
namespace {

constexpr std::int64_t kMaxCacheBytes = std::int64_t{256} << 20;
constexpr int kMaxDepth = 8;
constexpr int kMaxLinks = 10000;
constexpr char kDataset[] = "dataset";  // DeepFinder's

/// Paths of all datasets with three dimensions, as deep as files are nested by people. `links_left`
/// bounds the search: groups may contain themselves.
void find_volumes(const h5::Reader& file, const std::string& group, int depth, int& links_left,
                  std::vector<std::string>& found) {
  if (depth > kMaxDepth) return;
  for (const std::string& name : file.links(group.empty() ? "/" : group)) {
    if (--links_left < 0) return;
    std::string path = group;
    path.append("/").append(name);
    if (file.is_dataset(path)) {
      if (file.facts(path).sizes.size() == 3) found.push_back(path);
    } else if (file.is_group(path)) {
      find_volumes(file, path, depth + 1, links_left, found);
    }
  }
}

/// The first twenty.
std::string joined(std::vector<std::string> names) {
  if (names.size() > 20) {
    names.resize(20);
    names.emplace_back("...");
  }
  return join(names);
}

/// The dataset that `part` names, DeepFinder's, or the only volume of the file.
std::string choose_dataset(const h5::Reader& file, const std::string& name, const std::string& part,
                           std::vector<std::string>& warnings) {
  std::string wanted = part.empty() ? kDataset : part;
  if (file.is_dataset(wanted)) return wanted;
  std::vector<std::string> volumes;
  int links_left = kMaxLinks;
  find_volumes(file, "", 0, links_left, volumes);
  if (part.empty() && volumes.size() == 1) {
    if (!is_eman_image(volumes.front()))
      warnings.push_back("There is no dataset 'dataset'; the only volume of the file, '" +
                         volumes.front() + "', is read.");
    return volumes.front();
  }
  if (volumes.empty())
    throw Error("hdf5", name, "has no dataset '" + wanted + "'",
                "and no other volume (dataset with three dimensions)");
  throw Error(ErrorKind::Usage, "hdf5", name,
              (part.empty() ? "has several volumes: " : "has no dataset '" + part + "', but ") +
                  joined(volumes),
              "name one: " + name + ":" + volumes.front());
}

/// Bytes of one layer of chunks, those that a few planes touch; 0 where the dataset has no chunks,
/// or the layer is too large to keep.
std::int64_t layer_bytes(const h5::DatasetFacts& facts) {
  if (facts.chunk.size() != 3) return 0;
  const auto chunks = [&](std::size_t axis) {
    return std::ceil(static_cast<double>(facts.sizes[axis]) /
                     static_cast<double>(facts.chunk[axis]));
  };
  const double layer = chunks(1) * chunks(2) *
                       static_cast<double>(facts.chunk[0] * facts.chunk[1] * facts.chunk[2]) *
                       static_cast<double>(facts.element_bytes);
  if (layer > static_cast<double>(kMaxCacheBytes)) return 0;
  return std::max(static_cast<std::int64_t>(layer), std::int64_t{1} << 20);
}

/// How bytes are read, against the type that the file gives them.
enum class Sign { AsStored, Signed, Unsigned };

class Hdf5Volume final : public VolumeSource {
 public:
  Hdf5Volume(h5::Reader file, std::string dataset, VolumeInfo info, Rendering rendering, Sign sign,
             std::int64_t cache_bytes)
      : file_(std::move(file)),
        dataset_(std::move(dataset)),
        info_(std::move(info)),
        rendering_(rendering),
        sign_(sign),
        cache_bytes_(cache_bytes) {}

  const VolumeInfo& info() const override { return info_; }
  std::int64_t resident_bytes() const override { return cache_bytes_; }

  void read_box(const Box3& box, float* out) const override {
    check_box(box, extent(), info_.path);
    file_.read_block(dataset_, std::array{box.begin.z, box.begin.y, box.begin.x},
                     std::array{box.extent.z, box.extent.y, box.extent.x}, out);
    if (sign_ != Sign::AsStored)
      std::for_each(out, out + box.extent.voxels(), [as_signed = sign_ == Sign::Signed](float& v) {
        if (as_signed ? v > 127 : v < 0) v += as_signed ? -256.0f : 256.0f;
      });
    if (!rendering_.used) return;
    std::transform(out, out + box.extent.voxels(), out, [&](float stored) {
      return static_cast<float>(static_cast<double>(stored) * rendering_.scale + rendering_.offset);
    });
  }

 private:
  h5::Reader file_;
  std::string dataset_;
  VolumeInfo info_;
  Rendering rendering_;
  Sign sign_;
  std::int64_t cache_bytes_;
};

void write(const std::filesystem::path& path, const h5::Values& voxels, h5::StoredType type,
           const VolumeGeometry& geometry, const std::vector<std::string>& class_names) {
  const Extent3& extent = geometry.extent;
  h5::Writer file(path);
  file.write_dataset(kDataset, {extent.z, extent.y, extent.x}, type, voxels);
  write_geometry(file, kDataset, geometry);
  if (!class_names.empty()) file.write_attribute(kDataset, kClassNames, class_names);
  file.commit();
}

}  // namespace

std::unique_ptr<VolumeSource> open_hdf5_volume(const std::filesystem::path& path,
                                               const VolumeReadOptions& options) {
  h5::Reader file(path);
  VolumeInfo info;
  info.format = "hdf5";
  const std::string name = choose_dataset(file, path.string(), options.part, info.warnings);
  info.path = path.string() + (options.part.empty() ? "" : ":" + options.part);
  const h5::DatasetFacts facts = file.facts(name);
  if (facts.sizes.size() != 3)
    throw Error("hdf5", file.name_of(name),
                "has " + std::to_string(facts.sizes.size()) + " dimensions",
                "a volume has three: z, y, x");
  if (file.checked_elements(name) == 0)
    throw Error("hdf5", file.name_of(name), "contains no voxels", "expected at least 1x1x1");
  if (facts.type == "other")
    throw Error("hdf5", file.name_of(name), "its elements are neither integers nor floats",
                "a volume needs numbers");
  const std::int64_t cache_bytes = layer_bytes(facts);
  file.keep_open(name, cache_bytes);
  info.mode = facts.type;
  info.byte_order = facts.big_endian ? "big" : "little";
  info.geometry.extent = {facts.sizes[0], facts.sizes[1], facts.sizes[2]};
  read_geometry(file, name, info.geometry);
  Rendering rendering;
  if (is_eman_image(name)) {
    read_eman_geometry(file, name, info.geometry);
    rendering = read_eman_rendering(file, name, facts.type);
    if (rendering.used) info.mode = "float32 in " + facts.type;
  }
  const bool bytes = !rendering.used && (facts.type == "int8" || facts.type == "uint8");
  Sign sign = Sign::AsStored;
  if (bytes && options.signed_bytes) {
    sign = *options.signed_bytes ? Sign::Signed : Sign::Unsigned;
    info.mode = *options.signed_bytes ? "int8" : "uint8";
  }
  info.class_names = read_class_names(file, name);
  settle_voxel_size(info, options);
  return std::make_unique<Hdf5Volume>(std::move(file), name, std::move(info), rendering, sign,
                                      cache_bytes);
}

void write_geometry(h5::Writer& file, const std::string& object, const VolumeGeometry& geometry) {
  const auto triple = [](double z, double y, double x) { return std::vector<double>{z, y, x}; };
  const auto& voxel = geometry.voxel_size;
  if (voxel.known())
    file.write_attribute(object, "voxel_size_angstrom",
                         triple(voxel.z_angstrom, voxel.y_angstrom, voxel.x_angstrom));
  file.write_attribute(
      object, "origin_angstrom",
      triple(geometry.origin_angstrom.z, geometry.origin_angstrom.y, geometry.origin_angstrom.x));
  file.write_attribute(
      object, "start_voxels",
      triple(static_cast<double>(geometry.start.z), static_cast<double>(geometry.start.y),
             static_cast<double>(geometry.start.x)));
  file.write_attribute(
      object, "sampling",
      triple(static_cast<double>(geometry.sampling.z), static_cast<double>(geometry.sampling.y),
             static_cast<double>(geometry.sampling.x)));
  file.write_attribute(
      object, "cell_angles_deg",
      std::vector<double>(geometry.cell_angles_deg.begin(), geometry.cell_angles_deg.end()));
  file.write_attribute(object, "space_group", std::int64_t{geometry.space_group});
  if (!geometry.labels.empty()) file.write_attribute(object, "labels", geometry.labels);
}

void read_geometry(const h5::Reader& file, const std::string& object, VolumeGeometry& geometry) {
  const auto triple = [&](const char* name, auto&& store) {
    if (!file.has_attribute(object, name)) return;
    const std::vector<double> values = file.read_numbers(object, name);
    const auto sound = [](double value) {
      return std::abs(value) < 9e15;
    };  // whole numbers are exact in double below that; false for NaN
    if (values.size() == 3 && std::all_of(values.begin(), values.end(), sound))
      store(values[0], values[1], values[2]);
  };
  const auto whole = [](double value) { return static_cast<std::int64_t>(value); };
  triple("voxel_size_angstrom", [&](double z, double y, double x) {
    geometry.voxel_size = {z, y, x};
  });
  triple("origin_angstrom", [&](double z, double y, double x) {
    geometry.origin_angstrom = {z, y, x};
  });
  triple("start_voxels", [&](double z, double y, double x) {
    geometry.start = {whole(z), whole(y), whole(x)};
  });
  triple("sampling", [&](double z, double y, double x) {
    if (z >= 0 && y >= 0 && x >= 0) geometry.sampling = {whole(z), whole(y), whole(x)};
  });
  triple("cell_angles_deg", [&](double a, double b, double c) {
    geometry.cell_angles_deg = {a, b, c};
  });
  if (file.has_attribute(object, "space_group")) {
    const double group = file.read_number(object, "space_group");
    if (group >= 0 && group <= 630) geometry.space_group = static_cast<int>(group);
  }
  if (file.has_attribute(object, "labels")) geometry.labels = file.read_strings(object, "labels");
}

void write_hdf5(const std::filesystem::path& path, VolumeView<const std::uint8_t> labels,
                const VolumeGeometry& geometry, const std::vector<std::string>& class_names) {
  const bool fits = fits_signed_byte(count_labels(labels.span()));
  // the bits are the same, only the type's name differs
  write(path, labels.span(), fits ? h5::StoredType::Int8 : h5::StoredType::Uint8, geometry,
        class_names);
}

void write_hdf5(const std::filesystem::path& path, VolumeView<const float> volume,
                const VolumeGeometry& geometry) {
  write(path, volume.span(), h5::StoredType::Float32, geometry, {});
}

}  // namespace dfe::io

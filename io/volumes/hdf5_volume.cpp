// SPDX-License-Identifier: Apache-2.0
// Boxes are hyperslabs, so chunked and compressed datasets work as well as contiguous ones; a cache
// of one layer of chunks keeps slabs from decompressing a chunk again and again.
#include "io/volumes/hdf5_volume.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "dfengine/error.hpp"
#include "io/atomic_file.hpp"
#include "io/volumes/raw_volume.hpp"
#include "io/volumes/stream_planes.hpp"
#include "io/volumes/voxel_size.hpp"
#include "io/volumes/writers.hpp"

namespace dfe::io {
namespace {

constexpr std::int64_t kMaxCacheBytes = std::int64_t{256} << 20;
constexpr int kMaxDepth = 8;
constexpr int kMaxLinks = 10000;
constexpr char kEmanImage[] = "/MDF/images/0/image";

/// Paths of all datasets with three dimensions, as deep as files are nested by people. `links_left`
/// bounds the search: groups may contain themselves.
void find_volumes(hid_t group, const std::string& prefix, int depth, int& links_left,
                  std::vector<std::string>& found) {
  if (depth > kMaxDepth) return;
  for (const std::string& name : h5::links(group)) {
    if (--links_left < 0) return;
    const std::string path = prefix + "/" + name;
    if (h5::is_dataset(group, name)) {
      if (h5::dims(h5::open_dataset(group, name)).size() == 3) found.push_back(path);
    } else if (h5::is_group(group, name)) {
      find_volumes(h5::open_group(group, name), path, depth + 1, links_left, found);
    }
  }
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 20); ++i)
    text += (text.empty() ? "" : ", ") + names[i];
  return names.size() > 20 ? text + ", ..." : text;
}

std::string choose_dataset(const h5::File& file, const std::string& name,
                           const VolumeReadOptions& options, std::vector<std::string>& warnings) {
  if (h5::is_dataset(file, options.hdf5_dataset)) return options.hdf5_dataset;
  if (h5::is_dataset(file, kEmanImage)) return kEmanImage;
  std::vector<std::string> volumes;
  int links_left = kMaxLinks;
  find_volumes(file, "", 0, links_left, volumes);
  if (volumes.size() == 1) {
    warnings.push_back("There is no dataset '" + options.hdf5_dataset +
                       "'; the only volume of the file, '" + volumes.front() + "', is read.");
    return volumes.front();
  }
  throw Error("hdf5", name, "has no dataset '" + options.hdf5_dataset + "'",
              volumes.empty() ? "and none with three dimensions"
                              : "it holds the volumes " + joined(volumes) + "; name one");
}

h5::Dataset open_cached(const h5::File& file, const std::string& path, std::int64_t& cache_bytes) {
  const h5::Lock lock;
  h5::Dataset plain = h5::open_dataset(file, path);
  const h5::PropertyList created(H5Dget_create_plist(plain));
  const std::vector<std::int64_t> sizes = h5::dims(plain);
  std::array<hsize_t, 3> chunk{};
  if (sizes.size() != 3 || H5Pget_layout(created) != H5D_CHUNKED ||
      H5Pget_chunk(created, 3, chunk.data()) != 3)
    return plain;
  const h5::Datatype type(H5Dget_type(plain));
  // One layer: the chunks that a few planes touch.
  const double layer = std::ceil(static_cast<double>(sizes[1]) / static_cast<double>(chunk[1])) *
                       std::ceil(static_cast<double>(sizes[2]) / static_cast<double>(chunk[2])) *
                       static_cast<double>(chunk[0] * chunk[1] * chunk[2]) *
                       static_cast<double>(H5Tget_size(type));
  if (layer > static_cast<double>(kMaxCacheBytes)) return plain;
  cache_bytes = std::max(static_cast<std::int64_t>(layer), std::int64_t{1} << 20);
  const h5::PropertyList access(H5Pcreate(H5P_DATASET_ACCESS));
  H5Pset_chunk_cache(access, 12421, static_cast<std::size_t>(cache_bytes), 1);
  plain.close();
  h5::Dataset cached(H5Dopen2(file, path.c_str(), access));
  if (!cached) h5::fail(h5::name_of(file), "dataset '" + path + "' cannot be opened");
  return cached;
}

class Hdf5Volume final : public VolumeSource {
 public:
  Hdf5Volume(h5::File file, h5::Dataset dataset, VolumeInfo info, std::int64_t cache_bytes)
      : file_(std::move(file)),
        dataset_(std::move(dataset)),
        info_(std::move(info)),
        cache_bytes_(cache_bytes) {}

  const VolumeInfo& info() const override { return info_; }
  std::int64_t resident_bytes() const override { return cache_bytes_; }

  void read_box(const Box3& box, float* out) const override {
    check_box(box, extent(), info_.path);
    h5::read_block(dataset_, std::array{box.begin.z, box.begin.y, box.begin.x},
                   std::array{box.extent.z, box.extent.y, box.extent.x}, out);
  }

 private:
  h5::File file_;
  h5::Dataset dataset_;
  VolumeInfo info_;
  std::int64_t cache_bytes_;
};

void read_eman_geometry(const h5::File& file, VolumeGeometry& geometry) {
  const h5::Group image = h5::open_group(file, "/MDF/images/0");
  const auto pixel = [&](const char* name) {
    return h5::has_attribute(image, name) ? h5::read_number(image, name) : 0.0;
  };
  geometry.voxel_size = {pixel("EMAN.apix_z"), pixel("EMAN.apix_y"), pixel("EMAN.apix_x")};
}

template <class T>
void write(const std::filesystem::path& path, VolumeView<const T> volume,
           const VolumeGeometry& geometry, hid_t file_type, hid_t memory_type,
           const std::vector<std::string>& class_names) {
  AtomicFile target(path);
  h5::File file = h5::create_file(target.path());
  {
    const h5::Lock lock;
    const std::array<hsize_t, 3> sizes{static_cast<hsize_t>(volume.extent.z),
                                       static_cast<hsize_t>(volume.extent.y),
                                       static_cast<hsize_t>(volume.extent.x)};
    const h5::Dataspace space(H5Screate_simple(3, sizes.data(), nullptr));
    const h5::Dataset dataset(
        H5Dcreate2(file, "dataset", file_type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    if (!dataset || H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, volume.data) < 0)
      h5::fail(path.string(), "the voxels cannot be written", "is the disk full?");
    write_geometry(dataset, geometry);
    if (!class_names.empty()) h5::write_strings(dataset, kClassNames, class_names);
  }
  h5::close_file(file, path);
  target.commit();
}

}  // namespace

std::unique_ptr<VolumeSource> open_hdf5_volume(const std::filesystem::path& path,
                                               const VolumeReadOptions& options) {
  h5::File file = h5::open_file(path);
  VolumeInfo info;
  info.path = path.string();
  info.format = "hdf5";
  const std::string name = choose_dataset(file, info.path, options, info.warnings);
  std::int64_t cache_bytes = 0;
  h5::Dataset dataset = open_cached(file, name, cache_bytes);
  const std::vector<std::int64_t> sizes = h5::dims(dataset);
  if (sizes.size() != 3)
    throw Error("hdf5", h5::name_of(dataset), "has " + std::to_string(sizes.size()) + " dimensions",
                "a volume has three: z, y, x");
  if (h5::checked_elements(dataset) == 0)
    throw Error("hdf5", h5::name_of(dataset), "holds no voxels", "expected at least 1x1x1");
  info.mode = h5::type_name(dataset);
  if (info.mode == "other")
    throw Error("hdf5", h5::name_of(dataset), "its elements are neither integers nor floats",
                "a volume needs numbers");
  {
    const h5::Lock lock;
    const h5::Datatype type(H5Dget_type(dataset));
    info.byte_order =
        H5Tget_class(type) != H5T_OPAQUE && H5Tget_order(type) == H5T_ORDER_BE ? "big" : "little";
  }
  info.geometry.extent = {sizes[0], sizes[1], sizes[2]};
  read_geometry(dataset, info.geometry);
  if (name == kEmanImage) read_eman_geometry(file, info.geometry);
  settle_voxel_size(info, options);
  return std::make_unique<Hdf5Volume>(std::move(file), std::move(dataset), std::move(info),
                                      cache_bytes);
}

void write_geometry(hid_t object, const VolumeGeometry& geometry) {
  const auto triple = [](double z, double y, double x) { return std::vector<double>{z, y, x}; };
  const auto& voxel = geometry.voxel_size;
  if (voxel.known())
    h5::write_numbers(object, "voxel_size_angstrom",
                      triple(voxel.z_angstrom, voxel.y_angstrom, voxel.x_angstrom));
  h5::write_numbers(
      object, "origin_angstrom",
      triple(geometry.origin_angstrom.z, geometry.origin_angstrom.y, geometry.origin_angstrom.x));
  h5::write_numbers(
      object, "start_voxels",
      triple(static_cast<double>(geometry.start.z), static_cast<double>(geometry.start.y),
             static_cast<double>(geometry.start.x)));
  h5::write_numbers(
      object, "sampling",
      triple(static_cast<double>(geometry.sampling.z), static_cast<double>(geometry.sampling.y),
             static_cast<double>(geometry.sampling.x)));
  h5::write_numbers(object, "cell_angles_deg",
                    {geometry.cell_angles_deg.begin(), geometry.cell_angles_deg.end()});
  h5::write_integer(object, "space_group", geometry.space_group);
  if (!geometry.labels.empty()) h5::write_strings(object, "labels", geometry.labels);
}

void read_geometry(hid_t object, VolumeGeometry& geometry) {
  const auto triple = [&](const char* name, auto&& store) {
    if (!h5::has_attribute(object, name)) return;
    const std::vector<double> values = h5::read_numbers(object, name);
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
  if (h5::has_attribute(object, "space_group")) {
    const double group = h5::read_number(object, "space_group");
    if (group >= 0 && group <= 630) geometry.space_group = static_cast<int>(group);
  }
  if (h5::has_attribute(object, "labels")) geometry.labels = h5::read_strings(object, "labels");
}

std::vector<std::string> read_class_names(const std::filesystem::path& path,
                                          const VolumeReadOptions& options) {
  const h5::File file = h5::open_file(path);
  if (!h5::is_dataset(file, options.hdf5_dataset)) return {};
  const h5::Dataset dataset = h5::open_dataset(file, options.hdf5_dataset);
  return h5::has_attribute(dataset, kClassNames) ? h5::read_strings(dataset, kClassNames)
                                                 : std::vector<std::string>{};
}

void write_hdf5(const std::filesystem::path& path, VolumeView<const std::uint8_t> labels,
                const VolumeGeometry& geometry, const std::vector<std::string>& class_names) {
  const h5::Lock lock;  // before the first name of a type, which may start the library
  const bool fits = fits_signed_byte(
      count_labels(labels.span()));  // the bits are the same, only the type's name differs
  write(path, labels, geometry, fits ? H5T_STD_I8LE : H5T_STD_U8LE,
        fits ? H5T_NATIVE_INT8 : H5T_NATIVE_UINT8, class_names);
}

void write_hdf5(const std::filesystem::path& path, VolumeView<const float> volume,
                const VolumeGeometry& geometry) {
  const h5::Lock lock;
  write(path, volume, geometry, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {});
}

}  // namespace dfe::io

// SPDX-License-Identifier: Apache-2.0
// Just enough reading for the golden files, independent of the product's readers: a gzip MRC of
// bytes, DeepFinder's HDF5 `dataset` of bytes, and the attributes of an XML object list.
#pragma once

#include <hdf5.h>
#include <zlib.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/fixtures/label_maps.hpp"
#include "tests/fixtures/read_text.hpp"

namespace dfe::test {

/// Mode 0, little-endian, x fastest; the header is 1024 bytes and what NSYMBT adds.
inline LabelMap read_mrc_gz(const std::filesystem::path& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) throw Error("test", path.string(), "cannot be opened");
  std::int32_t header[256];
  int got = gzread(file, header, sizeof header);
  LabelMap map = empty_map({header[2], header[1], header[0]});
  if (got != sizeof header || header[3] != 0 || gzseek(file, header[23], SEEK_CUR) < 0)
    throw Error("test", path.string(), "unexpected header");
  got = gzread(file, map.labels.data(), static_cast<unsigned>(map.labels.voxels()));
  gzclose(file);
  if (got != map.labels.voxels()) throw Error("test", path.string(), "too short");
  return map;
}

inline LabelMap read_h5_labels(const std::filesystem::path& path) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  const hid_t dataset = H5Dopen2(file, "dataset", H5P_DEFAULT);
  const hid_t space = H5Dget_space(dataset);
  hsize_t size[3] = {};
  if (H5Sget_simple_extent_ndims(space) != 3) throw Error("test", path.string(), "not a volume");
  H5Sget_simple_extent_dims(space, size, nullptr);
  LabelMap map = empty_map({static_cast<std::int64_t>(size[0]), static_cast<std::int64_t>(size[1]),
                            static_cast<std::int64_t>(size[2])});
  const herr_t status =
      H5Dread(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, map.labels.data());
  H5Sclose(space), H5Dclose(dataset), H5Fclose(file);
  if (status < 0) throw Error("test", path.string(), "cannot be read");
  return map;
}

struct ListedObject {
  int label = 0;
  double x = 0, y = 0, z = 0;
  std::int64_t size = 0;
};

inline double xml_attribute(const std::string& element, const std::string& name) {
  const std::size_t at = element.find(' ' + name + "=\"");
  return at == std::string::npos ? 0 : std::stod(element.substr(at + name.size() + 3));
}

inline std::vector<ListedObject> read_xml_list(const std::filesystem::path& path) {
  const std::string text = read_text(path);
  std::vector<ListedObject> objects;
  for (std::size_t at = text.find("<object "); at != std::string::npos;
       at = text.find("<object ", at + 1)) {
    const std::string element = text.substr(at, text.find('>', at) - at);
    objects.push_back({static_cast<int>(xml_attribute(element, "class_label")),
                       xml_attribute(element, "x"), xml_attribute(element, "y"),
                       xml_attribute(element, "z"),
                       static_cast<std::int64_t>(xml_attribute(element, "cluster_size"))});
  }
  return objects;
}

}  // namespace dfe::test

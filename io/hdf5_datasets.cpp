// SPDX-License-Identifier: Apache-2.0
// HDF5 datasets as float. The 16-bit types are read as bits and converted here: the library's own
// conversion of them is a slow loop, and bfloat16 has no name in HDF5 at all (ml_dtypes leaves two
// opaque bytes and an attribute `dtype`).
#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "core/half.hpp"
#include "dfengine/error.hpp"
#include "io/hdf5.hpp"

namespace dfe::io::h5 {
namespace {

/// Deflate cannot shrink data by more than this; other filters do not do better on real voxels.
constexpr std::int64_t kMaxCompression = 1100;

enum class Element { Native, Half, Bfloat16, Unreadable };

struct Layout {
  std::size_t sign, exponent, exponent_bits, mantissa, mantissa_bits, bias;
  friend bool operator==(const Layout&, const Layout&) = default;
};

Element element_of(hid_t dataset, hid_t type) {
  const H5T_class_t kind = H5Tget_class(type);
  const std::size_t size = H5Tget_size(type);
  if (kind == H5T_OPAQUE && size == 2 && has_attribute(dataset, "dtype") &&
      read_string(dataset, "dtype") == "bfloat16")
    return Element::Bfloat16;
  if (kind == H5T_INTEGER) return Element::Native;
  if (kind != H5T_FLOAT) return Element::Unreadable;
  if (size != 2) return Element::Native;
  Layout layout{};
  H5Tget_fields(type, &layout.sign, &layout.exponent, &layout.exponent_bits, &layout.mantissa,
                &layout.mantissa_bits);
  layout.bias = H5Tget_ebias(type);
  if (layout == Layout{15, 10, 5, 0, 10, 15}) return Element::Half;
  if (layout == Layout{15, 7, 8, 0, 7, 127}) return Element::Bfloat16;
  return Element::Native;
}

/// `bits` may lie in the upper half of `out`: the loop never overwrites an element that it has not
/// read yet.
void convert_16_bit(const char* bits, std::size_t count, bool swap, bool bfloat16, float* out) {
  for (std::size_t i = 0; i < count; ++i) {
    std::uint16_t b;
    std::memcpy(&b, bits + 2 * i, 2);
    if (swap) b = static_cast<std::uint16_t>(b << 8 | b >> 8);
    out[i] = bfloat16 ? bfloat16_to_float(b) : half_to_float(b);
  }
}

std::int64_t elements_up_to(hid_t dataset, std::int64_t most) {
  const std::int64_t elements = checked_elements(dataset);
  if (elements > most)
    throw Error("hdf5", name_of(dataset), "has " + std::to_string(elements) + " elements",
                "expected at most " + std::to_string(most));
  return elements;
}

void write(hid_t location, const std::string& path, const std::vector<std::int64_t>& sizes,
           hid_t file_type, hid_t memory_type, const void* values) {
  const Lock lock;
  const std::vector<hsize_t> shape(sizes.begin(), sizes.end());
  const Dataspace space(
      shape.empty() ? H5Screate(H5S_SCALAR)
                    : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr));
  const PropertyList link(H5Pcreate(H5P_LINK_CREATE));
  H5Pset_create_intermediate_group(link, 1);
  const Dataset dataset(
      H5Dcreate2(location, path.c_str(), file_type, space, link, H5P_DEFAULT, H5P_DEFAULT));
  if (!dataset || H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
    fail(name_of(location), "dataset '" + path + "' cannot be written", "is the disk full?");
}

}  // namespace

std::vector<std::int64_t> dims(hid_t dataset) {
  const Lock lock;
  const Dataspace space(H5Dget_space(dataset));
  const int rank = H5Sget_simple_extent_ndims(space);
  if (rank < 0) fail(name_of(dataset), "its sizes cannot be read", "the file is damaged");
  std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
  if (rank > 0) H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
  std::vector<std::int64_t> result;
  for (const hsize_t size : sizes) {
    if (size > static_cast<hsize_t>(std::numeric_limits<std::int64_t>::max()))
      fail(name_of(dataset), "has an impossible size", "the file is damaged");
    result.push_back(static_cast<std::int64_t>(size));
  }
  return result;
}

std::int64_t checked_elements(hid_t dataset) {
  const Lock lock;
  std::int64_t count = 1;
  constexpr std::int64_t kLimit = std::int64_t{1} << 56;  // leaves room for the size of an element
  for (const std::int64_t size : dims(dataset)) {
    if (size != 0 && count > kLimit / size)
      throw Error("hdf5", name_of(dataset), "has more than 2^56 elements", "the file is damaged");
    count *= size;
  }
  const Dataspace space(H5Dget_space(dataset));
  if (H5Sget_simple_extent_type(space) == H5S_NULL) return 0;
  const Datatype type(H5Dget_type(dataset));
  const PropertyList properties(H5Dget_create_plist(dataset));
  const auto needed = count * static_cast<std::int64_t>(std::min<std::size_t>(
                                  std::max<std::size_t>(H5Tget_size(type), 1), 64));
  const auto stored =
      static_cast<std::int64_t>(std::min<hsize_t>(H5Dget_storage_size(dataset), hsize_t{1} << 50));
  hsize_t file_bytes = 0;
  const File file(H5Iget_file_id(dataset));
  H5Fget_filesize(file, &file_bytes);
  const bool chunked = H5Pget_layout(properties) == H5D_CHUNKED;
  const std::int64_t held =
      chunked ? std::min(stored, static_cast<std::int64_t>(file_bytes)) * kMaxCompression
              : std::min(stored, static_cast<std::int64_t>(file_bytes));
  if (needed > held)
    throw Error("hdf5", name_of(dataset),
                "needs " + std::to_string(needed) + " bytes but the file (" +
                    std::to_string(file_bytes) + " bytes) stores " + std::to_string(stored) +
                    " for it",
                "it is damaged, was never filled, or points to other files");
  return count;
}

std::string type_name(hid_t dataset) {
  const Lock lock;
  const Datatype type(H5Dget_type(dataset));
  const std::string bits = std::to_string(H5Tget_size(type) * 8);
  switch (element_of(dataset, type)) {
    case Element::Half:
      return "float16";
    case Element::Bfloat16:
      return "bfloat16";
    case Element::Unreadable:
      return "other";
    case Element::Native:
      break;
  }
  if (H5Tget_class(type) == H5T_FLOAT) return "float" + bits;
  return (H5Tget_sign(type) == H5T_SGN_NONE ? "uint" : "int") + bits;
}

void read_block(hid_t dataset, std::span<const std::int64_t> start,
                std::span<const std::int64_t> count, float* out) {
  const Lock lock;
  const Datatype type(H5Dget_type(dataset));
  const Element element = element_of(dataset, type);
  if (element == Element::Unreadable)
    throw Error("hdf5", name_of(dataset), "its elements are neither integers nor floats");
  const Dataspace file_space(H5Dget_space(dataset));
  std::size_t elements = 1;
  for (const std::int64_t size : count) elements *= static_cast<std::size_t>(size);
  if (elements == 0) return;
  Dataspace memory_space(H5Screate(H5S_SCALAR));
  if (!count.empty()) {
    const std::vector<hsize_t> first(start.begin(), start.end()), sizes(count.begin(), count.end());
    memory_space =
        Dataspace(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr));
    if (H5Sselect_hyperslab(file_space, H5S_SELECT_SET, first.data(), nullptr, sizes.data(),
                            nullptr) < 0)
      fail(name_of(dataset), "a block cannot be selected");
  }
  if (element == Element::Native) {
    if (H5Dread(dataset, H5T_NATIVE_FLOAT, memory_space, file_space, H5P_DEFAULT, out) < 0)
      fail(name_of(dataset), "cannot be read", "the file is damaged or cut short");
    return;
  }
  // The bits land in the upper half of `out` and are widened from the front, so no second buffer is
  // needed.
  char* const bits = reinterpret_cast<char*>(out) + 2 * elements;
  if (H5Dread(dataset, type, memory_space, file_space, H5P_DEFAULT, bits) < 0)
    fail(name_of(dataset), "cannot be read", "the file is damaged or cut short");
  const bool big_file = H5Tget_class(type) == H5T_FLOAT && H5Tget_order(type) == H5T_ORDER_BE;
  convert_16_bit(bits, elements, big_file != (std::endian::native == std::endian::big),
                 element == Element::Bfloat16, out);
}

FloatArray read_floats(hid_t dataset, std::int64_t max_elements) {
  const Lock lock;
  FloatArray array;
  array.dims = dims(dataset);
  const std::int64_t elements = elements_up_to(dataset, max_elements);
  array.values.resize(static_cast<std::size_t>(elements));
  const std::vector<std::int64_t> start(array.dims.size(), 0);
  if (elements > 0) read_block(dataset, start, array.dims, array.values.data());
  return array;
}

std::vector<double> read_doubles(hid_t dataset, std::int64_t max_elements) {
  const Lock lock;
  std::vector<double> values(static_cast<std::size_t>(elements_up_to(dataset, max_elements)));
  const Datatype type(H5Dget_type(dataset));
  if (H5Tget_class(type) != H5T_FLOAT)
    throw Error("hdf5", name_of(dataset), "its elements are no floats");
  if (!values.empty() &&
      H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    fail(name_of(dataset), "cannot be read", "the file is damaged or cut short");
  return values;
}

void write_floats(hid_t location, const std::string& path, const std::vector<std::int64_t>& sizes,
                  const float* values) {
  write(location, path, sizes, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values);
}

void write_doubles(hid_t location, const std::string& path, const std::vector<std::int64_t>& sizes,
                   const double* values) {
  write(location, path, sizes, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, values);
}

Datatype half_type() {
  const Lock lock;
  Datatype type(H5Tcopy(H5T_IEEE_F32LE));
  H5Tset_fields(type, 15, 10, 5, 0, 10);
  H5Tset_size(type, 2);
  H5Tset_ebias(type, 15);
  return type;
}

}  // namespace dfe::io::h5

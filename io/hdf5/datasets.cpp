// SPDX-License-Identifier: Apache-2.0
// HDF5 datasets as float. The 16-bit types pass as bits and are converted here: the library's own
// conversion of them is a slow loop, and bfloat16 has no name in HDF5 at all (ml_dtypes leaves two
// opaque bytes and an attribute `dtype`).
#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <variant>

#include "core/half.hpp"
#include "dfengine/error.hpp"
#include "io/hdf5/library.hpp"

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
      read_strings(dataset, "dtype") == std::vector<std::string>{"bfloat16"})
    return Element::Bfloat16;
  if (kind == H5T_INTEGER) return Element::Native;
  if (kind == H5T_ENUM) return Element::Native;  // of integers: h5py's bool is FALSE = 0, TRUE = 1
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

std::string type_name(Element element, hid_t type) {
  const std::string bits = std::to_string(H5Tget_size(type) * 8);
  switch (element) {
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

std::vector<std::int64_t> sizes_of(hid_t dataset) {
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

/// The block of `file_space` is selected; the result is its shape in memory. An invalid handle
/// where it does not lie inside.
Dataspace select_block(hid_t file_space, std::span<const std::int64_t> start,
                       std::span<const std::int64_t> count) {
  if (count.empty()) return Dataspace(H5Screate(H5S_SCALAR));
  const std::vector<hsize_t> first(start.begin(), start.end()), sizes(count.begin(), count.end());
  if (H5Sselect_hyperslab(file_space, H5S_SELECT_SET, first.data(), nullptr, sizes.data(),
                          nullptr) < 0)
    return {};
  return Dataspace(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr));
}

/// The handle is the library's own or, for float16, of `half`.
hid_t file_type(StoredType type, const Datatype& half) {
  switch (type) {
    case StoredType::Int8:
      return H5T_STD_I8LE;
    case StoredType::Uint8:
      return H5T_STD_U8LE;
    case StoredType::Float16:
      return half;
    case StoredType::Float32:
      return H5T_IEEE_F32LE;
    case StoredType::Float64:
      break;
  }
  return H5T_IEEE_F64LE;
}

}  // namespace

DatasetFacts facts_of(hid_t dataset) {
  const Lock lock;
  const Datatype type(H5Dget_type(dataset));
  DatasetFacts facts;
  facts.sizes = sizes_of(dataset);
  facts.type = type_name(element_of(dataset, type), type);
  facts.big_endian = H5Tget_class(type) != H5T_OPAQUE && H5Tget_order(type) == H5T_ORDER_BE;
  facts.element_bytes = static_cast<std::int64_t>(H5Tget_size(type));
  const PropertyList created(H5Dget_create_plist(dataset));
  std::vector<hsize_t> chunk(facts.sizes.size());
  const int rank = static_cast<int>(chunk.size());
  if (rank > 0 && H5Pget_layout(created) == H5D_CHUNKED &&
      H5Pget_chunk(created, rank, chunk.data()) == rank)
    facts.chunk.assign(chunk.begin(), chunk.end());
  return facts;
}

std::int64_t checked_elements(hid_t dataset) {
  const Lock lock;
  std::int64_t count = 1;
  constexpr std::int64_t kLimit = std::int64_t{1} << 56;  // leaves room for the size of an element
  for (const std::int64_t size : sizes_of(dataset)) {
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

void read_block(hid_t dataset, std::span<const std::int64_t> start,
                std::span<const std::int64_t> count, float* out) {
  const Lock lock;
  check_filters(dataset);
  const Datatype type(H5Dget_type(dataset));
  const Element element = element_of(dataset, type);
  if (element == Element::Unreadable)
    throw Error("hdf5", name_of(dataset), "its elements are neither integers nor floats");
  const Dataspace file_space(H5Dget_space(dataset));
  std::size_t elements = 1;
  for (const std::int64_t size : count) elements *= static_cast<std::size_t>(size);
  if (elements == 0) return;
  const Dataspace memory_space = select_block(file_space, start, count);
  if (!memory_space) fail(name_of(dataset), "a block cannot be selected");
  if (element == Element::Native) {
    if (H5Dread(dataset, H5T_NATIVE_FLOAT, memory_space, file_space, H5P_DEFAULT, out) < 0)
      fail(name_of(dataset), "cannot be read", "the file is damaged or incomplete");
    return;
  }
  // The bits land in the upper half of `out` and are widened from the front, so no second buffer is
  // needed.
  char* const bits = reinterpret_cast<char*>(out) + 2 * elements;
  if (H5Dread(dataset, type, memory_space, file_space, H5P_DEFAULT, bits) < 0)
    fail(name_of(dataset), "cannot be read", "the file is damaged or incomplete");
  const bool big_file = H5Tget_class(type) == H5T_FLOAT && H5Tget_order(type) == H5T_ORDER_BE;
  convert_16_bit(bits, elements, big_file != (std::endian::native == std::endian::big),
                 element == Element::Bfloat16, out);
}

FloatArray read_floats(hid_t dataset, std::int64_t max_elements) {
  const Lock lock;
  FloatArray array;
  array.sizes = sizes_of(dataset);
  const std::int64_t elements = elements_up_to(dataset, max_elements);
  array.values.resize(static_cast<std::size_t>(elements));
  const std::vector<std::int64_t> start(array.sizes.size(), 0);
  if (elements > 0) read_block(dataset, start, array.sizes, array.values.data());
  return array;
}

std::vector<double> read_doubles(hid_t dataset, std::int64_t max_elements) {
  const Lock lock;
  std::vector<double> values(static_cast<std::size_t>(elements_up_to(dataset, max_elements)));
  const Datatype type(H5Dget_type(dataset));
  if (H5Tget_class(type) != H5T_FLOAT)
    throw Error("hdf5", name_of(dataset), "its elements are not floating-point numbers");
  check_filters(dataset);
  if (!values.empty() &&
      H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    fail(name_of(dataset), "cannot be read", "the file is damaged or incomplete");
  return values;
}

Datatype half_type() {
  const Lock lock;
  Datatype type(H5Tcopy(H5T_IEEE_F32LE));
  H5Tset_fields(type, 15, 10, 5, 0, 10);
  H5Tset_size(type, 2);
  H5Tset_ebias(type, 15);
  return type;
}

Dataset create_dataset(hid_t location, const std::string& path,
                       const std::vector<std::int64_t>& sizes, StoredType type) {
  const Lock lock;
  const std::vector<hsize_t> shape(sizes.begin(), sizes.end());
  const Dataspace space(
      shape.empty() ? H5Screate(H5S_SCALAR)
                    : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr));
  const PropertyList link(H5Pcreate(H5P_LINK_CREATE));
  H5Pset_create_intermediate_group(link, 1);
  return Dataset(H5Dcreate2(location, path.c_str(), file_type(type, half_type()), space, link,
                            without_times(H5P_DATASET_CREATE), H5P_DEFAULT));
}

bool write_block(hid_t dataset, std::span<const std::int64_t> start,
                 std::span<const std::int64_t> count, const Values& values) {
  const Lock lock;
  const Dataspace file_space(H5Dget_space(dataset));
  Dataspace memory_space;
  if (!start.empty()) {
    memory_space = select_block(file_space, start, count);
    if (!memory_space) return false;
  }
  const Datatype type(H5Dget_type(dataset));
  const auto write = [&](hid_t memory_type, const void* data) {
    return H5Dwrite(dataset, memory_type, start.empty() ? H5S_ALL : memory_space.get(),
                    start.empty() ? H5S_ALL : file_space.get(), H5P_DEFAULT, data) >= 0;
  };
  if (const auto* bytes = std::get_if<std::span<const std::uint8_t>>(&values))
    return write(type, bytes->data());
  if (const auto* doubles = std::get_if<std::span<const double>>(&values))
    return write(H5T_NATIVE_DOUBLE, doubles->data());
  const auto& floats = std::get<std::span<const float>>(values);
  if (element_of(dataset, type) != Element::Half) return write(H5T_NATIVE_FLOAT, floats.data());
  std::vector<std::uint16_t> bits(floats.size());
  std::transform(floats.begin(), floats.end(), bits.begin(),
                 [](float value) { return float_to_half(value); });
  if (std::endian::native == std::endian::big)
    for (std::uint16_t& b : bits) b = static_cast<std::uint16_t>(b << 8 | b >> 8);
  return write(type, bits.data());
}

}  // namespace dfe::io::h5

// SPDX-License-Identifier: Apache-2.0
// HDF5 attributes: texts in both kinds of storage, and numbers.
#include <algorithm>
#include <cstring>
#include <variant>

#include "dfengine/error.hpp"
#include "io/hdf5/library.hpp"

namespace dfe::io::h5 {
namespace {

/// Object headers limit an attribute to 64 KiB; those in dense storage may be larger, but no honest
/// one is beyond this.
constexpr std::size_t kMaxAttributeBytes = 64u << 20;

Attribute open_attribute(hid_t object, const std::string& name) {
  Attribute attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT));
  if (!attribute) fail(name_of(object), "has no readable attribute '" + name + "'");
  return attribute;
}

std::size_t count_elements(hid_t object, const std::string& name, hid_t attribute,
                           std::size_t bytes_each) {
  const Dataspace space(H5Aget_space(attribute));
  const hssize_t count =
      H5Sget_simple_extent_type(space) == H5S_NULL ? 0 : H5Sget_simple_extent_npoints(space);
  if (count < 0 ||
      static_cast<std::size_t>(count) > kMaxAttributeBytes / std::max<std::size_t>(bytes_each, 1))
    fail(name_of(object), "attribute '" + name + "' claims an impossible size",
         "the file is damaged");
  return static_cast<std::size_t>(count);
}

bool write(hid_t object, const std::string& name, hid_t type, hid_t space, const void* data) {
  if (H5Aexists(object, name.c_str()) > 0) H5Adelete(object, name.c_str());
  const Attribute attribute(
      H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT));
  return attribute && H5Awrite(attribute, type, data) >= 0;
}

Dataspace scalar_space() { return Dataspace(H5Screate(H5S_SCALAR)); }

Dataspace list_space(std::size_t count) {
  const hsize_t size = count;
  return Dataspace(H5Screate_simple(1, &size, nullptr));
}

bool write_one(hid_t object, const std::string& name, const std::string& text) {
  const Datatype type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  const char* const data = text.c_str();
  return write(object, name, type, scalar_space(), &data);
}

bool write_one(hid_t object, const std::string& name, const std::vector<std::string>& texts) {
  std::size_t width = 1;
  for (const std::string& text : texts) width = std::max(width, text.size());
  std::vector<char> data(std::max<std::size_t>(texts.size() * width, 1), '\0');
  for (std::size_t i = 0; i < texts.size(); ++i)
    std::memcpy(data.data() + i * width, texts[i].data(), texts[i].size());
  const Datatype type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type, width);
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  return write(object, name, type, list_space(texts.size()), data.data());
}

bool write_one(hid_t object, const std::string& name, double value) {
  return write(object, name, H5T_IEEE_F64LE, scalar_space(), &value);
}

bool write_one(hid_t object, const std::string& name, std::int64_t value) {
  return write(object, name, H5T_STD_I64LE, scalar_space(), &value);
}

bool write_one(hid_t object, const std::string& name, const std::vector<double>& values) {
  const double none = 0;
  return write(object, name, H5T_IEEE_F64LE, list_space(values.size()),
               values.empty() ? &none : values.data());
}

}  // namespace

bool has_attribute(hid_t object, const std::string& name) {
  const Lock lock;
  return H5Aexists(object, name.c_str()) > 0;
}

std::vector<std::string> read_strings(hid_t object, const std::string& name) {
  const Lock lock;
  const Attribute attribute = open_attribute(object, name);
  const Datatype type(H5Aget_type(attribute));
  const std::size_t width = H5Tget_size(type);
  const std::size_t count = count_elements(object, name, attribute, width);
  if (count == 0) return {};  // numpy turns an empty list into an empty float64 array
  if (H5Tget_class(type) != H5T_STRING)
    throw Error("hdf5", name_of(object), "attribute '" + name + "' is not text");
  std::vector<std::string> texts;
  texts.reserve(count);
  if (H5Tis_variable_str(type) > 0) {
    const Dataspace space(H5Aget_space(attribute));
    std::vector<char*> raw(count, nullptr);
    if (H5Aread(attribute, type, raw.data()) < 0)
      fail(name_of(object), "attribute '" + name + "' cannot be read");
    for (const char* text : raw) texts.emplace_back(text == nullptr ? "" : text);
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, raw.data());
    return texts;
  }
  std::vector<char> raw(count * width);
  if (H5Aread(attribute, type, raw.data()) < 0)
    fail(name_of(object), "attribute '" + name + "' cannot be read");
  const bool spaces = H5Tget_strpad(type) == H5T_STR_SPACEPAD;
  for (std::size_t i = 0; i < count; ++i) {
    const char* const first = raw.data() + i * width;
    std::string text(first, std::find(first, first + width, '\0'));
    while (spaces && !text.empty() && text.back() == ' ') text.pop_back();
    texts.push_back(std::move(text));
  }
  return texts;
}

std::vector<double> read_numbers(hid_t object, const std::string& name) {
  const Lock lock;
  const Attribute attribute = open_attribute(object, name);
  const Datatype type(H5Aget_type(attribute));
  const H5T_class_t kind = H5Tget_class(type);
  const std::size_t count = count_elements(object, name, attribute, sizeof(double));
  std::vector<double> values(count);
  if (count == 0) return values;
  if (kind == H5T_ENUM) {  // h5py's booleans
    std::vector<signed char> flags(count);
    if (H5Tget_size(type) == 1 && H5Aread(attribute, type, flags.data()) >= 0) {
      std::copy(flags.begin(), flags.end(), values.begin());
      return values;
    }
  }
  if (kind != H5T_INTEGER && kind != H5T_FLOAT)
    throw Error("hdf5", name_of(object), "attribute '" + name + "' is not a number");
  if (H5Aread(attribute, H5T_NATIVE_DOUBLE, values.data()) < 0)
    fail(name_of(object), "attribute '" + name + "' cannot be read");
  return values;
}

bool write_attribute(hid_t object, const std::string& name, const AttributeValue& value) {
  const Lock lock;
  return std::visit([&](const auto& one) { return write_one(object, name, one); }, value);
}

}  // namespace dfe::io::h5

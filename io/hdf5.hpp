// SPDX-License-Identifier: Apache-2.0
// HDF5 for the readers and writers of this folder: handles that close themselves, errors as
// dfe::Error, attributes and datasets in a call each. The distribution's library is not
// thread-safe, so every function here takes one lock for the process; code that calls H5...
// functions itself holds `h5::Lock` meanwhile (it is recursive).
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfe::io::h5 {

/// Holds the library for the calling thread, and keeps it from printing its error stack.
class Lock {
 public:
  Lock();

 private:
  std::unique_lock<std::recursive_mutex> lock_;
};

/// Owns one HDF5 identifier; move-only.
template <herr_t (*Close)(hid_t)>
class Handle {
 public:
  Handle() = default;
  explicit Handle(hid_t id) : id_(id) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Handle() {
    if (id_ < 0) return;
    const Lock lock;
    Close(id_);
  }

  hid_t get() const { return id_; }
  operator hid_t() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }
  /// Closes now and tells whether that went well: data still in the library's buffers may not fit
  /// on the disk.
  bool close() {
    const Lock lock;
    return id_ < 0 || Close(std::exchange(id_, H5I_INVALID_HID)) >= 0;
  }

 private:
  hid_t id_ = H5I_INVALID_HID;
};

using File = Handle<&H5Fclose>;
using Group = Handle<&H5Gclose>;
using Dataset = Handle<&H5Dclose>;
using Dataspace = Handle<&H5Sclose>;
using Datatype = Handle<&H5Tclose>;
using Attribute = Handle<&H5Aclose>;
using PropertyList = Handle<&H5Pclose>;
using Object = Handle<&H5Oclose>;

/// Throws `Error("hdf5", object, fact + what the library says, remedy)`. `object` is the file's
/// name, with the inner path where known.
[[noreturn]] void fail(const std::string& object, const std::string& fact,
                       const std::string& remedy = "");

/// File name and inner path of an open object: "a.h5:/layers/conv3d".
std::string name_of(hid_t object);

/// Opens for reading. Throws `Error` where the file is missing, unreadable, no HDF5 file or
/// damaged.
File open_file(const std::filesystem::path& path);

/// Opens the bytes of an HDF5 file that lies in memory (a member of a .keras archive); `name` is
/// for error messages.
File open_image(std::span<const std::byte> bytes, const std::string& name);

/// Creates or empties a file. Use the path of an `AtomicFile`, and `close_file` before its commit.
File create_file(const std::filesystem::path& path);

/// Flushes and closes; throws `Error` naming `path` where the data could not be written.
void close_file(File& file, const std::filesystem::path& path);

/// Whether `path` ("a/b/c") names a group or a dataset below `location`; false where it is missing
/// or a dangling link.
bool is_group(hid_t location, const std::string& path);
bool is_dataset(hid_t location, const std::string& path);

/// Names of the links of a group: in order of creation where the file keeps it, else by name.
std::vector<std::string> links(hid_t group);

Group open_group(hid_t location, const std::string& path);
Dataset open_dataset(hid_t location, const std::string& path);
/// Creates the group and those above it. The order of creation is kept.
Group create_group(hid_t location, const std::string& path);

bool has_attribute(hid_t object, const std::string& name);
/// Text attribute, scalar or array, fixed or variable length, without padding; an attribute without
/// elements gives an empty list.
std::vector<std::string> read_strings(hid_t object, const std::string& name);
/// The one text of a scalar attribute (or of an array of one).
std::string read_string(hid_t object, const std::string& name);
/// Integer, boolean or floating-point attribute, scalar or array.
std::vector<double> read_numbers(hid_t object, const std::string& name);
double read_number(hid_t object, const std::string& name);

/// Scalar text of variable length, UTF-8: what h5py writes for a str.
void write_string(hid_t object, const std::string& name, const std::string& text);
/// Array of null-padded texts of fixed length: what h5py 2 writes for a list of bytes, and every
/// Keras reads.
void write_strings(hid_t object, const std::string& name, const std::vector<std::string>& texts);
/// Scalar float64.
void write_number(hid_t object, const std::string& name, double value);
/// Scalar int64.
void write_integer(hid_t object, const std::string& name, std::int64_t value);
/// One-dimensional float64 array.
void write_numbers(hid_t object, const std::string& name, const std::vector<double>& values);

/// Sizes of a dataset, slowest first; empty for a scalar.
std::vector<std::int64_t> dims(hid_t dataset);

/// Product of the sizes. Throws `Error` where the file cannot hold that many elements (a damaged
/// size, checked before any allocation).
std::int64_t checked_elements(hid_t dataset);

/// Element type for messages: "int8", "uint16", "float16", "bfloat16", "float32", "other".
std::string type_name(hid_t dataset);

/// Converts a block to float: any integer or floating-point type of either byte order, float16 and
/// bfloat16 included. `start` and `count` have one entry per dimension. 64-bit integers and doubles
/// round to the nearest float.
void read_block(hid_t dataset, std::span<const std::int64_t> start,
                std::span<const std::int64_t> count, float* out);

struct FloatArray {
  std::vector<std::int64_t> dims;
  std::vector<float> values;
};

/// Reads a whole dataset of at most `max_elements` elements.
FloatArray read_floats(hid_t dataset, std::int64_t max_elements);

/// Creates a contiguous dataset of elements like `values`, float32, little-endian.
void write_floats(hid_t location, const std::string& path, const std::vector<std::int64_t>& dims,
                  const float* values);

/// The same for double, and back: all elements of a floating-point dataset of at most
/// `max_elements`, in the order of the file.
void write_doubles(hid_t location, const std::string& path, const std::vector<std::int64_t>& dims,
                   const double* values);
std::vector<double> read_doubles(hid_t dataset, std::int64_t max_elements);

/// IEEE binary16, little-endian, as h5py knows it.
Datatype half_type();

}  // namespace dfe::io::h5

// SPDX-License-Identifier: Apache-2.0
// What the classes of hdf5_file.hpp are made of: handles that close themselves, errors as
// dfe::Error, and one call for each thing they do to an open object. Private to this folder; only
// tests that make odd files include it too. The distribution's library is not thread-safe, so every
// function here takes one lock for the process; code that calls H5... functions itself holds
// `h5::Lock` meanwhile (it is recursive).
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

#include "io/hdf5/hdf5_file.hpp"

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

/// Creation properties of `what` (H5P_FILE_CREATE, ...) that keep no time stamps, so that equal
/// contents are equal bytes.
PropertyList without_times(hid_t what);

/// Creates or empties a file. Use the path of an `AtomicFile`, and `close_file` before its commit.
File create_file(const std::filesystem::path& path);

/// Flushes and closes; throws `Error` naming `path` where the data could not be written.
void close_file(File& file, const std::filesystem::path& path);

/// What stands at `path` below `location`: H5I_GROUP, H5I_DATASET, ..., H5I_BADID where it is
/// missing or a dangling link.
H5I_type_t kind_of(hid_t location, const std::string& path);

Group open_group(hid_t location, const std::string& path);
/// `chunk_cache_bytes`: 0 for the library's own choice.
Dataset open_dataset(hid_t location, const std::string& path, std::int64_t chunk_cache_bytes = 0);
Object open_object(hid_t location, const std::string& path);
std::vector<std::string> links(hid_t group);

bool has_attribute(hid_t object, const std::string& name);
std::vector<std::string> read_strings(hid_t object, const std::string& name);
std::vector<double> read_numbers(hid_t object, const std::string& name);

/// Makes the library read LZF.
void register_lzf();

/// Throws `Error` where the dataset went through a filter that is missing or cannot be right.
void check_filters(hid_t dataset);

DatasetFacts facts_of(hid_t dataset);
std::int64_t checked_elements(hid_t dataset);
void read_block(hid_t dataset, std::span<const std::int64_t> start,
                std::span<const std::int64_t> count, float* out);
FloatArray read_floats(hid_t dataset, std::int64_t max_elements);
std::vector<double> read_doubles(hid_t dataset, std::int64_t max_elements);

/// What writes throws nothing: the file has a temporary name, and only the caller knows the one
/// to complain about. An invalid handle or false: it did not work.
Group create_group(hid_t location, const std::string& path);
Dataset create_dataset(hid_t location, const std::string& path,
                       const std::vector<std::int64_t>& sizes, StoredType type);
/// Empty `start` and `count`: the whole dataset.
bool write_block(hid_t dataset, std::span<const std::int64_t> start,
                 std::span<const std::int64_t> count, const Values& values);
bool write_attribute(hid_t object, const std::string& name, const AttributeValue& value);

/// IEEE binary16, little-endian, as h5py knows it.
Datatype half_type();

}  // namespace dfe::io::h5

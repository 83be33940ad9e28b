// SPDX-License-Identifier: Apache-2.0
// Files, links and error texts of HDF5. Attributes stand in attributes.cpp, datasets in
// datasets.cpp.
#include "io/hdf5/library.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "dfengine/error.hpp"
#include "io/input_file.hpp"

namespace dfe::io::h5 {
namespace {

std::recursive_mutex& library_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

/// The innermost message of the library's error stack: the one that names the cause.
std::string innermost_error() {
  std::string text;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned, const H5E_error2_t* error, void* context) -> herr_t {
        auto& out = *static_cast<std::string*>(context);
        if (out.empty() && error->desc != nullptr) out = error->desc;
        return 0;
      },
      &text);
  H5Eclear2(H5E_DEFAULT);
  // Failed system calls come with addresses and sizes around the one part that helps a user.
  constexpr std::string_view kQuote = "error message = '";
  if (const auto begin = text.find(kQuote); begin != std::string::npos) {
    text.erase(0, begin + kQuote.size());
    text.resize(std::min(text.find('\''), text.size()));
  }
  return text;
}

/// Reading takes no file lock: many network file systems refuse it, and a reader has nothing to
/// protect.
PropertyList access_without_lock() {
  PropertyList access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_file_locking(access, false, true);
  return access;
}

}  // namespace

Lock::Lock() : lock_(library_mutex()) {
  static const bool prepared = [] {
    // At exit the library would close files again whose closing failed (a full disk), and crash
    // over it. All handles here close themselves, so nothing is left for it to do.
    H5dont_atexit();
    register_lzf();
    return H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0;
  }();
  (void)prepared;
}

void fail(const std::string& object, const std::string& fact, const std::string& remedy) {
  const Lock lock;
  const std::string cause = innermost_error();
  throw Error("hdf5", object, cause.empty() ? fact : fact + " (" + cause + ")", remedy);
}

std::string name_of(hid_t object) {
  const Lock lock;
  const auto text = [](auto&& get) {
    const ssize_t length = get(nullptr, 0);
    std::string name(length > 0 ? static_cast<std::size_t>(length) : 0, '\0');
    if (length > 0) get(name.data(), name.size() + 1);
    return name;
  };
  const std::string file =
      text([&](char* out, std::size_t size) { return H5Fget_name(object, out, size); });
  const std::string inner =
      text([&](char* out, std::size_t size) { return H5Iget_name(object, out, size); });
  return inner.empty() || inner == "/" ? file : file + ":" + inner;
}

File open_file(const std::filesystem::path& path) {
  const Lock lock;
  check_input_file("hdf5", path);
  const PropertyList access = access_without_lock();
  File file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access));
  if (file) return file;
  const int opened = errno;
  if (opened == EACCES)
    throw Error("hdf5", path.string(), "cannot be read: " + std::string(std::strerror(opened)),
                "check its permissions");
  fail(path.string(), "is not a readable HDF5 file",
       "it is damaged, incomplete or of another format");
}

File open_image(std::span<const std::byte> bytes, const std::string& name) {
  const Lock lock;
  PropertyList access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_fapl_core(access, 1 << 16, false);
  // The library copies the image and never writes to it; its interface only lacks the const.
  if (bytes.empty() ||
      H5Pset_file_image(access, const_cast<std::byte*>(bytes.data()), bytes.size()) < 0)
    fail(name, "is not a readable HDF5 file", "it is damaged or of another format");
  File file(H5Fopen(name.c_str(), H5F_ACC_RDONLY, access));
  if (!file) fail(name, "is not a readable HDF5 file", "it is damaged or of another format");
  return file;
}

PropertyList without_times(hid_t what) {
  const Lock lock;
  PropertyList create(H5Pcreate(what));
  H5Pset_obj_track_times(create, false);
  return create;
}

File create_file(const std::filesystem::path& path) {
  const Lock lock;
  const PropertyList access = access_without_lock();
  // Whatever version of the library writes: what 1.8 reads, in the oldest form that can hold it.
  H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18);
  File file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, without_times(H5P_FILE_CREATE), access));
  if (!file) fail(path.string(), "cannot be created", "choose a folder you may write to");
  return file;
}

void close_file(File& file, const std::filesystem::path& path) {
  const Lock lock;
  const bool flushed = H5Fflush(file, H5F_SCOPE_LOCAL) >= 0;
  if (!file.close() || !flushed) fail(path.string(), "cannot be written", "is the disk full?");
}

H5I_type_t kind_of(hid_t location, const std::string& path) {
  const Lock lock;
  for (std::size_t slash = path.find('/', 1);;
       slash = path.find('/', slash + 1)) {  // H5Lexists wants every link on the way to exist
    const std::string part = path.substr(0, slash);
    if (part != "/" && H5Lexists(location, part.c_str(), H5P_DEFAULT) <= 0) break;
    if (slash != std::string::npos) continue;
    const Object object(H5Oopen(location, path.c_str(), H5P_DEFAULT));
    if (!object) break;
    return H5Iget_type(object);
  }
  H5Eclear2(H5E_DEFAULT);
  return H5I_BADID;
}

std::vector<std::string> links(hid_t group) {
  const Lock lock;
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5L_info_t*, void* context) -> herr_t {
    try {
      static_cast<std::vector<std::string>*>(context)->emplace_back(name);
      return 0;
    } catch (...) {  // no exception may pass through C code
      return -1;
    }
  };
  if (H5Literate(group, H5_INDEX_CRT_ORDER, H5_ITER_INC, nullptr, collect, &names) < 0) {
    H5Eclear2(H5E_DEFAULT);
    names.clear();
    if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names) < 0)
      fail(name_of(group), "its links cannot be listed", "the file is damaged");
  }
  return names;
}

Group open_group(hid_t location, const std::string& path) {
  const Lock lock;
  Group group(H5Gopen2(location, path.c_str(), H5P_DEFAULT));
  if (!group) fail(name_of(location), "has no readable group '" + path + "'");
  return group;
}

Dataset open_dataset(hid_t location, const std::string& path, std::int64_t chunk_cache_bytes) {
  const Lock lock;
  const PropertyList access(H5Pcreate(H5P_DATASET_ACCESS));
  // Slots: a prime well above the number of chunks in a layer. 1: what was read whole goes first.
  if (chunk_cache_bytes > 0)
    H5Pset_chunk_cache(access, 12421, static_cast<std::size_t>(chunk_cache_bytes), 1);
  Dataset dataset(H5Dopen2(location, path.c_str(), access));
  if (!dataset) fail(name_of(location), "has no readable dataset '" + path + "'");
  return dataset;
}

Object open_object(hid_t location, const std::string& path) {
  const Lock lock;
  Object object(H5Oopen(location, path.c_str(), H5P_DEFAULT));
  if (!object) fail(name_of(location), "has no readable group or dataset '" + path + "'");
  return object;
}

Group create_group(hid_t location, const std::string& path) {
  const Lock lock;
  const PropertyList link(H5Pcreate(H5P_LINK_CREATE)), create = without_times(H5P_GROUP_CREATE);
  H5Pset_create_intermediate_group(link, 1);
  H5Pset_link_creation_order(create, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  return Group(H5Gcreate2(location, path.c_str(), link, create, H5P_DEFAULT));
}

}  // namespace dfe::io::h5

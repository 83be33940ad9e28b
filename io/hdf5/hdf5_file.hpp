// SPDX-License-Identifier: Apache-2.0
// The door to HDF5: whatever is kept in such files (volumes, scores, weights, checkpoints,
// histories) goes through a Reader or a Writer. Requests and answers are plain data: paths below
// the root
// ("layers/conv3d/vars/0", "/" for the root itself), sizes, numbers, texts. No type and no handle
// of the library leaves this folder, so that both classes can become messages to a helper process:
// the library crashes on some damaged files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace dfe::io::h5 {

/// Value of an attribute, and how it is stored: text as one variable-length UTF-8 string (what h5py
/// writes for a str); texts as null-padded strings of fixed length (what h5py 2 writes for a list
/// of bytes, and every Keras reads); numbers as float64 or int64, little-endian.
using AttributeValue =
    std::variant<std::string, std::vector<std::string>, double, std::int64_t, std::vector<double>>;

/// Element types that are written, all little-endian.
enum class StoredType { Int8, Uint8, Float16, Float32, Float64 };

/// Elements on their way to a file. Bytes are stored as Int8 or Uint8 bit for bit; floats as
/// Float16 (rounded to nearest even) or Float32; doubles as Float64.
using Values =
    std::variant<std::span<const std::uint8_t>, std::span<const float>, std::span<const double>>;

/// What a file says of a dataset.
struct DatasetFacts {
  std::vector<std::int64_t> sizes;  ///< slowest first; empty for a scalar
  std::string type;  ///< "int8", "uint16", "float16", "bfloat16", "float32", ...; "other": no
                     ///< number. Enumerations (h5py's bool) have the type of their values
  bool big_endian = false;
  std::int64_t element_bytes = 0;
  std::vector<std::int64_t> chunk;  ///< sizes of a chunk; empty where the dataset is not chunked
};

struct FloatArray {
  std::vector<std::int64_t> sizes;
  std::vector<float> values;
};

/// An HDF5 file open for reading. Any number of threads may read at once; they take turns inside.
class Reader {
 public:
  /// Throws `Error` where the file is missing, unreadable, no HDF5 file or damaged.
  explicit Reader(const std::filesystem::path& path);
  /// The bytes of an HDF5 file that lies in memory (a member of a .keras archive), which are
  /// copied; `name` is for messages.
  Reader(std::span<const std::byte> image, const std::string& name);
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

  /// File and object for messages: "a.h5:/layers/conv3d", "a.h5" for the root.
  std::string name_of(const std::string& path) const;

  /// Whether `path` names a group or a dataset; false where it is missing or a dangling link.
  bool is_group(const std::string& path) const;
  bool is_dataset(const std::string& path) const;

  /// Names of the links of a group: in order of creation where the file keeps it, else by name.
  std::vector<std::string> links(const std::string& group) const;

  bool has_attribute(const std::string& path, const std::string& name) const;
  /// Text attribute, scalar or array, fixed or variable length, without padding; an attribute
  /// without elements gives an empty list.
  std::vector<std::string> read_strings(const std::string& path, const std::string& name) const;
  /// The one text of a scalar attribute (or of an array of one).
  std::string read_string(const std::string& path, const std::string& name) const;
  /// Integer, boolean or floating-point attribute, scalar or array.
  std::vector<double> read_numbers(const std::string& path, const std::string& name) const;
  double read_number(const std::string& path, const std::string& name) const;

  DatasetFacts facts(const std::string& dataset) const;

  /// Product of the sizes. Throws `Error` where the file cannot hold that many elements (a damaged
  /// size, checked before any allocation).
  std::int64_t checked_elements(const std::string& dataset) const;

  /// Keeps the dataset open for many blocks to come. Chunks that were read stay in memory up to
  /// `chunk_cache_bytes` (0: as many as the library likes). Throws `Error` where the dataset is
  /// compressed by a filter that is not installed.
  void keep_open(const std::string& dataset, std::int64_t chunk_cache_bytes = 0);

  /// Converts a block to float: any integer or floating-point type of either byte order, float16
  /// and bfloat16 included. `start` and `count` have one entry per dimension, `out` the product of
  /// `count`. 64-bit integers and doubles round to the nearest float.
  void read_block(const std::string& dataset, std::span<const std::int64_t> start,
                  std::span<const std::int64_t> count, float* out) const;

  /// Reads a whole dataset of at most `max_elements` elements.
  FloatArray read_floats(const std::string& dataset, std::int64_t max_elements) const;
  /// The same for a floating-point dataset, as doubles in the order of the file.
  std::vector<double> read_doubles(const std::string& dataset, std::int64_t max_elements) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Makes a new HDF5 file, which appears under its name only at `commit`: whole or not at all.
class Writer {
 public:
  /// Throws `Error` where the folder does not exist or cannot be written.
  explicit Writer(const std::filesystem::path& path);
  ~Writer();
  Writer(Writer&&) noexcept;
  Writer& operator=(Writer&&) noexcept;

  /// Creates the group and those above it. The order in which links are made is kept.
  void create_group(const std::string& path);

  /// Creates a contiguous dataset, and the groups above it, that `write_block` fills.
  void create_dataset(const std::string& path, const std::vector<std::int64_t>& sizes,
                      StoredType type);
  /// `start` and `count` have one entry per dimension, `values` the product of `count`.
  void write_block(const std::string& dataset, std::span<const std::int64_t> start,
                   std::span<const std::int64_t> count, const Values& values);

  /// Creates a contiguous dataset with all its values.
  void write_dataset(const std::string& path, const std::vector<std::int64_t>& sizes,
                     StoredType type, const Values& values);

  /// Adds an attribute to a group or dataset, or replaces it.
  void write_attribute(const std::string& path, const std::string& name,
                       const AttributeValue& value);

  /// Makes `path` another name of the group or dataset `target`.
  void link(const std::string& target, const std::string& path);

  /// Finishes the file, syncs and renames it. Without it the destructor removes what was written.
  void commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dfe::io::h5

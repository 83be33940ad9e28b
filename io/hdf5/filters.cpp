// SPDX-License-Identifier: Apache-2.0
// Filters of chunked datasets: LZF, which the library lacks and h5py writes, and a word on those
// that are missing. The library asks no filter whether its output fills the chunk, so the size that
// LZF's parameters state is compared with the chunk's before any is read.
#include <array>
#include <cstdlib>
#include <cstring>

#include "dfengine/error.hpp"
#include "io/hdf5/library.hpp"
#include "io/hdf5/lzf.hpp"

namespace dfe::io::h5 {
namespace {

constexpr H5Z_filter_t kLzf = 32000;       // as registered with The HDF Group
constexpr std::size_t kLzfChunkBytes = 2;  // index of its parameter for the size of a chunk

/// The library's interface: takes and returns a buffer from its own allocator; 0 is a failure.
std::size_t decode_chunk(unsigned flags, std::size_t parameters, const unsigned values[],
                         std::size_t bytes, std::size_t* buffer_bytes, void** buffer) {
  if (!(flags & H5Z_FLAG_REVERSE) || parameters <= kLzfChunkBytes) return 0;
  const std::size_t size = values[kLzfChunkBytes];
  if (size == 0) return 0;
  void* const out = H5allocate_memory(size, false);
  if (out == nullptr) return 0;
  if (!decode_lzf({static_cast<const std::byte*>(*buffer), bytes},
                  {static_cast<std::byte*>(out), size})) {
    H5free_memory(out);
    return 0;
  }
  H5free_memory(*buffer);
  *buffer = out;
  *buffer_bytes = size;
  return size;
}

/// Names of filters that files are often written with, where the file does not state one.
std::string name_of_filter(H5Z_filter_t id) {
  switch (id) {
    case H5Z_FILTER_SZIP:
      return "szip";
    case 307:
      return "bzip2";
    case 32001:
      return "blosc";
    case 32004:
      return "lz4";
    case 32008:
      return "bitshuffle";
    case 32013:
      return "zfp";
    case 32015:
      return "zstd";
    case 32026:
      return "blosc2";
    default:
      return "";
  }
}

/// Bytes of a chunk before filters; 0 where the dataset has no chunks.
std::size_t chunk_bytes(hid_t dataset) {
  const DatasetFacts facts = facts_of(dataset);
  std::size_t bytes = facts.chunk.empty() ? 0 : static_cast<std::size_t>(facts.element_bytes);
  for (const std::int64_t size : facts.chunk) bytes *= static_cast<std::size_t>(size);
  return bytes;
}

}  // namespace

void register_lzf() {
  static const H5Z_class2_t lzf{H5Z_CLASS_T_VERS, kLzf,    0,           1, "lzf",
                                nullptr,          nullptr, decode_chunk};
  H5Zregister(&lzf);
}

void check_filters(hid_t dataset) {
  const Lock lock;
  const PropertyList created(H5Dget_create_plist(dataset));
  const int filters = H5Pget_layout(created) == H5D_CHUNKED ? H5Pget_nfilters(created) : 0;
  for (int i = 0; i < filters; ++i) {
    std::array<unsigned, 8> values{};
    std::size_t parameters = values.size();
    std::array<char, 64> stated{};
    unsigned flags = 0, config = 0;
    const H5Z_filter_t id =
        H5Pget_filter2(created, static_cast<unsigned>(i), &flags, &parameters, values.data(),
                       stated.size() - 1, stated.data(), &config);
    if (id < 0) fail(name_of(dataset), "its filters cannot be read", "the file is damaged");
    if (H5Zfilter_avail(id) <= 0) {
      H5Eclear2(H5E_DEFAULT);
      const std::string known = name_of_filter(id), name = known.empty() ? stated.data() : known;
      throw Error("hdf5", name_of(dataset),
                  "is compressed by HDF5 filter " + std::to_string(id) +
                      (name.empty() ? "" : " (" + name + ")") + ", which is not installed",
                  "install its plugin and set HDF5_PLUGIN_PATH, or rewrite the file where it can "
                  "be read: h5repack -f GZIP=1 IN OUT");
    }
    if (id == kLzf &&
        (parameters <= kLzfChunkBytes || values[kLzfChunkBytes] != chunk_bytes(dataset)))
      throw Error("hdf5", name_of(dataset), "its LZF filter is for chunks of another size",
                  "the file is damaged");
  }
}

}  // namespace dfe::io::h5

// SPDX-License-Identifier: Apache-2.0
// Inner chunks of a shard file, see the header.
#include "io/volumes/zarr/shard.hpp"

#include <array>

#include "dfengine/error.hpp"
#include "io/byte_reader.hpp"
#include "io/volumes/zarr/codecs.hpp"

namespace dfe::io::zarr {
namespace {

constexpr std::int64_t kEntryBytes = 16, kChecksumBytes = 4;

[[noreturn]] void fail(const std::string& name, const std::string& fact) {
  throw Error("zarr", name, fact, "the shard is damaged; copy it again");
}

/// Where the index begins.
std::int64_t index_begin(const RandomFile& file, const ShardIndex& index,
                         std::int64_t inner_chunks) {
  const std::int64_t room = file.size() - (index.checksum ? kChecksumBytes : 0);
  if (room < 0 || inner_chunks > room / kEntryBytes)
    fail(file.name(), "has " + std::to_string(file.size()) + " bytes, too few for the index of " +
                          std::to_string(inner_chunks) + " chunks");
  return index.at_end ? room - inner_chunks * kEntryBytes : 0;
}

}  // namespace

void check_shard_index(const RandomFile& file, const ShardIndex& index, std::int64_t inner_chunks) {
  if (!index.checksum) return;
  const std::int64_t begin = index_begin(file, index, inner_chunks);
  const auto numbers = static_cast<std::size_t>(inner_chunks * kEntryBytes);
  Bytes bytes(numbers + kChecksumBytes);
  file.read(begin, bytes.data(), bytes.size());
  const ByteReader reader(bytes, ByteOrder::Little, "zarr", file.name());
  if (reader.at<std::uint32_t>(numbers) != crc32c(std::span(bytes).first(numbers)))
    fail(file.name(), "the checksum of its index is wrong");
}

std::optional<Section> find_inner_chunk(const RandomFile& file, const ShardIndex& index,
                                        std::int64_t inner_chunks, std::int64_t within) {
  std::array<std::byte, kEntryBytes> entry{};
  file.read(index_begin(file, index, inner_chunks) + within * kEntryBytes, entry.data(),
            entry.size());
  const ByteReader numbers(entry, index.big_endian ? ByteOrder::Big : ByteOrder::Little, "zarr",
                           file.name());
  const auto offset = numbers.at<std::uint64_t>(0), length = numbers.at<std::uint64_t>(8);
  if (offset == ~std::uint64_t{0} && length == ~std::uint64_t{0}) return std::nullopt;
  const auto size = static_cast<std::uint64_t>(file.size());
  if (offset > size || length > size - offset)
    fail(file.name(), "its index names bytes beyond its end");
  return Section{static_cast<std::int64_t>(offset), static_cast<std::int64_t>(length)};
}

}  // namespace dfe::io::zarr

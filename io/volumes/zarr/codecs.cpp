// SPDX-License-Identifier: Apache-2.0
// Blosc, Zstandard and zlib behind one function, see the header.
#include "io/volumes/zarr/codecs.hpp"

#include <blosc.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "dfengine/error.hpp"
#include "io/byte_reader.hpp"

namespace dfe::io::zarr {
namespace {

constexpr std::int64_t kChecksumBytes = 4;

[[noreturn]] void fail(const std::string& name, const std::string& fact) {
  throw Error("zarr", name, fact, "the chunk is damaged; copy it again");
}

void check_length(std::int64_t got, std::int64_t expected, const std::string& name) {
  if (got != expected)
    fail(name,
         "decodes to " + std::to_string(got) + " bytes, expected " + std::to_string(expected));
}

Bytes part_of(const Bytes& all, std::int64_t first, std::int64_t count) {
  return {all.begin() + first, all.begin() + first + count};
}

/// Blosc counts items of its own size; where a part is wanted, the items that hold it are taken.
Bytes decode_blosc(const Bytes& stored, std::int64_t bytes, std::int64_t first, std::int64_t count,
                   const std::string& name) {
  std::size_t length = 0, item = 0;
  int flags = 0;
  if (stored.size() < BLOSC_MIN_HEADER_LENGTH ||
      blosc_cbuffer_validate(stored.data(), stored.size(), &length) < 0)
    fail(name, "is no Blosc data of " + std::to_string(stored.size()) + " bytes");
  check_length(static_cast<std::int64_t>(length), bytes, name);
  blosc_cbuffer_metainfo(stored.data(), &item, &flags);
  const auto size = static_cast<std::int64_t>(item);
  if (count == bytes || size < 1 || bytes % size != 0) {
    Bytes all(static_cast<std::size_t>(bytes));
    if (blosc_decompress_ctx(stored.data(), all.data(), all.size(), 1) != bytes)
      fail(name, "cannot be decompressed by Blosc");
    return count == bytes ? all : part_of(all, first, count);
  }
  const std::int64_t begin = first / size, end = (first + count + size - 1) / size;
  Bytes items(static_cast<std::size_t>((end - begin) * size));
  if (blosc_getitem(stored.data(), static_cast<int>(begin), static_cast<int>(end - begin),
                    items.data()) != (end - begin) * size)
    fail(name, "cannot be decompressed by Blosc");
  return part_of(items, first - begin * size, count);
}

Bytes decode_zstd(const Bytes& stored, std::int64_t bytes, const std::string& name) {
  Bytes all(static_cast<std::size_t>(bytes));
  const std::size_t got = ZSTD_decompress(all.data(), all.size(), stored.data(), stored.size());
  if (ZSTD_isError(got))
    fail(name, std::string("cannot be decompressed by Zstandard: ") + ZSTD_getErrorName(got));
  check_length(static_cast<std::int64_t>(got), bytes, name);
  return all;
}

/// Gzip or zlib; both announce themselves.
Bytes decode_deflate(Bytes& stored, std::int64_t bytes, const std::string& name) {
  constexpr int kAnyHeader = 15 + 32;
  Bytes all(static_cast<std::size_t>(bytes));
  z_stream stream{};
  if (inflateInit2(&stream, kAnyHeader) != Z_OK) throw std::bad_alloc();
  stream.next_in = reinterpret_cast<Bytef*>(stored.data());
  stream.avail_in = static_cast<uInt>(stored.size());
  stream.next_out = reinterpret_cast<Bytef*>(all.data());
  stream.avail_out = static_cast<uInt>(all.size());
  const int code = inflate(&stream, Z_FINISH);
  const std::int64_t got = bytes - static_cast<std::int64_t>(stream.avail_out);
  inflateEnd(&stream);
  if (code != Z_STREAM_END) fail(name, "cannot be decompressed by zlib");
  check_length(got, bytes, name);
  return all;
}

void strip_checksum(Bytes& stored, const std::string& name) {
  if (stored.size() < kChecksumBytes) fail(name, "is too short for its checksum");
  const std::span<const std::byte> all(stored);
  const auto data = all.first(all.size() - kChecksumBytes);
  if (ByteReader(all, ByteOrder::Little, "zarr", name).at<std::uint32_t>(data.size()) !=
      crc32c(data))
    fail(name, "its checksum is wrong");
  stored.resize(data.size());
}

}  // namespace

Bytes decode_chunk(Bytes stored, std::span<const Codec> codecs, std::int64_t bytes,
                   std::int64_t first, std::int64_t count, const std::string& name) {
  // What each codec must give: checksums before it have made the chunk longer.
  std::vector<std::int64_t> lengths;
  for (std::int64_t length = bytes; const Codec codec : codecs) {
    lengths.push_back(length);
    if (codec == Codec::Crc32c) length += kChecksumBytes;
  }
  for (std::size_t i = codecs.size(); i-- > 0;) {
    switch (codecs[i]) {
      case Codec::Blosc:
        if (i == 0) return decode_blosc(stored, bytes, first, count, name);
        stored = decode_blosc(stored, lengths[i], 0, lengths[i], name);
        break;
      case Codec::Zstd:
        stored = decode_zstd(stored, lengths[i], name);
        break;
      case Codec::Deflate:
        stored = decode_deflate(stored, lengths[i], name);
        break;
      case Codec::Crc32c:
        strip_checksum(stored, name);
        break;
    }
  }
  check_length(static_cast<std::int64_t>(stored.size()), bytes, name);
  return count == bytes ? stored : part_of(stored, first, count);
}

std::int64_t most_stored_bytes(std::int64_t bytes) { return bytes + bytes / 8 + (1 << 16); }

Bytes compress_blosc(std::span<const std::byte> bytes, std::size_t element_bytes,
                     const std::string& name) {
  constexpr int kLevel = 5;
  Bytes out(bytes.size() + BLOSC_MAX_OVERHEAD);
  const int size = blosc_compress_ctx(kLevel, BLOSC_SHUFFLE, element_bytes, bytes.size(),
                                      bytes.data(), out.data(), out.size(), "lz4", 0, 1);
  if (size <= 0) throw Error("zarr", name, "a chunk cannot be compressed by Blosc");
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::uint32_t crc32c(std::span<const std::byte> bytes) {
  static const std::array<std::uint32_t, 256> kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = value & 1 ? value >> 1 ^ 0x82F63B78u : value >> 1;
      table[i] = value;
    }
    return table;
  }();
  std::uint32_t value = 0xFFFFFFFFu;
  for (const std::byte byte : bytes)
    value = kTable[(value ^ std::to_integer<std::uint32_t>(byte)) & 255] ^ value >> 8;
  return ~value;
}

}  // namespace dfe::io::zarr

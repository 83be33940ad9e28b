// SPDX-License-Identifier: Apache-2.0
// `zarr.json` of an array, metadata of Zarr format 3. Source: the Zarr core specification version
// 3.0 and the specifications of its codecs.
#include <algorithm>

#include "dfengine/error.hpp"
#include "io/volumes/zarr/array_facts.hpp"

namespace dfe::io::zarr {

namespace {

/// Name and configuration of an extension; a bare text stands for a name without configuration.
std::string name_of(const Json& extension) {
  return extension.is_string() ? extension.get<std::string>() : text_member(extension, "name");
}

const Json& configuration(const Json& extension) { return member(extension, "configuration"); }

[[noreturn]] void refuse_codec(const std::string& name, const std::string& codec,
                               const std::string& why) {
  throw Error("zarr", name, "its codec '" + codec + "' " + why,
              "expected bytes, then blosc, zstd or gzip, or sharding_indexed");
}

bool is_big_endian(const Json& bytes, const std::string& name) {
  const Json& endian = member(configuration(bytes), "endian");
  if (!endian.is_null() && endian != "little" && endian != "big")
    throw Error("zarr", name, "its byte order is " + shown(endian),
                "expected \"little\" or \"big\"");
  return endian == "big";
}

/// The codecs that turn bytes into bytes.
void read_bytes_codec(ArrayFacts& facts, const std::string& codec, const std::string& name) {
  if (codec == "crc32c") {
    facts.codecs.push_back(Codec::Crc32c);
    return;
  }
  if (codec != "blosc" && codec != "zstd" && codec != "gzip")
    refuse_codec(name, codec, "is not supported");
  if (!facts.compression.empty()) refuse_codec(name, codec, "compresses a second time");
  facts.compression = codec;
  facts.codecs.push_back(codec == "blosc"  ? Codec::Blosc
                         : codec == "zstd" ? Codec::Zstd
                                           : Codec::Deflate);
}

/// "transpose": dimension i of what is stored is dimension order[i] of what came in.
void read_transpose(ArrayFacts& facts, const Json& codec, const std::string& name) {
  const auto order = whole_numbers(member(configuration(codec), "order"), 0, "order", name);
  std::vector<int> next;
  for (const std::int64_t axis : order)
    if (axis < static_cast<std::int64_t>(facts.order.size()))
      next.push_back(facts.order[static_cast<std::size_t>(axis)]);
  std::vector<int> sorted = next, all = facts.order;
  std::sort(sorted.begin(), sorted.end());
  std::sort(all.begin(), all.end());
  if (sorted != all || order.size() != all.size())
    throw Error("zarr", name, "its transpose is " + shown(member(configuration(codec), "order")),
                "expected each dimension once");
  facts.order = next;
}

void read_shard_index(ArrayFacts& facts, const Json& sharding, const std::string& name) {
  const Json& codecs = member(sharding, "index_codecs");
  bool good = codecs.is_array() && !codecs.empty() && codecs.size() <= 2;
  if (good) {
    good = name_of(codecs[0]) == "bytes" && (codecs.size() == 1 || name_of(codecs[1]) == "crc32c");
    facts.index.big_endian = good && is_big_endian(codecs[0], name);
    facts.index.checksum = codecs.size() == 2;
  }
  const Json& location = member(sharding, "index_location");
  good = good && (location.is_null() || location == "end" || location == "start");
  if (!good) refuse_codec(name, "sharding_indexed", "has an index of unknown form");
  facts.index.at_end = location != "start";
}

void read_codecs(ArrayFacts& facts, const Json& codecs, const std::string& name);

/// The file's chunk becomes a grid of inner chunks, which are what is coded.
void read_sharding(ArrayFacts& facts, const Json& codec, const std::string& name) {
  if (facts.sharded) refuse_codec(name, "sharding_indexed", "stands within another");
  if (!std::is_sorted(facts.order.begin(), facts.order.end()))
    refuse_codec(name, "sharding_indexed", "follows a transpose");
  const Json& sharding = configuration(codec);
  const auto inner = whole_numbers(member(sharding, "chunk_shape"), 1, "chunk_shape", name);
  bool fits = inner.size() == facts.chunk.size();
  for (std::size_t i = 0; fits && i < inner.size(); ++i) {
    fits = facts.chunk[i] % inner[i] == 0;
    facts.per_file[i] = facts.chunk[i] / inner[i];
  }
  if (!fits)
    throw Error("zarr", name, "its inner chunks do not fill its shards",
                "the metadata are damaged");
  facts.chunk = inner;
  facts.sharded = true;
  read_shard_index(facts, sharding, name);
  read_codecs(facts, member(sharding, "codecs"), name);
}

void read_codecs(ArrayFacts& facts, const Json& codecs, const std::string& name) {
  constexpr std::size_t kMostCodecs = 8;
  if (!codecs.is_array() || codecs.empty() || codecs.size() > kMostCodecs)
    throw Error("zarr", name, "its codecs are " + shown(codecs), "expected a list of 1 to 8");
  bool in_bytes = false;
  for (const Json& codec : codecs) {
    const std::string kind = name_of(codec);
    if (kind == "transpose" && !in_bytes) {
      read_transpose(facts, codec, name);
    } else if (kind == "bytes" && !in_bytes) {
      facts.big_endian = is_big_endian(codec, name);
      in_bytes = true;
    } else if (kind == "sharding_indexed" && !in_bytes) {
      if (codecs.size() != 1) refuse_codec(name, kind, "has other codecs beside it");
      return read_sharding(facts, codec, name);
    } else if (in_bytes) {
      read_bytes_codec(facts, kind, name);
    } else {
      refuse_codec(name, kind.empty() ? shown(codec) : kind, "is not supported");
    }
  }
  if (!in_bytes) throw Error("zarr", name, "its codecs make no bytes", "the metadata are damaged");
}

void read_chunk_keys(ArrayFacts& facts, const Json& encoding, const std::string& name) {
  const std::string kind = name_of(encoding);
  const Json& separator = member(configuration(encoding), "separator");
  if ((kind != "default" && kind != "v2") ||
      (!separator.is_null() && separator != "." && separator != "/"))
    throw Error("zarr", name, "its chunk_key_encoding is " + shown(encoding),
                "expected \"default\" or \"v2\" with the separator \".\" or \"/\"");
  facts.separator = kind == "default" ? '/' : '.';
  if (!separator.is_null()) facts.separator = separator == "/" ? '/' : '.';
  if (kind == "default") facts.key_prefix = std::string("c") + facts.separator;
}

}  // namespace

ArrayFacts parse_array_v3(const Json& metadata, const std::string& name) {
  ArrayFacts facts;
  facts.format = 3;
  facts.shape = whole_numbers(member(metadata, "shape"), 0, "shape", name);
  const Json& grid = member(metadata, "chunk_grid");
  if (name_of(grid) != "regular")
    throw Error("zarr", name, "its chunk_grid is " + shown(grid), "expected a regular one");
  facts.chunk = whole_numbers(member(configuration(grid), "chunk_shape"), 1, "chunk_shape", name);
  facts.per_file.assign(facts.shape.size(), 1);
  for (std::size_t i = 0; i < facts.shape.size(); ++i) facts.order.push_back(static_cast<int>(i));
  const Json& type = member(metadata, "data_type");
  set_type(facts, type.is_string() ? type.get<std::string>() : shown(type), name);
  if (facts.chunk.size() != facts.shape.size()) check_sizes(facts, name);
  facts.fill = fill_value(member(metadata, "fill_value"), name);
  read_chunk_keys(facts, member(metadata, "chunk_key_encoding"), name);
  const Json& transformers = member(metadata, "storage_transformers");
  if (!transformers.is_null() && !(transformers.is_array() && transformers.empty()))
    throw Error("zarr", name, "has the storage transformers " + shown(transformers),
                "write it again without them");
  read_codecs(facts, member(metadata, "codecs"), name);
  check_sizes(facts, name);
  return facts;
}

}  // namespace dfe::io::zarr

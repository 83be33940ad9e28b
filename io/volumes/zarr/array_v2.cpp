// SPDX-License-Identifier: Apache-2.0
// `.zarray`, metadata of Zarr format 2. Source: the Zarr storage specification version 2.
#include "dfengine/error.hpp"
#include "io/volumes/zarr/array_facts.hpp"

namespace dfe::io::zarr {

namespace {

/// NumPy's short names: "<f4", "|u1", ">i2".
void read_dtype(ArrayFacts& facts, const Json& dtype, const std::string& name) {
  const std::string text = dtype.is_string() ? dtype.get<std::string>() : std::string();
  std::string type;
  if (text.size() == 3 && std::string_view("<>|=").find(text[0]) != std::string_view::npos) {
    const int bits = (text[2] - '0') * 8;
    if (text[1] == 'b' && bits == 8) type = "bool";
    if (text[1] == 'i') type = "int" + std::to_string(bits);
    if (text[1] == 'u') type = "uint" + std::to_string(bits);
    if (text[1] == 'f') type = "float" + std::to_string(bits);
  }
  set_type(facts, type.empty() ? shown(dtype) : type, name);
  facts.big_endian = text[0] == '>';
}

void read_compressor(ArrayFacts& facts, const Json& compressor, const std::string& name) {
  if (compressor.is_null()) return;
  const std::string id = text_member(compressor, "id");
  if (id == "blosc")
    facts.codecs = {Codec::Blosc};
  else if (id == "zstd")
    facts.codecs = {Codec::Zstd};
  else if (id == "gzip" || id == "zlib")
    facts.codecs = {Codec::Deflate};
  else
    throw Error("zarr", name, "is compressed by " + (id.empty() ? shown(compressor) : id),
                "expected blosc, zstd, gzip, zlib or none");
  facts.compression = id;
}

}  // namespace

ArrayFacts parse_array_v2(const Json& metadata, const std::string& name) {
  ArrayFacts facts;
  facts.format = 2;
  facts.shape = whole_numbers(member(metadata, "shape"), 0, "shape", name);
  facts.chunk = whole_numbers(member(metadata, "chunks"), 1, "chunks", name);
  facts.per_file.assign(facts.shape.size(), 1);
  read_dtype(facts, member(metadata, "dtype"), name);
  check_sizes(facts, name);
  const Json& order = member(metadata, "order");
  if (order != "C" && order != "F")
    throw Error("zarr", name, "its order is " + shown(order), "expected \"C\" or \"F\"");
  const int last = static_cast<int>(facts.shape.size()) - 1;
  for (int i = 0; i <= last; ++i) facts.order.push_back(order == "C" ? i : last - i);
  facts.fill = fill_value(member(metadata, "fill_value"), name);
  const Json& separator = member(metadata, "dimension_separator");
  if (!separator.is_null() && separator != "." && separator != "/")
    throw Error("zarr", name, "its dimension_separator is " + shown(separator),
                "expected \".\" or \"/\"");
  facts.separator = separator == "/" ? '/' : '.';
  const Json& filters = member(metadata, "filters");
  if (!filters.is_null() && !(filters.is_array() && filters.empty()))
    throw Error("zarr", name, "has the filters " + shown(filters),
                "write it again without filters");
  read_compressor(facts, member(metadata, "compressor"), name);
  return facts;
}

}  // namespace dfe::io::zarr

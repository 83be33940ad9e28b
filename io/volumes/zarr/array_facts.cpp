// SPDX-License-Identifier: Apache-2.0
// What both formats of metadata share, see the header.
#include "io/volumes/zarr/array_facts.hpp"

#include <array>
#include <limits>
#include <utility>

#include "dfengine/error.hpp"

namespace dfe::io::zarr {

namespace {

constexpr std::int64_t kMostChunkBytes = std::numeric_limits<std::int32_t>::max();  // blosc's limit

}  // namespace

std::int64_t ArrayFacts::chunk_bytes() const {
  std::int64_t bytes = element_bytes(element, 1);
  for (const std::int64_t n : chunk) {
    if (n > kMostChunkBytes / bytes) return kMostChunkBytes + 1;
    bytes *= n;
  }
  return bytes;
}

void check_sizes(const ArrayFacts& facts, const std::string& name) {
  if (facts.shape.empty() || facts.shape.size() > ArrayFacts::kMostDimensions)
    throw Error("zarr", name, "has " + std::to_string(facts.shape.size()) + " dimensions",
                "a volume has three: z, y, x");
  if (facts.chunk.size() != facts.shape.size() || facts.per_file.size() != facts.shape.size())
    throw Error("zarr", name,
                "has " + std::to_string(facts.shape.size()) + " dimensions but " +
                    std::to_string(facts.chunk.size()) + " chunk sizes",
                "the metadata are damaged");
  if (facts.chunk_bytes() > kMostChunkBytes)
    throw Error("zarr", name, "has chunks of more than 2 GiB",
                "write it again with smaller chunks, such as 256x256x256");
}

void set_type(ArrayFacts& facts, const std::string& type, const std::string& name) {
  static const std::array<std::pair<const char*, Element>, 12> kTypes{
      {{"bool", Element::UInt8},
       {"int8", Element::Int8},
       {"uint8", Element::UInt8},
       {"int16", Element::Int16},
       {"uint16", Element::UInt16},
       {"int32", Element::Int32},
       {"uint32", Element::UInt32},
       {"int64", Element::Int64},
       {"uint64", Element::UInt64},
       {"float16", Element::Float16},
       {"float32", Element::Float32},
       {"float64", Element::Float64}}};
  for (const auto& [known, element] : kTypes)
    if (type == known) {
      facts.type = type;
      facts.element = element;
      return;
    }
  throw Error("zarr", name, "its data type is '" + type + "'",
              "expected bool, an integer or float of 8 to 64 bits");
}

float fill_value(const Json& value, const std::string& name) {
  if (value.is_null()) return 0;
  if (value.is_boolean()) return value.get<bool>() ? 1.0f : 0.0f;
  if (value.is_number()) return static_cast<float>(value.get<double>());
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  if (value == "NaN") return std::numeric_limits<float>::quiet_NaN();
  if (value == "Infinity") return kInfinity;
  if (value == "-Infinity") return -kInfinity;
  throw Error("zarr", name, "its fill value is " + shown(value), "expected a number");
}

}  // namespace dfe::io::zarr

// SPDX-License-Identifier: Apache-2.0
#include "commands/segment/wrong_kind.hpp"

#include <bitset>
#include <cmath>
#include <vector>

#include "dfengine/error.hpp"
#include "io/weights_file.hpp"

namespace dfe {
namespace {

template <class Read>
bool succeeds(const Read& read) {
  try {
    read();
  } catch (const Error&) {
    return false;
  }
  return true;
}

}  // namespace

Weights read_network(const std::string& path) {
  try {
    return io::read_weights(path);
  } catch (const Error&) {
    if (!succeeds([&] { io::open_header(path); })) throw;
    throw Error(ErrorKind::Usage, "segment", "--weights", "'" + path + "' is a volume, not weights",
                "give the file of weights (.h5 or .keras)");
  }
}

std::unique_ptr<VolumeSource> open_tomogram(const std::string& path,
                                            const io::VolumeReadOptions& options,
                                            bool header_only) {
  try {
    return header_only ? io::open_header(path, options) : io::open_volume(path, options);
  } catch (const Error&) {
    if (!succeeds([&] { io::read_weights(path); })) throw;
    throw Error("segment", path, "is a file of weights, not a tomogram",
                "give weights with --weights, and name the tomogram");
  }
}

bool looks_like_labels(const VolumeSource& volume) {
  constexpr std::int64_t kPlanes = 5;
  constexpr std::size_t kMostKinds = 24;
  const Extent3 e = volume.extent();
  std::vector<float> plane(static_cast<std::size_t>(e.y * e.x));
  std::bitset<256> kinds;
  for (std::int64_t i = 0; i < kPlanes; ++i) {
    volume.read_box({{(2 * i + 1) * e.z / (2 * kPlanes), 0, 0}, {1, e.y, e.x}}, plane.data());
    for (const float value : plane) {
      if (!(value >= 0 && value <= 255 && value == std::floor(value))) return false;
      kinds.set(static_cast<std::size_t>(value));
    }
  }
  return kinds.count() <= kMostKinds && kinds.test(0) && kinds.count() > 1;
}

}  // namespace dfe

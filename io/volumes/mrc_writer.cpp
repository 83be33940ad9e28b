// SPDX-License-Identifier: Apache-2.0
// MRC2014 files as every viewer reads them: little-endian, MX = NX unless the input said otherwise,
// true statistics, no extended header.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/label_counts.hpp"
#include "dfengine/error.hpp"
#include "io/byte_reader.hpp"
#include "io/volumes/mrc_fields.hpp"
#include "io/volumes/output_file.hpp"
#include "io/volumes/stream_planes.hpp"
#include "io/volumes/writers.hpp"

namespace dfe::io {
namespace {

using namespace mrc;

/// Over the finite voxels; `minimum > maximum` where there are none, which is how MRC2014 marks
/// unknown statistics.
struct Statistics {
  double minimum = 0, maximum = -1, mean = -2, deviation = -1;
};

Statistics statistics_of(VolumeView<const float> volume) {
  Statistics result;
  double minimum = std::numeric_limits<double>::infinity(), maximum = -minimum, sum = 0;
  std::int64_t count = 0;
  const auto each = [&](auto&& body) {
    for (const float voxel : volume.span())
      if (std::isfinite(voxel)) body(static_cast<double>(voxel));
  };
  each([&](double v) {
    minimum = std::min(minimum, v);
    maximum = std::max(maximum, v);
    sum += v;
    ++count;
  });
  if (count == 0) return result;
  const double mean = sum / static_cast<double>(count);
  double squares = 0;
  each([&](double v) { squares += (v - mean) * (v - mean); });
  return {minimum, maximum, mean, std::sqrt(squares / static_cast<double>(count))};
}

/// The same from counts: a pass in double over hundreds of millions of labels would take longer
/// than writing them.
Statistics statistics_of(const LabelCounts& counts) {
  std::int64_t count = 0, sum = 0;
  double squares = 0;
  Statistics result;
  const auto each = [&](auto&& body) {
    for (int label = 0; label < 256; ++label)
      if (const std::int64_t n = counts[static_cast<std::size_t>(label)]) body(label, n);
  };
  each([&](int label, std::int64_t n) {
    if (count == 0) result.minimum = label;
    result.maximum = label;
    count += n;
    sum += label * n;
  });
  if (count == 0) return result;
  result.mean = static_cast<double>(sum) / static_cast<double>(count);
  each([&](int label, std::int64_t n) {
    squares += static_cast<double>(n) * (label - result.mean) * (label - result.mean);
  });
  result.deviation = std::sqrt(squares / static_cast<double>(count));
  return result;
}

/// Header under construction; numbers go in little-endian.
class HeaderBytes {
 public:
  template <class T>
  void put(std::size_t offset, T value) {
    std::memcpy(bytes_.data() + offset, &value, sizeof(T));
    if (kNativeOrder != ByteOrder::Little)
      std::reverse(bytes_.begin() + offset, bytes_.begin() + offset + sizeof(T));
  }
  void put_text(std::size_t offset, const std::string& text, std::size_t width, char padding) {
    std::fill_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), width,
                static_cast<std::byte>(padding));
    std::memcpy(bytes_.data() + offset, text.data(), std::min(text.size(), width));
  }
  const std::byte* data() const { return bytes_.data(); }

 private:
  std::array<std::byte, kHeaderBytes> bytes_{};
};

std::int32_t field(const std::filesystem::path& path, const char* what, std::int64_t value) {
  if (value < std::numeric_limits<std::int32_t>::min() ||
      value > std::numeric_limits<std::int32_t>::max())
    throw Error("mrc", path.string(),
                std::string(what) + " of " + std::to_string(value) + " does not fit the header",
                "write HDF5 (.h5) instead");
  return static_cast<std::int32_t>(value);
}

HeaderBytes make_header(const std::filesystem::path& path, Extent3 extent,
                        const VolumeGeometry& geometry, int mode, const Statistics& statistics) {
  HeaderBytes header;
  const std::array<std::int64_t, 3> sizes{extent.x, extent.y, extent.z};
  const std::array<std::int64_t, 3> sampling{geometry.sampling.x, geometry.sampling.y,
                                             geometry.sampling.z};
  const std::array<std::int64_t, 3> start{geometry.start.x, geometry.start.y, geometry.start.z};
  const std::array<double, 3> voxel{geometry.voxel_size.x_angstrom, geometry.voxel_size.y_angstrom,
                                    geometry.voxel_size.z_angstrom};
  const std::array<double, 3> origin{geometry.origin_angstrom.x, geometry.origin_angstrom.y,
                                     geometry.origin_angstrom.z};
  for (std::size_t i = 0; i < 3; ++i) {
    const std::int64_t samples = sampling[i] > 0 ? sampling[i] : sizes[i];
    header.put(kSizes + 4 * i, field(path, "size", sizes[i]));
    header.put(kStart + 4 * i, field(path, "start", start[i]));
    header.put(kSampling + 4 * i, field(path, "sampling", samples));
    header.put(kCell + 4 * i, static_cast<float>(voxel[i] * static_cast<double>(samples)));
    header.put(kAngles + 4 * i, static_cast<float>(geometry.cell_angles_deg[i]));
    header.put(kAxes + 4 * i, static_cast<std::int32_t>(i + 1));
    header.put(kOrigin + 4 * i, static_cast<float>(origin[i]));
  }
  header.put(kMode, static_cast<std::int32_t>(mode));
  header.put(kMinimum, static_cast<float>(statistics.minimum));
  header.put(kMaximum, static_cast<float>(statistics.maximum));
  header.put(kMean, static_cast<float>(statistics.mean));
  const bool crystal = geometry.space_group >= 1 && geometry.space_group <= 230;
  header.put(kSpaceGroup,
             static_cast<std::int32_t>(crystal ? geometry.space_group
                                               : 1));  // 0 and 401 up would call it a stack
  header.put(kVersion, std::int32_t{20141});
  header.put_text(kMap, "MAP ", 4, ' ');
  header.put(kMachineStamp, std::uint32_t{0x00004444});
  header.put(kDeviation, static_cast<float>(statistics.deviation));
  std::vector<std::string> labels = geometry.labels;  // of the input, which may be ours
  std::erase_if(labels, [](const std::string& text) { return text.starts_with("dfengine "); });
  if (labels.size() >= kMostLabels) labels.resize(kMostLabels - 1);
  labels.push_back(program_and_version());
  header.put(kLabelCount, static_cast<std::int32_t>(labels.size()));
  for (std::size_t i = 0; i < labels.size(); ++i)
    header.put_text(kLabels + i * kLabelBytes, labels[i], kLabelBytes, ' ');
  return header;
}

template <class Stored, class T>
void write(const std::filesystem::path& path, VolumeView<const T> volume,
           const VolumeGeometry& geometry, int mode, const Statistics& statistics) {
  OutputFile file(path);
  const HeaderBytes header = make_header(path, volume.extent, geometry, mode, statistics);
  file.write(header.data(), kHeaderBytes);
  stream_planes<Stored>(file, volume);
  const std::int64_t expected = static_cast<std::int64_t>(kHeaderBytes) +
                                volume.extent.voxels() * static_cast<std::int64_t>(sizeof(Stored));
  if (file.size() != expected)
    throw Error("mrc", path.string(), "has " + std::to_string(file.size()) + " bytes after writing",
                "expected " + std::to_string(expected));
  file.commit();
}

}  // namespace

void write_mrc(const std::filesystem::path& path, VolumeView<const std::uint8_t> labels,
               const VolumeGeometry& geometry) {
  const LabelCounts counts = count_labels(labels.span());
  if (fits_signed_byte(counts))
    write<std::int8_t>(path, labels, geometry, 0, statistics_of(counts));
  else
    write<std::uint16_t>(path, labels, geometry, 6, statistics_of(counts));
}

void write_mrc(const std::filesystem::path& path, VolumeView<const float> volume,
               const VolumeGeometry& geometry) {
  write<float>(path, volume, geometry, 2, statistics_of(volume));
}

}  // namespace dfe::io

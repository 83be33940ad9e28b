// SPDX-License-Identifier: Apache-2.0
// What commands ask of all their inputs before they begin. Of a compressed file only the header is
// unpacked, since the rest takes as long as reading it all.
#include <vector>

#include "dfengine/error.hpp"
#include "io/input_file.hpp"
#include "io/volume.hpp"
#include "io/volumes/inflate.hpp"
#include "io/volumes/mrc_fields.hpp"
#include "io/volumes/mrc_header.hpp"
#include "io/volumes/open_bytes.hpp"

namespace dfe::io {
namespace {

/// A volume whose voxels stay packed.
class PackedVolume final : public VolumeSource {
 public:
  PackedVolume(VolumeInfo info, std::int64_t unpacked_bytes)
      : info_(std::move(info)), unpacked_bytes_(unpacked_bytes) {}
  const VolumeInfo& info() const override { return info_; }
  std::int64_t resident_bytes() const override { return unpacked_bytes_; }
  void read_box(const Box3&, float*) const override {
    throw Error("volume", info_.path, "was opened for its header only");
  }

 private:
  VolumeInfo info_;
  std::int64_t unpacked_bytes_;
};

std::vector<std::byte> first_bytes(const RandomFile& file) {
  std::vector<std::byte> head(
      static_cast<std::size_t>(std::min<std::int64_t>(file.size(), mrc::kHeaderBytes)));
  file.read(0, head.data(), head.size());
  return head;
}

}  // namespace

std::unique_ptr<VolumeSource> open_header(const std::filesystem::path& path,
                                          const VolumeReadOptions& options) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return open_volume(path, options);
  const VolumeName name = named_volume(path);
  const RandomFile file(name.file);
  const std::string compression = compression_of(first_bytes(file));
  if (compression.empty()) return open_volume(path, options);
  VolumeReadOptions settled = options;
  if (!name.part.empty()) settled.part = name.part;
  std::int64_t bytes = 0;
  const RandomFile plain =
      decompress(file, compression, mrc::kHeaderBytes, [&](std::span<const std::byte> head) {
        bytes = mrc_file_bytes(head, file.name());
        return static_cast<std::int64_t>(head.size());
      });
  VolumeInfo info = parse_mrc(first_bytes(plain), bytes, file.name(), settled).info;
  info.compression = compression;
  return std::make_unique<PackedVolume>(std::move(info), bytes);
}

}  // namespace dfe::io

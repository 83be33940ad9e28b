// SPDX-License-Identifier: Apache-2.0
// TIFF stacks as ImageJ writes them: one image per plane, uncompressed, the voxel size in the
// resolution tags, and with place and labels in the text of the first image. BigTIFF where the
// voxels exceed 4 GB.
#include <tiffio.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <type_traits>
#include <vector>

#include "dfengine/error.hpp"
#include "io/atomic_file.hpp"
#include "io/volumes/geometry_text.hpp"
#include "io/volumes/tiff_voxel_size.hpp"
#include "io/volumes/writers.hpp"

namespace dfe::io {
namespace {

int keep_error(TIFF*, void* text, const char*, const char* format, va_list arguments) {
  std::array<char, 300> said{};
  std::vsnprintf(said.data(), said.size(), format, arguments);
  *static_cast<std::string*>(text) = said.data();
  return 1;
}

int ignore(TIFF*, void*, const char*, const char*, va_list) { return 1; }

struct Close {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using Handle = std::unique_ptr<TIFF, Close>;

Handle open_new(const std::filesystem::path& path, bool large, std::string& error) {
  struct Free {
    void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
  };
  const std::unique_ptr<TIFFOpenOptions, Free> options(TIFFOpenOptionsAlloc());
  if (!options) throw std::bad_alloc();
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_error, &error);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), ignore, nullptr);
  return Handle(TIFFOpenExt(path.c_str(), large ? "w8" : "w4", options.get()));
}

template <class T>
void set_tags(TIFF* tiff, const VolumeGeometry& geometry, bool first) {
  const Extent3& n = geometry.extent;
  const VoxelSize& voxel = geometry.voxel_size;
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(n.x));
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(n.y));
  TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, static_cast<std::uint32_t>(n.y));
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, static_cast<int>(8 * sizeof(T)));
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT,
               std::is_same_v<T, float> ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  if (voxel.known()) {
    TIFFSetField(tiff, TIFFTAG_XRESOLUTION, 1 / voxel.x_angstrom);
    TIFFSetField(tiff, TIFFTAG_YRESOLUTION, 1 / voxel.y_angstrom);
    TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_NONE);
  }
  if (!first) return;
  constexpr std::size_t kMostText = 1 << 14;
  const std::string text = imagej_description(n.z, voxel) + geometry_text(geometry, kMostText);
  TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, text.c_str());
  TIFFSetField(tiff, TIFFTAG_SOFTWARE, program_and_version().c_str());
}

template <class T>
void write(const std::filesystem::path& path, VolumeView<const T> volume,
           const VolumeGeometry& geometry) {
  constexpr std::int64_t kMostPixels = INT32_MAX, kMostClassic = std::int64_t{4000} << 20;
  const Extent3& n = volume.extent;
  const std::int64_t plane = n.y * n.x * static_cast<std::int64_t>(sizeof(T));
  if (n.x > kMostPixels || n.y > kMostPixels || plane > kMostPixels)
    throw Error("tiff", path.string(), "planes of 2 GiB and more do not fit an image",
                "write HDF5 (.h5) instead");
  AtomicFile file(path);
  std::string error;
  const auto check = [&](bool good) {
    if (!good)
      throw Error("write", path.string(), "cannot be written" + (error.empty() ? "" : ": " + error),
                  "free some space or write elsewhere; no partial file was left");
  };
  Handle tiff = open_new(file.path(), plane > kMostClassic / n.z, error);
  check(tiff != nullptr);
  std::vector<T> voxels(static_cast<std::size_t>(n.y * n.x));  // libtiff may swap bytes in place
  for (std::int64_t z = 0; z < n.z; ++z) {
    set_tags<T>(tiff.get(), geometry, z == 0);
    std::copy_n(volume.plane(z), n.y * n.x, voxels.begin());
    check(TIFFWriteEncodedStrip(tiff.get(), 0, voxels.data(), plane) == plane);
    check(TIFFWriteDirectory(tiff.get()) != 0);
  }
  tiff.reset();
  check(error.empty());
  file.commit();
}

}  // namespace

void write_tiff(const std::filesystem::path& path, VolumeView<const std::uint8_t> labels,
                const VolumeGeometry& geometry) {
  write(path, labels, geometry);
}

void write_tiff(const std::filesystem::path& path, VolumeView<const float> volume,
                const VolumeGeometry& geometry) {
  write(path, volume, geometry);
}

}  // namespace dfe::io

// SPDX-License-Identifier: Apache-2.0
// TIFF stacks: layouts made with libtiff, and what tells their voxel size.
#include <tiffio.h>

#include <functional>
#include <memory>

#include "dfengine/error.hpp"
#include "io/volume.hpp"
#include "io/volumes/tiff_voxel_size.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/volumes/scratch.hpp"

using namespace dfe::test;
using dfe::Extent3;
using dfe::Volume;
using dfe::VolumeGeometry;
using dfe::VoxelSize;
using dfe::io::open_volume;
using dfe::io::read_volume;
using Strings = std::vector<std::string>;

namespace {

const Extent3 kExtent{3, 37, 50};

template <class T>
T value_at(std::int64_t z, std::int64_t y, std::int64_t x) {
  return static_cast<T>((z * 40 + y * 3 + x) % 120);
}

struct Layout {
  std::uint16_t compression = COMPRESSION_NONE;
  std::uint32_t rows = 0, tile = 0;  ///< rows per strip; edge of a tile
  const char* mode = "w";
  std::string text = "";
  double resolution = 0;
  std::uint16_t unit = RESUNIT_NONE;
  std::uint16_t samples = 1;
};

template <class T>
void write_page(TIFF* tiff, const Layout& layout, std::uint16_t format, std::int64_t z,
                std::uint32_t width) {
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(kExtent.y));
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, static_cast<int>(8 * sizeof(T)));
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, layout.samples);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, format);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, layout.compression);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  if (!layout.text.empty()) TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, layout.text.c_str());
  if (layout.resolution > 0) {
    TIFFSetField(tiff, TIFFTAG_XRESOLUTION, layout.resolution);
    TIFFSetField(tiff, TIFFTAG_YRESOLUTION, layout.resolution);
    TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, layout.unit);
  }
  if (layout.tile > 0) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, layout.tile);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, layout.tile);
    std::vector<T> tile(layout.tile * layout.tile);
    for (std::uint32_t y0 = 0; y0 < kExtent.y; y0 += layout.tile)
      for (std::uint32_t x0 = 0; x0 < width; x0 += layout.tile) {
        for (std::uint32_t y = 0; y < layout.tile; ++y)
          for (std::uint32_t x = 0; x < layout.tile; ++x)
            tile[y * layout.tile + x] = value_at<T>(z, y0 + y, x0 + x);
        REQUIRE(TIFFWriteTile(tiff, tile.data(), x0, y0, 0, 0) > 0);
      }
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP,
                 layout.rows > 0 ? layout.rows : static_cast<std::uint32_t>(kExtent.y));
    std::vector<T> row(width * layout.samples);
    for (std::uint32_t y = 0; y < kExtent.y; ++y) {
      for (std::uint32_t x = 0; x < width; ++x) row[x] = value_at<T>(z, y, x);
      REQUIRE(TIFFWriteScanline(tiff, row.data(), y, 0) == 1);
    }
  }
  REQUIRE(TIFFWriteDirectory(tiff) == 1);
}

template <class T>
std::filesystem::path make_tiff(const Scratch& scratch, const Layout& layout, std::uint16_t format,
                                const std::vector<std::uint32_t>& widths = {50, 50, 50}) {
  const auto path = scratch / "made.tif";
  const std::unique_ptr<TIFF, void (*)(TIFF*)> tiff(TIFFOpen(path.c_str(), layout.mode), TIFFClose);
  REQUIRE(tiff);
  for (std::size_t z = 0; z < widths.size(); ++z)
    write_page<T>(tiff.get(), layout, format, static_cast<std::int64_t>(z), widths[z]);
  return path;
}

template <class T>
void expect_values(const dfe::VolumeSource& source) {
  REQUIRE(source.extent() == kExtent);
  const Volume<float> volume = read_volume(source);
  for (std::int64_t z = 0; z < kExtent.z; ++z)
    for (std::int64_t y = 0; y < kExtent.y; ++y)
      for (std::int64_t x = 0; x < kExtent.x; ++x)
        REQUIRE(volume(z, y, x) == static_cast<float>(value_at<T>(z, y, x)));
  std::vector<float> box(2 * 20 * 21);
  source.read_box({{1, 9, 13}, {2, 20, 21}}, box.data());
  std::size_t i = 0;
  for (std::int64_t z = 1; z < 3; ++z)
    for (std::int64_t y = 9; y < 29; ++y)
      for (std::int64_t x = 13; x < 34; ++x)
        REQUIRE(box[i++] == static_cast<float>(value_at<T>(z, y, x)));
}

}  // namespace

TEST_CASE("strips, tiles, compressions and byte orders give the same voxels") {
  const Scratch scratch;
  for (const char* mode : {"wl", "wb", "w8"})
    for (const int compression :
         {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS})
      for (const Layout& form : {Layout{}, Layout{.rows = 5}, Layout{.tile = 16}}) {
        Layout layout = form;
        layout.mode = mode;
        layout.compression = static_cast<std::uint16_t>(compression);
        INFO(mode << " " << compression << " " << form.rows << " " << form.tile);
        expect_values<std::uint16_t>(
            *open_volume(make_tiff<std::uint16_t>(scratch, layout, SAMPLEFORMAT_UINT)));
        expect_values<float>(*open_volume(make_tiff<float>(scratch, layout, SAMPLEFORMAT_IEEEFP)));
      }
}

TEST_CASE("element types of TIFF") {
  const Scratch scratch;
  const auto mode_of = [&](const std::filesystem::path& path) {
    return open_volume(path)->info().mode;
  };
  expect_values<std::int8_t>(*open_volume(make_tiff<std::int8_t>(scratch, {}, SAMPLEFORMAT_INT)));
  CHECK(mode_of(make_tiff<std::int8_t>(scratch, {}, SAMPLEFORMAT_INT)) == "int8");
  CHECK(mode_of(make_tiff<std::uint8_t>(scratch, {}, SAMPLEFORMAT_UINT)) == "uint8");
  CHECK(mode_of(make_tiff<std::int16_t>(scratch, {}, SAMPLEFORMAT_INT)) == "int16");
  expect_values<std::int32_t>(*open_volume(make_tiff<std::int32_t>(scratch, {}, SAMPLEFORMAT_INT)));
  expect_values<std::uint32_t>(
      *open_volume(make_tiff<std::uint32_t>(scratch, {}, SAMPLEFORMAT_UINT)));
  expect_values<double>(*open_volume(make_tiff<double>(scratch, {}, SAMPLEFORMAT_IEEEFP)));
}

TEST_CASE("the voxel size of a TIFF stack") {
  const Scratch scratch;
  const auto info_of = [&](const std::string& text, double resolution, std::uint16_t unit) {
    Layout layout;
    layout.text = text;
    layout.resolution = resolution;
    layout.unit = unit;
    return open_volume(make_tiff<float>(scratch, layout, SAMPLEFORMAT_IEEEFP))->info();
  };
  const std::string imagej = "ImageJ=1.53t\nimages=3\nslices=3\nloop=false\n";
  CHECK(info_of(imagej + "unit=nm\nspacing=1.5\n", 1 / 1.368, RESUNIT_NONE).geometry.voxel_size ==
        VoxelSize{15, 13.68, 13.68});
  CHECK(info_of(imagej + "unit=\\u00B5m\nspacing=0.001\n", 1e3, RESUNIT_NONE).geometry.voxel_size ==
        VoxelSize{10, 10, 10});
  CHECK(info_of(imagej + "unit=Angstrom\nspacing=-8\n", 0.1, RESUNIT_NONE).geometry.voxel_size ==
        VoxelSize{8, 10, 10});
  const auto flat = info_of(imagej + "unit=angstrom\n", 0.1, RESUNIT_NONE);
  CHECK(flat.geometry.voxel_size == VoxelSize::cubic(10));
  CHECK(flat.warnings == Strings{"The file has no distance between images; the voxel size in z is "
                                 "taken from x."});
  CHECK_FALSE(
      info_of(imagej + "unit=pixel\nspacing=1\n", 1, RESUNIT_NONE).geometry.voxel_size.known());
  CHECK_FALSE(info_of("", 300, RESUNIT_INCH).geometry.voxel_size.known());
  CHECK_FALSE(info_of("", 0, RESUNIT_NONE).geometry.voxel_size.known());
  CHECK(info_of("", 1e8 / 13.68, RESUNIT_CENTIMETER).geometry.voxel_size ==
        VoxelSize::cubic(13.68));
}

TEST_CASE("stacks that are no volume") {
  const Scratch scratch;
  Layout colours;
  colours.samples = 3;
  CHECK_THROWS_WITH(open_volume(make_tiff<std::uint8_t>(scratch, colours, SAMPLEFORMAT_UINT)),
                    DFE_CONTAINS("has 3 values per pixel"));
  CHECK_THROWS_WITH(open_volume(make_tiff<float>(scratch, {}, SAMPLEFORMAT_IEEEFP, {50, 40})),
                    DFE_CONTAINS("image 1 has 40x37 pixels"));
  Layout film;
  film.text = "ImageJ=1.53t\nimages=6\nslices=3\nframes=2\n";
  CHECK_THROWS_WITH(open_volume(make_tiff<float>(scratch, film, SAMPLEFORMAT_IEEEFP)),
                    DFE_CONTAINS("1 channels, 3 slices and 2 frames"));
  std::vector<std::byte> bytes = file_bytes(make_tiff<float>(scratch, {}, SAMPLEFORMAT_IEEEFP));
  bytes.resize(bytes.size() - 20);
  CHECK_THROWS_WITH(open_volume(scratch.file("cut.tif", bytes)), DFE_CONTAINS("tiff"));
}

TEST_CASE("ImageJ's large stacks: one directory, then all images") {
  const Scratch scratch;
  Layout layout;
  layout.text = "ImageJ=1.53t\nimages=3\nslices=3\n";
  const auto path = make_tiff<float>(scratch, layout, SAMPLEFORMAT_IEEEFP, {50});
  std::vector<std::byte> bytes = file_bytes(path);
  CHECK_THROWS_WITH(open_volume(path), DFE_CONTAINS("says that it has 3 images, but ends before"));
  // The first image is after the 8 bytes of the header. Here the directory is between the images,
  // which ImageJ puts in front; so only their number and size are checked.
  bytes.resize(8 + 3 * 37 * 50 * 4);
  CHECK(open_volume(scratch.file("large.tif", bytes))->extent() == kExtent);
}

TEST_CASE("written stacks come back") {
  const Scratch scratch;
  VolumeGeometry geometry;
  geometry.extent = kExtent;
  geometry.voxel_size = {10.5, 11.25, 13.68};
  Volume<float> volume(kExtent);
  for (std::int64_t i = 0; i < volume.voxels(); ++i)
    volume.data()[i] = static_cast<float>(i) / 7 - 100;
  dfe::io::write_volume(scratch / "v.tif", volume.view(), geometry);
  const auto source = open_volume(scratch / "v.tif");
  CHECK(source->info().format == "tiff");
  CHECK(source->info().warnings == Strings{});
  CHECK(source->info().geometry.voxel_size == geometry.voxel_size);
  const Volume<float> back = read_volume(*source);
  CHECK(std::equal(volume.span().begin(), volume.span().end(), back.span().begin()));

  dfe::LabelMap map{Volume<std::uint8_t>(kExtent, 3), geometry, {}};
  map.labels(2, 36, 49) = 255;
  map.geometry.voxel_size = {};
  dfe::io::write_labels(scratch / "l.tiff", map);
  CHECK(open_volume(scratch / "l.tiff")->info().mode == "uint8");
  CHECK_FALSE(open_volume(scratch / "l.tiff")->info().geometry.voxel_size.known());
  CHECK(int{dfe::io::read_labels(scratch / "l.tiff").labels(2, 36, 49)} == 255);
  CHECK(scratch.names().size() == 2);
}

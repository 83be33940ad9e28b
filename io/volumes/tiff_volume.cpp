// SPDX-License-Identifier: Apache-2.0
// Planes that lie uncompressed in one piece are read from their place in the file, all others
// strip by strip or tile by tile through libtiff, one thread at a time.
#include "io/volumes/tiff_volume.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "core/check_box.hpp"
#include "dfengine/error.hpp"
#include "io/byte_reader.hpp"
#include "io/volumes/elements.hpp"
#include "io/volumes/geometry_text.hpp"
#include "io/volumes/tiff_file.hpp"
#include "io/volumes/tiff_voxel_size.hpp"
#include "io/volumes/voxel_size.hpp"

namespace dfe::io {
namespace {

constexpr std::int64_t kMostPlaneBytes = std::int64_t{1} << 34;
constexpr std::int64_t kPieceVoxels = 1 << 16;
constexpr std::int64_t kMostBlockBytes = std::int64_t{1} << 30;

/// What all images of a stack must agree in.
struct PageForm {
  std::uint32_t width = 0, height = 0;
  std::uint16_t bits = 1, samples = 1, format = SAMPLEFORMAT_UINT, compression = COMPRESSION_NONE;

  friend bool operator==(const PageForm&, const PageForm&) = default;
};

template <class T>
T field(TIFF* tiff, std::uint32_t tag, T otherwise) {
  T value = otherwise;
  TIFFGetFieldDefaulted(tiff, tag, &value);
  return value;
}

PageForm form_of(TIFF* tiff) {
  PageForm form;
  form.width = field<std::uint32_t>(tiff, TIFFTAG_IMAGEWIDTH, 0);
  form.height = field<std::uint32_t>(tiff, TIFFTAG_IMAGELENGTH, 0);
  form.bits = field<std::uint16_t>(tiff, TIFFTAG_BITSPERSAMPLE, 1);
  form.samples = field<std::uint16_t>(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  form.format = field<std::uint16_t>(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  form.compression = field<std::uint16_t>(tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  return form;
}

std::optional<Element> element_of(const PageForm& form) {
  const auto by_bits = [&](Element e8, Element e16, Element e32,
                           Element e64) -> std::optional<Element> {
    return form.bits == 8    ? std::optional(e8)
           : form.bits == 16 ? std::optional(e16)
           : form.bits == 32 ? std::optional(e32)
           : form.bits == 64 ? std::optional(e64)
                             : std::nullopt;
  };
  switch (form.format) {
    case SAMPLEFORMAT_UINT:
    case SAMPLEFORMAT_VOID:
      return by_bits(Element::UInt8, Element::UInt16, Element::UInt32, Element::UInt64);
    case SAMPLEFORMAT_INT:
      return by_bits(Element::Int8, Element::Int16, Element::Int32, Element::Int64);
    case SAMPLEFORMAT_IEEEFP:
      if (form.bits == 8) return std::nullopt;
      return by_bits(Element::Int8, Element::Float16, Element::Float32, Element::Float64);
    default:
      return std::nullopt;
  }
}

/// Where the rows of the current image begin in the file, if they lie there as one array.
std::optional<std::int64_t> plain_offset(TIFF* tiff, const PageForm& form) {
  if (form.compression != COMPRESSION_NONE || TIFFIsTiled(tiff) ||
      field<std::uint16_t>(tiff, TIFFTAG_FILLORDER, FILLORDER_MSB2LSB) != FILLORDER_MSB2LSB)
    return std::nullopt;
  const std::uint32_t strips = TIFFNumberOfStrips(tiff);
  int error = 0;
  std::uint64_t end = 0, begin = 0;
  for (std::uint32_t i = 0; i < strips; ++i) {
    const std::uint64_t offset = TIFFGetStrileOffsetWithErr(tiff, i, &error);
    if (error != 0 || (i > 0 && offset != end) || offset > INT64_MAX) return std::nullopt;
    if (i == 0) begin = offset;
    end = offset + static_cast<std::uint64_t>(TIFFVStripSize(
                       tiff, std::min(field<std::uint32_t>(tiff, TIFFTAG_ROWSPERSTRIP, form.height),
                                      form.height)));
  }
  return strips > 0 ? std::optional(static_cast<std::int64_t>(begin)) : std::nullopt;
}

struct Page {
  std::uint64_t directory = 0;
  std::optional<std::int64_t> plain;  ///< where its rows lie as one array
};

class TiffVolume final : public VolumeSource {
 public:
  TiffVolume(TiffFile file, std::vector<Page> pages, Element element, VolumeInfo info)
      : file_(std::move(file)),
        pages_(std::move(pages)),
        element_(element),
        swapped_((TIFFIsBigEndian(file_.get()) ? ByteOrder::Big : ByteOrder::Little) !=
                 kNativeOrder),
        info_(std::move(info)) {}

  const VolumeInfo& info() const override { return info_; }

  void read_box(const Box3& box, float* out) const override {
    check_box(box, extent(), info_.path);
    if (box.extent.voxels() == 0) return;
    for (std::int64_t z = 0; z < box.extent.z; ++z) {
      const Page& page = pages_[static_cast<std::size_t>(box.begin.z + z)];
      float* const plane = out + z * box.extent.y * box.extent.x;
      if (page.plain)
        read_plain(*page.plain, box, plane);
      else
        read_blocks(page, box, plane);
    }
  }

 private:
  void read_plain(std::int64_t offset, const Box3& box, float* plane) const {
    const bool full = box.extent.x == extent().x;  // rows without gaps are read together
    const std::int64_t rows =
        full ? std::clamp(kPieceVoxels / box.extent.x, std::int64_t{1}, box.extent.y) : 1;
    std::vector<std::byte> bytes;
    for (std::int64_t y = 0; y < box.extent.y; y += rows) {
      const std::int64_t voxel = (box.begin.y + y) * extent().x + box.begin.x;
      const std::int64_t count = std::min(rows, box.extent.y - y) * box.extent.x;
      bytes.resize(static_cast<std::size_t>(element_bytes(element_, count)));
      file_.file().read(offset + element_bytes(element_, voxel), bytes.data(), bytes.size());
      decode(element_, swapped_, bytes.data(), count, plane + y * box.extent.x);
    }
  }

  void read_blocks(const Page& page, const Box3& box, float* plane) const {
    const std::lock_guard lock(mutex_);
    TIFF* const tiff = file_.get();
    if (TIFFCurrentDirOffset(tiff) != page.directory && !TIFFSetSubDirectory(tiff, page.directory))
      file_.fail("an image cannot be read");
    const bool tiled = TIFFIsTiled(tiff) != 0;
    const std::int64_t width =
        tiled ? field<std::uint32_t>(tiff, TIFFTAG_TILEWIDTH, 0) : extent().x;
    const std::int64_t height = std::min<std::int64_t>(
        field<std::uint32_t>(tiff, tiled ? TIFFTAG_TILELENGTH : TIFFTAG_ROWSPERSTRIP, 0),
        tiled ? INT32_MAX : extent().y);
    const std::int64_t bytes = tiled ? TIFFTileSize64(tiff) : TIFFStripSize64(tiff);
    if (width < 1 || height < 1 || bytes < 1 || bytes > kMostBlockBytes ||
        element_bytes(element_, width) > bytes / height)
      file_.fail("has strips or tiles of " + std::to_string(bytes) + " bytes");
    block_.resize(static_cast<std::size_t>(bytes));
    for (std::int64_t y = box.begin.y / height * height; y < box.begin.y + box.extent.y;
         y += height)
      for (std::int64_t x = box.begin.x / width * width; x < box.begin.x + box.extent.x;
           x += width) {
        read_block(tiff, tiled, static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y));
        copy_block({{0, y, x}, {1, height, width}}, box, plane);
      }
  }

  void read_block(TIFF* tiff, bool tiled, std::uint32_t x, std::uint32_t y) const {
    const auto room = static_cast<tmsize_t>(block_.size());
    std::fill(block_.begin(), block_.end(), std::byte{});
    const tmsize_t got =
        tiled ? TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, x, y, 0, 0), block_.data(), room)
              : TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, y, 0), block_.data(), room);
    if (got < 0) file_.fail("its voxels cannot be decoded");
  }

  /// Voxels in `block_`, which lies at `place` of the plane, that are in the box.
  void copy_block(const Box3& place, const Box3& box, float* plane) const {
    const std::int64_t x0 = std::max(place.begin.x, box.begin.x),
                       x1 = std::min(place.begin.x + place.extent.x, box.begin.x + box.extent.x),
                       y0 = std::max(place.begin.y, box.begin.y),
                       y1 = std::min({place.begin.y + place.extent.y, box.begin.y + box.extent.y,
                                      extent().y});
    for (std::int64_t y = y0; y < y1; ++y)
      // libtiff has brought the bytes into this machine's order
      decode(element_, false,
             block_.data() +
                 element_bytes(element_, (y - place.begin.y) * place.extent.x + x0 - place.begin.x),
             x1 - x0, plane + (y - box.begin.y) * box.extent.x + x0 - box.begin.x);
  }

  TiffFile file_;
  std::vector<Page> pages_;
  Element element_;
  bool swapped_;
  VolumeInfo info_;
  mutable std::mutex mutex_;
  mutable std::vector<std::byte> block_;
};

std::string text_of(const PageForm& form) {
  return std::to_string(form.width) + "x" + std::to_string(form.height) + " pixels of " +
         std::to_string(form.bits) + " bits";
}

Element check_form(const TiffFile& file, const PageForm& form) {
  const std::string& name = file.file().name();
  if (form.samples != 1)
    throw Error("tiff", name, "has " + std::to_string(form.samples) + " values per pixel",
                "a volume has one; convert the images to grey values");
  const auto element = element_of(form);
  if (!element)
    throw Error("tiff", name, "has " + text_of(form) + " of format " + std::to_string(form.format),
                "expected integers of 8, 16 or 32 bits or floats");
  const auto rows = static_cast<std::int64_t>(form.height);
  if (rows < 1 || form.width < 1 || element_bytes(*element, form.width) > kMostPlaneBytes / rows)
    throw Error("tiff", name, "has images of " + text_of(form), "the file is damaged");
  if (!TIFFIsCODECConfigured(form.compression))
    throw Error(
        "tiff", name,
        "its compression (" + std::to_string(form.compression) + ") is not known to this libtiff",
        "write it again with LZW or deflate");
  return *element;
}

/// All images but reduced copies.
std::vector<Page> read_pages(TiffFile& file, const PageForm& form) {
  TIFF* const tiff = file.get();
  std::vector<Page> pages;
  std::string said;
  do {
    if (field<std::uint32_t>(tiff, TIFFTAG_SUBFILETYPE, 0) & FILETYPE_REDUCEDIMAGE) continue;
    const PageForm page = form_of(tiff);
    if (page != form)
      throw Error("tiff", file.file().name(),
                  "image " + std::to_string(pages.size()) + " has " + text_of(page) +
                      ", image 0 has " + text_of(form),
                  "a volume needs images of one size and type");
    pages.push_back({TIFFCurrentDirOffset(tiff), plain_offset(tiff, form)});
    file.failed(said);
  } while (TIFFReadDirectory(tiff));
  if (file.failed(said)) file.fail("ends within its list of images: " + said);
  if (pages.empty()) file.fail("has no image");
  return pages;
}

/// ImageJ writes stacks of more than 4 GB with one directory; the other images follow the first.
void add_imagej_images(const TiffFile& file, std::int64_t images, std::int64_t plane_bytes,
                       std::vector<Page>& pages) {
  if (pages.size() != 1 || images <= 1 || !pages.front().plain) return;
  const std::int64_t begin = *pages.front().plain;
  if (begin > file.file().size() || images > (file.file().size() - begin) / plane_bytes)
    throw Error("tiff", file.file().name(),
                "says that it has " + std::to_string(images) + " images, but ends before",
                "the file is incomplete; copy it again");
  for (std::int64_t z = 1; z < images; ++z)
    pages.push_back({pages.front().directory, begin + z * plane_bytes});
}

void check_dimensions(const TiffFile& file, const ImageJText& text) {
  const int longer = (text.channels > 1) + (text.slices > 1) + (text.frames > 1);
  if (text.channels > 1 || longer > 1)
    throw Error("tiff", file.file().name(),
                "is a stack of " + std::to_string(text.channels) + " channels, " +
                    std::to_string(text.slices) + " slices and " + std::to_string(text.frames) +
                    " frames",
                "save one channel and frame as a stack of its own");
}

Resolution resolution_of(TIFF* tiff) {
  Resolution resolution;
  float x = 0, y = 0;
  if (TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &x)) resolution.x = x;
  if (TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &y)) resolution.y = y;
  const auto unit = field<std::uint16_t>(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
  resolution.unit_angstrom = unit == RESUNIT_INCH ? 2.54e8 : unit == RESUNIT_CENTIMETER ? 1e8 : 0;
  return resolution;
}

std::string description_of(TIFF* tiff) {
  constexpr std::size_t kMostLetters = 1 << 16;
  char* text = nullptr;
  if (!TIFFGetField(tiff, TIFFTAG_IMAGEDESCRIPTION, &text) || text == nullptr) return {};
  return {text, ::strnlen(text, kMostLetters)};
}

}  // namespace

bool looks_like_tiff(std::span<const std::byte> head) {
  using namespace std::string_view_literals;
  constexpr std::array kMagics{"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv};
  return std::any_of(kMagics.begin(), kMagics.end(), [&](std::string_view magic) {
    return head.size() >= magic.size() && std::memcmp(head.data(), magic.data(), magic.size()) == 0;
  });
}

std::unique_ptr<VolumeSource> open_tiff(RandomFile plain, const VolumeReadOptions& options) {
  TiffFile file(std::move(plain));
  const PageForm form = form_of(file.get());
  const Element element = check_form(file, form);
  const std::string description = description_of(file.get());
  const ImageJText text = parse_imagej(description);
  check_dimensions(file, text);
  const Resolution resolution = resolution_of(file.get());
  const std::int64_t plane_bytes =
      element_bytes(element, form.width) * static_cast<std::int64_t>(form.height);
  std::vector<Page> pages = read_pages(file, form);
  add_imagej_images(file, text.images, plane_bytes, pages);
  const auto planes = static_cast<std::int64_t>(pages.size());
  VolumeInfo info;
  info.path = file.file().name();
  info.format = "tiff";
  info.mode = element_name(element);
  info.byte_order = TIFFIsBigEndian(file.get()) ? "big" : "little";
  if (form.compression != COMPRESSION_NONE) {
    const TIFFCodec* const codec = TIFFFindCODEC(form.compression);
    info.compression = codec ? codec->name : std::to_string(form.compression);
  }
  info.geometry.extent = {planes, form.height, form.width};
  if (text.present) read_geometry_text(description, info.geometry);
  set_tiff_voxel_size(info, text, resolution, planes);
  if (options.voxel_size_angstrom) info.warnings.clear();  // which are about the file's voxel size
  settle_voxel_size(info, options);
  return std::make_unique<TiffVolume>(std::move(file), std::move(pages), element, std::move(info));
}

}  // namespace dfe::io

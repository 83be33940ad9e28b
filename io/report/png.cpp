// SPDX-License-Identifier: Apache-2.0
// PNG: signature, header, one zlib stream of rows with the filter "up", end.
#include "io/report/png.hpp"

#include <zlib.h>

#include <algorithm>
#include <string_view>

#include "dfengine/error.hpp"

namespace dfe::io::report {

namespace {

void put32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((value >> shift) & 0xFF);
}

void put_chunk(std::string& out, std::string_view type, const std::string& data) {
  put32(out, static_cast<std::uint32_t>(data.size()));
  const std::string body = std::string(type) + data;
  out += body;
  put32(out, static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(body.data()),
                                              static_cast<uInt>(body.size()))));
}

}  // namespace

Image stacked(const std::vector<Image>& images) {
  Image all;
  for (const Image& image : images) all.width = std::max(all.width, image.width);
  for (const Image& image : images) {
    const std::size_t row = 3 * static_cast<std::size_t>(image.width),
                      rest = 3 * static_cast<std::size_t>(all.width) - row;
    for (int y = 0; y < image.height; ++y) {
      const auto begin = image.rgb.begin() + static_cast<std::ptrdiff_t>(row) * y;
      all.rgb.insert(all.rgb.end(), begin, begin + static_cast<std::ptrdiff_t>(row));
      all.rgb.insert(all.rgb.end(), rest, 255);
    }
    all.height += image.height;
  }
  return all;
}

std::string encode_png(const Image& image) {
  const auto row = static_cast<std::size_t>(image.width) * 3;
  if (image.width < 1 || image.height < 1 || image.width > 16384 || image.height > 16384 ||
      image.rgb.size() != row * static_cast<std::size_t>(image.height))
    throw Error("png", "",
                "an image of " + std::to_string(image.width) + " x " +
                    std::to_string(image.height) + " pixels cannot be written",
                "expected 1 to 16384 pixels along each edge");
  std::string raw;
  raw.reserve((row + 1) * static_cast<std::size_t>(image.height));
  for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y) {
    raw += '\2';  // each byte less the one above: equal rows become zeros
    for (std::size_t i = 0; i < row; ++i)
      raw += static_cast<char>(image.rgb[y * row + i] - (y > 0 ? image.rgb[(y - 1) * row + i] : 0));
  }
  uLongf size = compressBound(static_cast<uLong>(raw.size()));
  std::string packed(size, '\0');
  if (compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                reinterpret_cast<const Bytef*>(raw.data()), static_cast<uLong>(raw.size()),
                9) != Z_OK)
    throw Error("png", "", "zlib could not compress the image", "free some memory");
  packed.resize(size);

  std::string header;
  put32(header, static_cast<std::uint32_t>(image.width));
  put32(header, static_cast<std::uint32_t>(image.height));
  header +=
      std::string_view("\10\2\0\0\0", 5);  // 8 bits, RGB, deflate, adaptive filters, not interlaced
  std::string out = "\x89PNG\r\n\x1A\n";
  put_chunk(out, "IHDR", header);
  put_chunk(out, "IDAT", packed);
  put_chunk(out, "IEND", "");
  return out;
}

}  // namespace dfe::io::report

// SPDX-License-Identifier: Apache-2.0
// The two files that hold a motive list: EM (512 bytes of header, then 20 x N x 1 float32; also
// float64 and big-endian when reading) and CSV without a header.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "io/byte_reader.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/motl.hpp"
#include "io/lists/numbering.hpp"
#include "io/lists/place.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

constexpr std::size_t kHeader = 512, kType = 3, kSizes = 4;

struct EmShape {
  ByteOrder order;
  std::size_t particles, bytes_each;
};

/// The shape of an EM file whose bytes begin with `head`, where it is that of a motive list.
std::optional<EmShape> motl_shape(std::string_view head, std::uint64_t file_bytes) {
  if (head.size() < kHeader || static_cast<unsigned char>(head[0]) > 6) return std::nullopt;
  const std::size_t each = head[kType] == 5 ? 4 : head[kType] == 9 ? 8 : 0;
  if (each == 0) return std::nullopt;
  for (const ByteOrder order : {ByteOrder::Little, ByteOrder::Big}) {
    const ByteReader reader(std::as_bytes(std::span(head)), order, "em", "");
    const auto x = reader.at<std::uint32_t>(kSizes), n = reader.at<std::uint32_t>(kSizes + 4),
               z = reader.at<std::uint32_t>(kSizes + 8);
    if (x == kMotlRows && z == 1 && kHeader + std::uint64_t{n} * kMotlRows * each == file_bytes)
      return EmShape{order, n, each};
  }
  return std::nullopt;
}

/// DeePiCt writes "score,0,0,number,0,0,0,x,y,z,0,0,0,0,0,0,0,0,0,1", with indices of Python.
bool is_deepict(const std::vector<MotlColumn>& columns) {
  return !columns.empty() && std::all_of(columns.begin(), columns.end(), [](const MotlColumn& c) {
    for (const std::size_t row : {2, 3, 5, 6, 7, 11, 12, 13, 14, 15, 16, 17, 18, 19})
      if (c[row - 1] != 0) return false;
    return c[kMotlRows - 1] == 1;
  });
}

/// The cells of a line between commas.
std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells = split(line, ',');
  for (std::string_view& cell : cells) cell = trim(cell);
  return cells;
}

/// pandas writes the numbers of columns without names above them.
bool is_pandas_header(const std::vector<std::string_view>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (cells[i] != std::to_string(i)) return false;
  return cells.size() == kMotlRows;
}

}  // namespace

bool is_motl_em(std::string_view head, std::uint64_t file_bytes) {
  return motl_shape(head, file_bytes).has_value();
}

bool is_motl_csv(std::string_view line) {
  const std::vector<std::string_view> cells = cells_of(line);
  return cells.size() == kMotlRows && std::all_of(cells.begin(), cells.end(), [](const auto& cell) {
           return parse_number(cell).has_value();
         });
}

ParticleList parse_motl_em(std::string_view text, const std::string& name,
                           const ListOptions& options) {
  const std::optional<EmShape> shape = motl_shape(text, text.size());
  if (!shape)
    throw Error("em", name, "is not a motive list",
                "expected an EM file of 20 x N x 1 values in float32 or float64");
  const ByteReader reader(std::as_bytes(std::span(text)), shape->order, "em", name);
  std::vector<MotlColumn> columns(shape->particles);
  for (std::size_t i = 0; i < shape->particles * kMotlRows; ++i) {
    const std::size_t at = kHeader + i * shape->bytes_each;
    columns[i / kMotlRows][i % kMotlRows] =
        shape->bytes_each == 4 ? static_cast<double>(reader.at<float>(at)) : reader.at<double>(at);
  }
  return place(from_motl(columns, 1, "em", name), PositionUnit::Voxels, name, options);
}

std::string format_motl_em(const ParticleList& list) {
  const std::vector<MotlColumn> columns = to_motl(list, kMostInFloat);
  std::string out(kHeader, '\0');
  const auto put = [&out](std::size_t at, std::uint32_t value) {
    for (std::size_t byte = 0; byte < 4; ++byte)
      out[at + byte] = static_cast<char>(value >> (8 * byte) & 255);
  };
  out[0] = 6;  // a PC: little-endian
  out[kType] = 5;
  put(kSizes, kMotlRows);
  put(kSizes + 4, static_cast<std::uint32_t>(columns.size()));
  put(kSizes + 8, 1);
  out.resize(kHeader + columns.size() * kMotlRows * 4);
  std::size_t at = kHeader;
  for (const MotlColumn& column : columns)
    for (const double value : column) {
      constexpr double kLargest = std::numeric_limits<float>::max();
      const auto number = static_cast<float>(std::clamp(value, -kLargest, kLargest));
      std::uint32_t bits = 0;
      std::memcpy(&bits, &number, 4);
      put(at, bits);
      at += 4;
    }
  return out;
}

ParticleList parse_motl_csv(std::string_view text, const std::string& name,
                            const ListOptions& options) {
  std::vector<MotlColumn> columns;
  bool headed = false;
  for (std::int64_t line = 1; !text.empty(); ++line) {
    const std::string_view row = trim(next_line(text));
    if (row.empty() || row.front() == '#') continue;
    const std::vector<std::string_view> cells = cells_of(row);
    if (columns.empty() && !headed && is_pandas_header(cells)) {
      headed = true;
      continue;
    }
    MotlColumn& column = columns.emplace_back();
    for (std::size_t i = 0; i < kMotlRows; ++i) {
      const auto value = i < cells.size() ? parse_number(cells[i]) : std::nullopt;
      if (!value || cells.size() != kMotlRows)
        throw Error("motl", name, fmt::format("line {} is not 20 numbers", line),
                    "a motive list as CSV has no header and 20 columns");
      column[i] = *value;
    }
  }
  const bool deepict = is_deepict(columns);
  ParticleList list = from_motl(columns, deepict ? 0 : 1, "motl", name);
  if (headed)
    list.warnings.emplace_back(
        "the first line counts columns from 0 to 19, as pandas does, and is no particle");
  if (deepict)
    list.warnings.push_back(
        "the motive list has scores and positions only, as DeePiCt writes it; its positions are "
        "read as counting from 0");
  return place(std::move(list), PositionUnit::Voxels, name, options);
}

ParticleList parse_motl_table(const Table& table, const ListOptions& options) {
  constexpr std::array<std::string_view, kMotlRows> kNames{
      "score", "geom1", "geom2", "subtomo_id", "tomo_id", "object_id", "subtomo_mean",
      "x",     "y",     "z",     "shift_x",    "shift_y", "shift_z",   "geom3",
      "geom4", "geom5", "phi",   "psi",        "theta",   "class"};
  std::vector<MotlColumn> columns(table.rows());
  for (std::size_t i = 0; i < kMotlRows; ++i)
    if (const int column = table.find(kNames[i]); column >= 0)
      for (std::size_t row = 0; row < table.rows(); ++row) {
        const bool empty = trim(table.cell(row, column)).empty();  // as pandas writes NaN
        if (!empty || kNames[i].size() == 1) columns[row][i] = table.number(row, column);
      }
  return place(from_motl(columns, 1, "motl", table.file), PositionUnit::Voxels, table.file,
               options);
}

std::string format_motl_csv(const ParticleList& list) {
  std::string out;
  for (const MotlColumn& column : to_motl(list, kMostInDouble)) {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < column.size(); ++i)
      cells.push_back(is_measured_row(i + 1) ? format_exact(column[i])
                                             : format_number(column[i], 6, true));
    out += join(cells, ",") + '\n';
  }
  return out.empty() ? "\n" : out;  // a file of 0 bytes would be that of a killed job
}

}  // namespace dfe::io::lists

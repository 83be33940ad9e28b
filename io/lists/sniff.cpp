// SPDX-License-Identifier: Apache-2.0
// What a list's first bytes and its name say, see the header.
#include "io/lists/sniff.hpp"

#include <array>

#include "core/text.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/odd_texts.hpp"
#include "io/lists/text.hpp"
#include "io/random_file.hpp"

namespace dfe::io {

namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
  throw Error("list", name, what,
              "convert it to a format of docs/particle_lists.md: DeepFinder XML, RELION STAR, CSV "
              "and others");
}

bool has_utf16_mark(std::string_view text) {
  return text.substr(0, 2) == "\xFF\xFE" || text.substr(0, 2) == "\xFE\xFF";
}

/// The first line with something else than a comment.
std::string_view first_line(std::string_view text) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  std::string_view line;
  do {
    line = trim(next_line(text));
  } while (!text.empty() && (line.empty() || line.front() == '#'));
  return line;
}

}  // namespace

ListFormat lists::sniff(std::string_view text, const std::string& name, const std::string& ending) {
  if (is_motl_em(text, text.size())) return ListFormat::Motl;
  if (ending == ".em") refuse(name, "is an EM volume, not a motive list of 20 x N x 1 values");
  if (text.substr(0, 4) == "IMOD" || ending == ".mod") return ListFormat::Imod;
  refuse_utf16(text, name);
  if (text.substr(0, 2) == "\x1f\x8b" || text.find("1AY&SY") == 4)
    throw Error("list", name, "is compressed, and lists are read uncompressed",
                "unpack it with gunzip or bunzip2");
  if (text.substr(0, 4) == "PK\x03\x04")
    refuse(name, "is a spreadsheet or zip archive, which cannot be read");
  if (text.find('\0') != std::string_view::npos && !has_utf16_mark(text))
    refuse(name, "is a binary file, not a particle list");
  if (ending == ".box")
    refuse(name, "is a list of boxes in a micrograph (EMAN1), whose particles have no z");
  if (ending == ".coords") return ListFormat::Coords;
  if (ending == ".tbl") return ListFormat::Dynamo;

  const std::string_view line = first_line(text);
  if (line.empty() && ending == ".csv") return ListFormat::MotlCsv;  // others have a header
  if (text.find("<marker_set") != std::string_view::npos) return ListFormat::Markers;
  if (has_utf16_mark(text) || line.substr(0, 1) == "<") return ListFormat::Xml;
  if (is_stopgap_block(line)) return ListFormat::Stopgap;
  if (line.substr(0, 5) == "data_") return ListFormat::Star;
  if (is_motl_csv(line)) return ListFormat::MotlCsv;
  if (is_dynamo_row(line)) return ListFormat::Dynamo;
  if (line.substr(0, 1) == "{")
    return text.find("\"points\"") == std::string_view::npos ? ListFormat::Eman2
                                                             : ListFormat::Copick;
  return ending == ".txt" ? ListFormat::Shrec : ListFormat::Csv;
}

bool is_motive_list(const std::filesystem::path& path) {
  constexpr std::size_t kHeader = 512;
  std::error_code error;
  if (to_lower(path.extension().string()) != ".em" ||
      !std::filesystem::is_regular_file(path, error))
    return false;
  const RandomFile file(path);
  std::array<std::byte, kHeader> head{};
  if (file.size() < static_cast<std::int64_t>(kHeader)) return false;
  file.read(0, head.data(), kHeader);
  return lists::is_motl_em({reinterpret_cast<const char*>(head.data()), kHeader},
                           static_cast<std::uint64_t>(file.size()));
}

}  // namespace dfe::io

// SPDX-License-Identifier: Apache-2.0
// Texts that are no lists, see the header.
#include "io/lists/odd_texts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dfengine/error.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

/// The first cell of a column; empty where there is none.
std::string first_cell(const Table& table, std::string_view column) {
  const int found = table.find(column);
  return found >= 0 && table.rows() > 0 ? std::string(table.cell(0, found)) : std::string();
}

bool has_decimal_comma(std::string_view cell) {
  cell = trim(cell);
  if (std::count(cell.begin(), cell.end(), ',') != 1) return false;
  std::string number(cell);
  std::replace(number.begin(), number.end(), ',', '.');
  return parse_number(number).has_value();
}

}  // namespace

void refuse_utf16(std::string_view text, const std::string& name) {
  const bool marked = text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
  const std::string_view start = text.substr(marked ? 2 : 0, 400);
  constexpr std::size_t kEnough = 8;  // bytes; lists begin with ASCII letters and digits
  if (start.size() < kEnough) return;
  bool little = true, big = true;
  for (std::size_t i = 0; i < kEnough; ++i) {
    little = little && (start[i] == '\0') == (i % 2 == 1);
    big = big && (start[i] == '\0') == (i % 2 == 0);
  }
  if (!little && !big) return;
  std::string letters;
  for (std::size_t i = little ? 0 : 1; i < start.size(); i += 2) letters += start[i];
  const bool is_text = std::none_of(letters.begin(), letters.end(), [](unsigned char c) {
    return c < 32 && c != '\n' && c != '\r' && c != '\t';
  });
  const bool xml = trim(letters).substr(0, 1) == "<";  // whose reader knows UTF-16
  if (!is_text || (xml && letters.find("<marker_set") == std::string::npos)) return;
  throw Error("list", name, "is UTF-16 text", "save it as UTF-8, or as plain text");
}

void refuse_decimal_commas(std::string_view line, const std::string& name) {
  for (const char delimiter : {';', '\t', '|'}) {
    std::size_t cells = 0, commas = 0;
    for (const std::string_view cell : split(line, delimiter)) {
      ++cells;
      commas += has_decimal_comma(cell);
      if (!has_decimal_comma(cell) && !parse_number(cell)) cells = 0;
      if (cells == 0) break;
    }
    if (cells >= 3 && commas > 0)
      throw Error("csv", name, fmt::format("the numbers of {} have decimal commas", shown(line)),
                  "write them with decimal points: 10.5");
  }
}

void refuse_other_star(const std::vector<StarBlock>& blocks, const std::string& name) {
  for (const StarBlock& block : blocks) {
    const Table& t = block.table;
    if (const std::string particles = first_cell(t, "_rlnTomoParticlesFile"); !particles.empty()) {
      const std::string tomograms = first_cell(t, "_rlnTomoTomogramsFile");
      throw Error("star", name, "is an optimisation set of RELION, not a particle list",
                  fmt::format("give the list that it names, '{}'{}", particles,
                              tomograms.empty() ? std::string()
                                                : fmt::format(", with --tomograms {}", tomograms)));
    }
    if (t.find("_rlnTomoImportParticleFile") >= 0)
      throw Error("star", name, "names particle lists and holds none (RELION 5's import list)",
                  t.rows() == 0 ? "it names none: write it again"
                                : fmt::format("give the lists themselves, such as '{}'",
                                              first_cell(t, "_rlnTomoImportParticleFile")));
    if (t.find("_wrpMovieName") >= 0)
      throw Error("star", name, "is a tilt series of Warp, not a particle list",
                  "give it with --tomograms");
    if (t.find("_rlnTomoName") >= 0 &&
        (t.find("_rlnTomoSizeX") >= 0 || t.find("_rlnTomoTiltSeriesStarFile") >= 0))
      throw Error("star", name, "is a table of tomograms, not a particle list",
                  "give it with --tomograms");
  }
}

void refuse_second_list(const std::string& area, const std::string& file) {
  throw Error(area, file, "has more than one list, one after the other",
              "give each a file of its own; 'dfengine convert A B OUT' joins them");
}

}  // namespace dfe::io::lists

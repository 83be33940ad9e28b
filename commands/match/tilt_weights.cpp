// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "commands/match/tilt_weights.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/text.hpp"
#include "io/random_file.hpp"

namespace dfe {

namespace {

constexpr std::int64_t kMostBytes = 1 << 20;

std::vector<double> numbers_of(std::string_view line) {
  std::string blanks(line);
  std::replace(blanks.begin(), blanks.end(), ',', ' ');
  std::vector<double> numbers;
  for (const std::string_view word : words_of(blanks)) {
    const std::optional<double> number = parse_as<double>(word);
    if (!number) return {};
    numbers.push_back(*number);
  }
  return numbers;
}

[[noreturn]] void refuse_range(const std::string& range) {
  throw Error(ErrorKind::Usage, "--tilt-range", range, "cannot be used",
              "give the first and the last tilt in degrees, between -90 and 90: -60,60");
}

}  // namespace

TiltTable parse_tilts(std::string_view text, const std::string& name) {
  TiltTable table;
  std::size_t columns = 0;
  for (std::int64_t number = 1; !text.empty(); ++number) {
    const std::string_view line = trim(next_line(text));
    if (line.empty() || line.front() == '#') continue;
    const std::vector<double> values = numbers_of(line);
    const auto refuse = [&](const std::string& fact) {
      throw Error("tilts", name, "line " + std::to_string(number) + " " + fact,
                  "expected the angle in degrees, then the dose and the defocus in Å if known");
    };
    if (values.empty() || values.size() > 3) refuse("is no tilt");
    if (columns == 0) columns = values.size();
    if (values.size() != columns) refuse("has another number of values than the first");
    if (std::abs(values[0]) > 90) refuse("has an angle beyond 90 degrees");
    if (columns > 1 && values[1] < 0) refuse("has a dose below 0");
    table.images.push_back({values[0], columns > 1 ? values[1] : 0, columns > 2 ? values[2] : 0});
  }
  if (table.images.size() < 2)
    throw Error("tilts", name, "fewer than two tilts in the file", "expected one per line");
  table.dose = columns > 1;
  table.defocus = columns > 2;
  return table;
}

TiltWeights::TiltWeights(const MatchTilts& tilts) : asked_(tilts) {
  if (!tilts.range.empty() && !tilts.table.empty())
    throw Error(ErrorKind::Usage, "match", "--tilt-range", "cannot go with --tilts",
                "choose one of them");
  if (!tilts.range.empty()) {
    const std::vector<double> ends = numbers_of(tilts.range);
    if (ends.size() != 2 || ends[0] <= -90 || ends[1] >= 90 || ends[0] >= ends[1])
      refuse_range(tilts.range);
    first_ = ends[0];
    last_ = ends[1];
  }
  if (tilts.table.empty()) return;
  const io::RandomFile file(tilts.table);
  if (file.size() > kMostBytes)
    throw Error("tilts", tilts.table, "is larger than 1 MiB", "expected one line per tilt");
  table_ = parse_tilts(file.text(), tilts.table);
}

Volume<float> TiltWeights::of_box(const Extent3& box, double voxel_angstrom) const {
  if (!asked_.range.empty()) return math::wedge_weights(box, first_, last_);
  if (asked_.table.empty()) return {};
  math::TiltWeighting weighting;
  weighting.voxel_angstrom = voxel_angstrom;
  weighting.exposure = table_.dose;
  weighting.ctf = table_.defocus;
  weighting.absolute_ctf = asked_.phase_flipped;
  weighting.microscope = asked_.microscope;
  return math::tilt_weights(box, table_.images, weighting);
}

io::MatchTilts TiltWeights::record() const {
  io::MatchTilts record;
  if (!asked_.range.empty()) record.angles_deg = {first_, last_};
  for (const math::TiltImage& image : table_.images) {
    record.angles_deg.push_back(image.tilt_deg);
    if (table_.dose) record.doses.push_back(image.dose);
    if (table_.defocus)
      record.ctf.push_back({image.defocus_angstrom, asked_.microscope.voltage_kv,
                            asked_.microscope.spherical_aberration_mm,
                            asked_.microscope.amplitude_contrast, 0, asked_.phase_flipped});
  }
  record.per_tilt_weights = !table_.images.empty();
  return record;
}

}  // namespace dfe

// SPDX-License-Identifier: Apache-2.0
// Rows of a motive list, as TOM and AV3 define them and as cryoCAT, ArtiaX and STOPGAP's converters
// use them: 1 score, 4 particle number, 5 tomogram, 8 to 10 position from 1, 11 to 13 shift, 17
// phi, 18 psi, 19 the, 20 class. Row 7 is the tomogram in AV3 and the wedge in Artiatomi; it is
// written as row 5.
#include "io/lists/motl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "io/lists/euler.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/kept_columns.hpp"
#include "io/lists/numbering.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

constexpr std::size_t kScore = 1, kParticle = 4, kTomogram = 5, kObject = 6, kTomogramToo = 7,
                      kPosition = 8, kShift = 11, kPhi = 17, kPsi = 18, kThe = 19, kClass = 20;
constexpr std::array<std::size_t, 7> kFree{2, 3, 6, 7, 14, 15, 16};  // kept as "motl_2", ...
constexpr std::string_view kExtra = "motl_";

class Reader {
 public:
  Reader(const std::vector<MotlColumn>& columns, double first, const std::string& area,
         const std::string& name)
      : columns_(columns), first_(first), area_(area), name_(name), numbers_(list_) {}

  ParticleList run() {
    const std::size_t tomogram_row =
        !any(kTomogram) && all_numbers(kTomogramToo) ? kTomogramToo : kTomogram;
    const std::size_t number_row = any(kParticle) || !any(kObject) ? kParticle : kObject;
    TomogramNames tomograms(list_.tomograms);
    for (const MotlColumn& c : columns_) {
      column_ = &c;
      Particle& particle = list_.particles.emplace_back();
      if (any(number_row)) particle.object_id = whole(number_row, kMostInDouble);
      numbers_.set_class(particle, whole(kClass, kMaxClassLabel));
      const Point3 position = point(kPosition);
      const double more = 1 - first_;
      numbers_.set_position(particle, {position.z + more, position.y + more, position.x + more},
                            point(kShift));
      numbers_.set_result(particle, at(kScore), from_zxz({at(kPhi), at(kPsi), at(kThe)}));
      if (const std::int64_t number = whole(tomogram_row, kMostInFloat); number > 0)
        particle.tomogram = tomograms.index_of(std::to_string(number));
    }
    for (ListTomogram& tomogram : list_.tomograms) tomogram.numbered = true;
    numbers_.finish();
    keep_extra_columns();
    return std::move(list_);
  }

 private:
  bool any(std::size_t row) const {
    return std::any_of(columns_.begin(), columns_.end(),
                       [&](const MotlColumn& c) { return c[row - 1] != 0; });
  }

  /// Whether a row may have numbers of tomograms. cryoCAT has the mean grey value in row 7.
  bool all_numbers(std::size_t row) const {
    return std::all_of(columns_.begin(), columns_.end(), [&](const MotlColumn& c) {
      const double value = c[row - 1];
      return value >= 0 && value <= static_cast<double>(kMostInFloat) && value == std::floor(value);
    });
  }

  [[noreturn]] void fail(std::size_t row, const std::string& remedy) const {
    throw Error(area_, name_,
                fmt::format("row {} of particle {} is {:.6g}", row, column_ - columns_.data() + 1,
                            (*column_)[row - 1]),
                remedy);
  }
  double at(std::size_t row) const {
    const double value = (*column_)[row - 1];
    if (!std::isfinite(value)) fail(row, "expected a finite number");
    return value;
  }
  std::int64_t whole(std::size_t row, std::int64_t most) const {
    const double value = at(row);
    if (value < 0 || value > static_cast<double>(most) || value != std::floor(value))
      fail(row, fmt::format("expected a whole number from 0 to {}", most));
    return static_cast<std::int64_t>(value);
  }
  Point3 point(std::size_t row) const { return {at(row + 2), at(row + 1), at(row)}; }

  void keep_extra_columns() {
    for (const std::size_t row : kFree) {
      const bool told_elsewhere =
          row == kTomogramToo && std::all_of(columns_.begin(), columns_.end(), [](const auto& c) {
            return c[kTomogramToo - 1] == c[kTomogram - 1];
          });
      const bool one =
          row == kObject && std::all_of(columns_.begin(), columns_.end(),
                                        [](const auto& c) { return c[kObject - 1] == 1; });
      if (!any(row) || told_elsewhere || one) continue;
      ExtraColumn extra{std::string(kExtra) + std::to_string(row), {}};
      for (const MotlColumn& c : columns_)
        extra.values.push_back(std::isfinite(c[row - 1]) ? format_exact(c[row - 1]) : "0");
      list_.extra_columns.push_back(std::move(extra));
    }
  }

  const std::vector<MotlColumn>& columns_;
  const double first_;
  const std::string &area_, &name_;
  const MotlColumn* column_ = nullptr;
  ParticleList list_;
  NumberedReader numbers_;
};

}  // namespace

ParticleList from_motl(const std::vector<MotlColumn>& columns, double first,
                       const std::string& area, const std::string& name) {
  return Reader(columns, first, area, name).run();
}

bool is_motl_column(std::string_view name) {
  return std::any_of(kFree.begin(), kFree.end(), [&](std::size_t row) {
    return name == std::string(kExtra) + std::to_string(row);
  });
}

bool is_measured_row(std::size_t row) {
  return row == kScore || std::find(kFree.begin(), kFree.end(), row) != kFree.end();
}

std::vector<MotlColumn> to_motl(const ParticleList& list, std::int64_t most) {
  const std::vector<int> tomograms = tomogram_numbers(list);
  const std::vector<std::int64_t> numbers = particle_numbers(list, most);
  std::vector<MotlColumn> columns(list.particles.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Particle& p = list.particles[i];
    const auto set = [&](std::size_t row, double value) { columns[i][row - 1] = value; };
    set(kScore, p.score.value_or(0));
    set(kParticle, static_cast<double>(numbers[i]));
    set(kTomogram, p.tomogram ? tomograms[static_cast<std::size_t>(*p.tomogram)] : 0);
    set(kObject, 1);
    set(kTomogramToo, columns[i][kTomogram - 1]);
    for (const ExtraColumn& extra : list.extra_columns)
      for (const std::size_t row : kFree)
        if (extra.name == std::string(kExtra) + std::to_string(row))
          set(row, parse_number(extra.values[i]).value_or(0));
    const auto [whole, shift] = whole_and_shift(p.position_voxels);
    set(kPosition, whole.x);
    set(kPosition + 1, whole.y);
    set(kPosition + 2, whole.z);
    set(kShift, shift.x);
    set(kShift + 1, shift.y);
    set(kShift + 2, shift.z);
    const ZxzAngles a = p.orientation ? to_zxz(*p.orientation) : ZxzAngles{};
    set(kPhi, a.phi);
    set(kPsi, a.psi);
    set(kThe, a.the);
    set(kClass, p.class_label);
  }
  return columns;
}

}  // namespace dfe::io::lists

// SPDX-License-Identifier: Apache-2.0
// From a file's numbers to voxels, see the header.
#include "io/lists/place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/particle_lists.hpp"
#include "core/voxel_size.hpp"
#include "io/lists/angstrom_sizes.hpp"
#include "io/lists/called.hpp"
#include "io/lists/place_step.hpp"
#include "io/lists/tomogram_match.hpp"
#include "io/lists/unused_options.hpp"

namespace dfe::io::lists {

namespace {

constexpr double kWhole = 0.01;  // as far as headers of the same binning differ from a whole number

bool is_whole(double factor) { return std::abs(factor / std::round(factor) - 1) <= kWhole; }

class Placer {
 public:
  Placer(ParticleList list, PositionUnit unit, const std::string& file, const ListOptions& options)
      : list_(std::move(list)), unit_(unit), file_(file), options_(options) {
    check_binning(options, options.settings.binning);
    name_unnamed(list_, options.tomogram_name);
    warn_unused_binning(list_, unit, options);
  }

  ParticleList run(const std::vector<Point3>& shifts) {
    const std::vector<const ListTomogram*> known = match_tomograms(list_, file_, options_);
    std::vector<Step> steps;
    std::vector<bool> used(list_.tomograms.size() + 1);
    for (const Particle& particle : list_.particles) used[slot_of(particle)] = true;
    for (std::size_t i = 0; i <= list_.tomograms.size(); ++i)
      steps.push_back(settle(at(i), known[i], used[i]));
    for (std::size_t i = 0; i < list_.particles.size(); ++i) {
      Particle& particle = list_.particles[i];
      Point3& p = particle.position_voxels;
      p = steps[slot_of(particle)](p);
      if (!shifts.empty()) p = shifted(p, shifts[i], list_.tomogram_of(particle));
    }
    return std::move(list_);
  }

 private:
  [[noreturn]] void fail(const std::string& fact, const std::string& remedy) const {
    throw Error(ErrorKind::Usage, "list", file_, fact, remedy);
  }

  /// The named tomograms, then the one of particles without.
  ListTomogram& at(std::size_t slot) {
    return slot < list_.tomograms.size() ? list_.tomograms[slot] : list_.unnamed;
  }
  std::size_t slot_of(const Particle& particle) const {
    return particle.tomogram ? static_cast<std::size_t>(*particle.tomogram)
                             : list_.tomograms.size();
  }

  /// Decides voxel size, size and binning of a tomogram; `stated` in the list until then.
  Step settle(ListTomogram& t, const ListTomogram* known, bool used) {
    const ListTomogram stated = t;
    note_teller(t, file_);
    if (known) take_known(t, *known);
    if (options_.voxel_size) {
      t.voxel_size = *options_.voxel_size;
      t.voxel_size_from = FactSource::Option;
      t.told_by = options_.settings.voxel_size;
    }
    const double b = find_binning(t, {stated.voxel_size, known && is_unbinned(*known), used});
    if (is_own_size(t)) t.voxel_size = scaled(stated.voxel_size, b);
    if (used && unit_ == PositionUnit::Angstrom) compare_sizes(list_, stated, t, file_, options_);
    if (t.size_from == FactSource::List)
      t.size_voxels = scaled(t.size_voxels, 1 / b);
    else if (used)
      check_size(t, scaled(stated.size_voxels, 1 / b));
    if (t.binning_from == FactSource::Unknown) t.binning = 0;
    return used ? step_if_known(t, b) : Step{};
  }

  /// Sizes may differ by what binning cuts off.
  void check_size(const ListTomogram& t, const Point3& stated) const {
    const auto differ = [](double a, double b) {
      return a > 0 && b > 0 && std::abs(a - b) > 1 + kWhole * b;
    };
    if (!(differ(stated.z, t.size_voxels.z) || differ(stated.y, t.size_voxels.y) ||
          differ(stated.x, t.size_voxels.x)))
      return;
    fail(fmt::format("is of a tomogram of {}, but {} has {}", lengths_text(stated), teller(t),
                     lengths_text(t.size_voxels)),
         "use the tomogram that the list was made in");
  }

  void take_known(ListTomogram& t, const ListTomogram& described) const {
    const ListTomogram known = options_.binning && is_unbinned(described)
                                   ? binned(described, *options_.binning)
                                   : described;
    if (t.numbered && !known.name.empty()) {
      t.name = options_.tomogram_name.empty() ? known.name : options_.tomogram_name;
      t.numbered = false;
    }
    if (known.voxel_size.known()) {
      t.voxel_size = known.voxel_size;
      t.voxel_size_from = FactSource::Tomogram;
      t.told_by = known.told_by;
    }
    if (known.size_voxels != Point3{}) {
      t.size_voxels = known.size_voxels;
      t.size_from = FactSource::Tomogram;
    }
    if (known.binning > 0) {
      t.binning = known.binning;
      t.binning_from = known.binning_from;
    }
  }

  /// What was said of a tomogram: `pixel` by the list, the others by what describes it.
  struct Said {
    VoxelSize pixel;  ///< of the list's pixels; may be unknown
    bool unbinned;    ///< described by its unbinned pixels
    bool used;        ///< the list has particles there
  };

  /// Pixels of the list per voxel.
  double find_binning(ListTomogram& t, const Said& said) {
    const ListTomogram described = t;
    if (options_.binning) {
      t.binning = *options_.binning;
      t.binning_from = FactSource::Option;
    }
    const bool pixels = unit_ == PositionUnit::Voxels || unit_ == PositionUnit::CentredVoxels;
    const bool both = said.pixel.known() && t.voxel_size_from == FactSource::Tomogram;
    if (options_.binning && said.used && !both) check_stated_binning(described, pixels);
    if (pixels) return both ? pixels_per_voxel(t, said, described) : options_.binning.value_or(1);
    const bool centred =
        unit_ == PositionUnit::CentredAngstrom || unit_ == PositionUnit::MiddleAngstrom;
    if (both && centred) return unbinned_per_voxel(t, said, described);
    if (options_.binning) return *options_.binning;
    if (described.binning > 0) return described.binning;
    if (!said.pixel.known() || t.voxel_size_from != FactSource::Option) return 1;
    const double b = t.voxel_size.mean_angstrom() / said.pixel.mean_angstrom();
    if (!centred) return b;
    if (b < 1 - kWhole) return 1;  // the list's size is the wrong one
    t.binning = is_whole(b) ? std::round(b) : b;
    t.binning_from = FactSource::List;
    return t.binning;
  }

  /// A list without a pixel size cannot tell that an option contradicts the table of tomograms.
  void check_stated_binning(const ListTomogram& described, bool pixels) const {
    const double given = *options_.binning, stated = described.binning;
    if (described.binning_from != FactSource::Tomogram || (pixels && given == 1) ||
        std::abs(given / stated - 1) <= kWhole)
      return;
    fail(fmt::format("{} is {:.4g}, but {} has a binning of {:.4g}", options_.settings.binning,
                     given, teller(described), stated),
         fmt::format("leave {} out, or correct the table", options_.settings.binning));
  }

  /// A list and a tomogram that both state a size, where positions count pixels.
  double pixels_per_voxel(const ListTomogram& t, const Said& said,
                          const ListTomogram& described) const {
    const double given = options_.binning.value_or(1);
    if (same_voxel_size(scaled(said.pixel, given), t.voxel_size)) return given;
    const double stated = described.binning;
    if (!options_.binning && stated > 0 &&
        same_voxel_size(scaled(said.pixel, stated), t.voxel_size))
      return stated;
    if (said.used) refuse_sizes(t, said, described.binning, "positions in pixels");
    return given;
  }

  /// The same where positions are in Å and count from the centre; the pixels are unbinned, or those
  /// of the tomogram itself in lists that were made without its binning.
  double unbinned_per_voxel(ListTomogram& t, const Said& said,
                            const ListTomogram& described) const {
    const bool same = same_voxel_size(said.pixel, t.voxel_size);
    const double ratio = t.voxel_size.mean_angstrom() / said.pixel.mean_angstrom();
    const double b = options_.binning        ? *options_.binning
                     : same                  ? 1
                     : described.binning > 0 ? described.binning
                     : is_whole(ratio)       ? std::round(ratio)
                                             : ratio;
    if (b < 1 - kWhole || !same_voxel_size(scaled(said.pixel, b), t.voxel_size)) {
      if (said.used) refuse_sizes(t, said, described.binning, "unbinned pixels");
      return b;
    }
    if (!options_.binning && described.binning <= 0) {
      t.binning = b;
      t.binning_from = FactSource::List;
    }
    return b;
  }

  [[noreturn]] void refuse_sizes(const ListTomogram& t, const Said& said, double stated,
                                 const char* what) const {
    const auto given = options_.binning
                           ? fmt::format(" ({} with {} {:.4g})",
                                         voxel_size_text(scaled(said.pixel, *options_.binning)),
                                         options_.settings.binning, *options_.binning)
                           : std::string();
    fail(fmt::format("has {} of {}{}{}, but {} has voxels of {}", what, voxel_size_text(said.pixel),
                     given, of(t), teller(t), voxel_size_text(t.voxel_size)),
         remedy_for(t, said, stated));
  }

  static std::string teller(const ListTomogram& t) {
    return t.told_by.empty() ? std::string("the tomogram") : "'" + t.told_by + "'";
  }

  /// The list with the smaller pixels is the one that counts unbinned ones. A binning is advised
  /// only where it makes the sizes agree; pixels larger than the tomogram's voxels are those of
  /// another tomogram.
  std::string remedy_for(const ListTomogram& t, const Said& said, double stated) const {
    const ListSettings& s = options_.settings;
    const double factor = t.voxel_size.mean_angstrom() / said.pixel.mean_angstrom();
    const auto fits = [&](double b) {
      return b > 0 && same_voxel_size(scaled(said.pixel, b), t.voxel_size);
    };
    const auto give = [&s](const std::string& setting, double value, const std::string& when) {
      return fmt::format("give {} {:.4g} if {}, or {} if a size is wrong", setting, value, when,
                         s.voxel_size);
    };
    if (options_.binning && !said.unbinned && (fits(1) || fits(stated)))
      return fmt::format("leave {} out, or give {} if a size is wrong", s.binning, s.voxel_size);
    if (!fits(factor) || said.unbinned)
      return fmt::format("correct the header that is wrong, or give {}", s.voxel_size);
    if (factor > 1) return give(s.binning, factor, "the list's pixels are unbinned");
    if (!s.known_binning.empty())
      return give(s.known_binning, 1 / factor, "those pixels are unbinned");
    return fmt::format("use the tomogram that the list was made in, or give {} if a size is wrong",
                       s.voxel_size);
  }

  void need_voxel_size(const ListTomogram& t) const {
    if (!t.voxel_size.known())
      fail("positions are in Å, but the voxel size is unknown" + of(t),
           fmt::format("give {}, or the tomogram with {}", options_.settings.voxel_size,
                       options_.settings.tomograms));
  }

  void need_size(const ListTomogram& t, const std::string& fact) const {
    if (t.size_voxels == Point3{})
      fail(fact + ", but its size is unknown" + of(t),
           fmt::format("give {}", options_.settings.tomograms));
  }

  std::string of(const ListTomogram& t) const {
    return list_.tomograms.size() > 1 && !t.name.empty() ? " for the tomogram '" + t.name + "'"
                                                         : std::string();
  }

  Step step_if_known(const ListTomogram& t, double b) const {
    try {
      return step(t, b);
    } catch (const Error&) {
      if (options_.need_positions) throw;
      return {{}, {NAN, NAN, NAN}};
    }
  }

  Step step(const ListTomogram& t, double b) const {
    const VoxelSize& v = t.voxel_size;
    const Point3& n = t.size_voxels;
    switch (unit_) {
      case PositionUnit::Voxels:
        return step_of_binning(b);
      case PositionUnit::Angstrom:
        need_voxel_size(t);
        return {{1 / v.z_angstrom, 1 / v.y_angstrom, 1 / v.x_angstrom}, {}};
      case PositionUnit::Fractions:
        need_size(t, "positions are fractions of the tomogram");
        return {n, {}};
      case PositionUnit::MiddleAngstrom:
        need_size(t, "positions count from the tomogram's centre");
        need_voxel_size(t);
        return {{1 / v.z_angstrom, 1 / v.y_angstrom, 1 / v.x_angstrom},
                {std::floor(n.z / 2), std::floor(n.y / 2), std::floor(n.x / 2)}};
      case PositionUnit::CentredAngstrom:
      case PositionUnit::CentredVoxels:
        break;
    }
    need_size(t, "positions count from the tomogram's centre");
    Step s = step_of_binning(b);
    s.offset = {s.offset.z + n.z / 2, s.offset.y + n.y / 2, s.offset.x + n.x / 2};
    if (unit_ == PositionUnit::CentredAngstrom) {
      need_voxel_size(t);
      s.scale = {1 / v.z_angstrom, 1 / v.y_angstrom, 1 / v.x_angstrom};
    }
    return s;
  }

  Point3 shifted(const Point3& p, const Point3& shift, const ListTomogram& t) const {
    if (shift == Point3{}) return p;
    if (options_.need_positions) need_voxel_size(t);
    const VoxelSize& v = t.voxel_size;
    return {p.z - shift.z / v.z_angstrom, p.y - shift.y / v.y_angstrom,
            p.x - shift.x / v.x_angstrom};
  }

  ParticleList list_;
  PositionUnit unit_;
  const std::string& file_;
  const ListOptions& options_;
};

}  // namespace

ParticleList place(ParticleList list, PositionUnit unit, const std::string& file,
                   const ListOptions& options, const std::vector<Point3>& shifts_angstrom) {
  refuse_partly_named(list, file);
  join_spellings(list, "list");
  warn_of_other_name(list, file, options);
  return Placer(std::move(list), unit, file, named_by_file(options, file)).run(shifts_angstrom);
}

}  // namespace dfe::io::lists

// SPDX-License-Identifier: Apache-2.0
// Columns with another pixel size, see the header.
#include "io/lists/relion_stale.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string_view>

#include "io/lists/relion.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

constexpr double kSame = 0.01;  // as two statements about one tomogram may differ

bool near(double a, double b) { return std::abs(a - b) <= kSame * b; }

std::string_view unprefixed(std::string_view name) {
  return name.starts_with(kOpticsPrefix) ? name.substr(kOpticsPrefix.size()) : name;
}

class Stale {
 public:
  Stale(const ParticleList& pixels, const ParticleList& list) : pixels_(pixels), list_(list) {
    for (const ExtraColumn& column : pixels.extra_columns)
      columns_.try_emplace(unprefixed(column.name), &column);
  }

  /// Names of the columns that some row contradicts.
  std::set<std::string_view> run() {
    for (std::size_t row = 0; row < pixels_.particles.size(); ++row) check(row);
    return std::move(stale_);
  }

 private:
  void check(std::size_t row) {
    const double pixel = pixel_of(pixels_, row);
    if (pixel <= 0) return;
    if (const double original = number(kOriginal, row); original > 0 && !near(original, pixel))
      stale_.insert(kOriginal);
    const double image = number(kImage, row), binning = number(kBinning, row);
    if (image > 0 && image < pixel && !near(image, pixel)) stale_.insert(kImage);
    if (binning > 0 && (image > 0 ? !near(image, binning * pixel) : rebinned(row, pixel)))
      stale_.insert(kBinning);
    const double detector = number(kDetector, row), magnification = number(kMagnification, row);
    constexpr double kPlain = 1e4;  // the detector's pixels are in µm
    const double shown = detector * kPlain / (magnification > 0 ? magnification : kPlain);
    if (detector > 0 && !near(shown, pixel)) stale_.insert({kDetector, kMagnification});
  }

  bool rebinned(std::size_t row, double pixel) const {
    const double binning = list_.tomogram_of(list_.particles[row]).binning;
    return !near(pixel, pixel_of(list_, row) / (binning > 0 ? binning : 1));
  }

  static double pixel_of(const ParticleList& list, std::size_t row) {
    return list.tomogram_of(list.particles[row]).voxel_size.mean_angstrom();
  }

  double number(std::string_view name, std::size_t row) const {
    const auto found = columns_.find(name);
    return found == columns_.end() ? 0 : parse_number(found->second->values[row]).value_or(0);
  }

  static constexpr std::string_view kOriginal = "_rlnMicrographOriginalPixelSize",
                                    kImage = "_rlnImagePixelSize",
                                    kBinning = "_rlnTomoSubtomogramBinning",
                                    kDetector = "_rlnDetectorPixelSize",
                                    kMagnification = "_rlnMagnification";
  const ParticleList &pixels_, &list_;
  std::map<std::string_view, const ExtraColumn*> columns_;
  std::set<std::string_view> stale_;
};

}  // namespace

std::vector<std::string> drop_stale_columns(ParticleList& pixels, const ParticleList& list) {
  const std::set<std::string_view> stale = Stale(pixels, list).run();
  std::vector<std::string> said;
  std::erase_if(pixels.extra_columns, [&](const ExtraColumn& column) {
    const std::string_view name = unprefixed(column.name);
    if (!stale.contains(name)) return false;
    said.push_back("column " + std::string(name.substr(1)) +
                   " contradicts the pixel size that is written, so it is left out");
    return true;
  });
  return said;
}

}  // namespace dfe::io::lists

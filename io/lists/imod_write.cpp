// SPDX-License-Identifier: Apache-2.0
// Writes IMOD models for 3dmod: an object of scattered points per class, with a contour per
// tomogram. No MINX chunk: without it 3dmod takes the points for indices of whatever image it
// shows, whose origin is not known here.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <map>

#include "io/lists/formats.hpp"
#include "io/lists/imod_model.hpp"

namespace dfe::io::lists {

namespace {

using namespace imod;

constexpr double kDefaultRadius = 5;  // voxels, where no particle has a cluster size
constexpr double kPi = 3.14159265358979323846;

/// Colours of the classes, far apart; those after the last begin again.
constexpr std::array<std::array<float, 3>, 8> kColours{{{0, 1, 0},
                                                        {1, 1, 0},
                                                        {0, 1, 1},
                                                        {1, 0, 1},
                                                        {1, 0.5F, 0},
                                                        {0.4F, 0.6F, 1},
                                                        {1, 0.3F, 0.3F},
                                                        {0.8F, 0.8F, 0.8F}}};

/// Bytes of big-endian numbers, appended or set in place.
class Bytes {
 public:
  std::string take() { return std::move(bytes_); }
  std::size_t size() const { return bytes_.size(); }

  void text(std::string_view text) { bytes_ += text; }
  void zeros(std::size_t count) { bytes_.append(count, '\0'); }
  void u32(std::uint32_t value) {
    zeros(4);
    set(bytes_.size() - 4, value);
  }
  void u16(std::uint16_t value) {
    bytes_ += static_cast<char>(value >> 8);
    bytes_ += static_cast<char>(value & 255);
  }
  void real(double value) { u32(float_bits(value)); }

  void set(std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i)
      bytes_[at + i] = static_cast<char>(value >> (24 - 8 * i) & 255);
  }
  void set_real(std::size_t at, double value) { set(at, float_bits(value)); }
  void set_byte(std::size_t at, int value) { bytes_[at] = static_cast<char>(value); }
  void set_text(std::size_t at, std::string_view text, std::size_t room) {
    std::copy_n(text.begin(), std::min(text.size(), room - 1),
                bytes_.begin() + static_cast<std::ptrdiff_t>(at));
  }

 private:
  static std::uint32_t float_bits(double value) {
    constexpr double kLargest = std::numeric_limits<float>::max();
    return std::bit_cast<std::uint32_t>(static_cast<float>(std::clamp(value, -kLargest, kLargest)));
  }
  std::string bytes_;
};

class Writer {
 public:
  explicit Writer(const ParticleList& list) : list_(list) {
    for (const Particle& p : list.particles) {
      contours_[p.class_label][p.tomogram.value_or(-1)].push_back(&p);
      classes_ = std::max(classes_, p.class_label);
    }
    classes_ = std::max(classes_, static_cast<int>(list.class_names.size()) - 1);
  }

  std::string run() {
    write_model();
    for (int label = 1; label <= classes_; ++label) write_object(label);
    out_.text(kEnd);
    return out_.take();
  }

 private:
  void write_model() {
    out_.text(kMagic);
    out_.zeros(kModelBytes - kMagic.size());
    out_.set_text(kName, "dfengine", 128);
    Point3 most{1, 1, 1};
    for (const Particle& p : list_.particles) {
      const Point3 &at = p.position_voxels, &size = list_.tomogram_of(p).size_voxels;
      most = {std::max({most.z, at.z + 1, size.z}), std::max({most.y, at.y + 1, size.y}),
              std::max({most.x, at.x + 1, size.x})};
    }
    out_.set(kMaxima, static_cast<std::uint32_t>(std::ceil(most.x)));
    out_.set(kMaxima + 4, static_cast<std::uint32_t>(std::ceil(most.y)));
    out_.set(kMaxima + 8, static_cast<std::uint32_t>(std::ceil(most.z)));
    out_.set(kObjects, static_cast<std::uint32_t>(classes_));
    out_.set(kFlags, kZFromMinusHalf | kNewTo3dmod | kMultipleClip | kMaterialBytes);
    out_.set(kDrawMode, 1);
    out_.set(kMouseMode, 1);
    out_.set(kWhiteLevel, 255);
    const VoxelSize size = one_voxel_size(list_);
    out_.set_real(kScales, 1);
    out_.set_real(kScales + 4, 1);
    out_.set_real(kScales + 8, size.known() ? size.z_angstrom / size.x_angstrom : 1);
    out_.set(kRes, 3);
    out_.set(kThreshold, 128);
    constexpr std::int32_t kAngstrom = -10, kPixels = 0;
    out_.set_real(kPixelSize, size.known() ? size.x_angstrom : 1);
    out_.set(kUnits, static_cast<std::uint32_t>(size.known() ? kAngstrom : kPixels));
  }

  void write_object(int label) {
    const auto& contours = contours_[label];
    out_.text("OBJT");
    const std::size_t begin = out_.size();
    out_.zeros(kObjectBytes);
    const auto index = static_cast<std::size_t>(label);
    if (index < list_.class_names.size())
      out_.set_text(begin, imod_object_name(list_.class_names[index]), kObjectName);
    out_.set(begin + kContours, static_cast<std::uint32_t>(contours.size()));
    out_.set(begin + kObjectFlags, kOpen | kWild | kScattered);
    for (std::size_t i = 0; i < 3; ++i)
      out_.set_real(begin + kColour + 4 * i, kColours[(index - 1) % kColours.size()][i]);
    out_.set(begin + kPointRadius, radius_of(contours));
    out_.set_byte(begin + kSymbol, 1);
    out_.set_byte(begin + kSymbolSize, 3);
    out_.set_byte(begin + kLineWidth2d, 1);
    out_.set_byte(begin + kLineWidth, 1);
    for (const auto& [tomogram, particles] : contours) write_contour(tomogram, particles);
    write_material();
    write_range(contours);
  }

  using Contours = std::map<int, std::vector<const Particle*>>;

  /// Of the sphere with as many voxels as the class's particles have on average.
  static std::uint32_t radius_of(const Contours& contours) {
    double voxels = 0, count = 0;
    for (const auto& [tomogram, particles] : contours)
      for (const Particle* p : particles)
        if (p->cluster_size) {
          voxels += static_cast<double>(*p->cluster_size);
          ++count;
        }
    const double radius = count > 0 ? std::cbrt(3 * voxels / count / (4 * kPi)) : kDefaultRadius;
    return static_cast<std::uint32_t>(std::clamp(std::round(radius), 1.0, 1000.0));
  }

  void write_contour(int tomogram, const std::vector<const Particle*>& particles) {
    out_.text("CONT");
    out_.u32(static_cast<std::uint32_t>(particles.size()));
    out_.u32(kOpen | kWild);
    out_.u32(0);
    out_.u32(0);
    for (const Particle* p : particles) {
      out_.real(p->position_voxels.x + 0.5);
      out_.real(p->position_voxels.y + 0.5);
      out_.real(p->position_voxels.z);
    }
    if (tomogram >= 0) write_label(list_.tomograms[static_cast<std::size_t>(tomogram)].name);
    write_scores(particles);
  }

  void write_label(const std::string& tomogram) {
    const std::string label = std::string(kTomogramLabel) + tomogram;
    const std::size_t padded = (label.size() + 1 + 3) / 4 * 4;
    out_.text("LABL");
    out_.u32(static_cast<std::uint32_t>(8 + padded));
    out_.u32(0);
    out_.u32(static_cast<std::uint32_t>(padded));
    out_.text(label);
    out_.zeros(padded - label.size());
  }

  void write_scores(const std::vector<const Particle*>& particles) {
    const auto scored = std::count_if(particles.begin(), particles.end(),
                                      [](const Particle* p) { return p->score.has_value(); });
    if (scored == 0) return;
    out_.text("COST");
    out_.u32(static_cast<std::uint32_t>(static_cast<std::size_t>(scored) * kStoreBytes));
    for (std::size_t i = 0; i < particles.size(); ++i) {
      if (!particles[i]->score) continue;
      out_.u16(kGeneralValue);
      out_.u16(kValueFloat | kOnePoint);
      out_.u32(static_cast<std::uint32_t>(i));
      out_.real(*particles[i]->score);
    }
  }

  /// What 3dmod's Object Edit has for a new object.
  void write_material() {
    constexpr std::array<int, 16> kMaterial{102, 255, 127, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0};
    out_.text("IMAT");
    out_.u32(kMaterial.size());
    const std::size_t begin = out_.size();
    out_.zeros(kMaterial.size());
    for (std::size_t i = 0; i < kMaterial.size(); ++i) out_.set_byte(begin + i, kMaterial[i]);
  }

  /// Least and greatest score, by which 3dmod scales its colours.
  void write_range(const Contours& contours) {
    double least = std::numeric_limits<double>::infinity(), most = -least;
    for (const auto& [tomogram, particles] : contours)
      for (const Particle* p : particles)
        if (p->score) {
          least = std::min(least, *p->score);
          most = std::max(most, *p->score);
        }
    if (least > most) return;
    out_.text("OBST");
    out_.u32(kStoreBytes);
    out_.u16(kGeneralRange);
    out_.u16(kIndexFloat | kValueFloat | kNoIndex);
    out_.real(least);
    out_.real(most);
  }

  const ParticleList& list_;
  std::map<int, Contours> contours_;  // class, tomogram (-1: none)
  int classes_ = 0;
  Bytes out_;
};

}  // namespace

std::string_view imod_object_name(std::string_view class_name) {
  std::size_t bytes = kObjectName - 1;
  if (class_name.size() <= bytes) return class_name;
  const auto continues = [&] {
    return (static_cast<unsigned char>(class_name[bytes]) & 0xC0) == 0x80;
  };
  while (bytes > 0 && continues()) --bytes;
  return class_name.substr(0, bytes);
}

VoxelSize one_voxel_size(const ParticleList& list) {
  constexpr double kSame = 1e-6;
  VoxelSize size;
  for (const Particle& p : list.particles) {
    const VoxelSize& own = list.tomogram_of(p).voxel_size;
    const auto differs = [](double a, double b) { return std::abs(a - b) > kSame * b; };
    if (!own.known() || differs(own.y_angstrom, own.x_angstrom)) return {};
    if (!size.known()) size = own;
    if (differs(own.x_angstrom, size.x_angstrom) || differs(own.z_angstrom, size.z_angstrom))
      return {};
  }
  return size;
}

std::string format_imod(const ParticleList& list) { return Writer(list).run(); }

}  // namespace dfe::io::lists

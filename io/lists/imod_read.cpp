// SPDX-License-Identifier: Apache-2.0
// Reads points of IMOD models: an object is a class, every point of its contours a particle. Meshes
// and what only drawing needs are skipped. Any count in the file is checked against its length
// before anything is made of it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "io/byte_reader.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/imod_model.hpp"
#include "io/lists/odd_texts.hpp"
#include "io/lists/place.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

using namespace imod;

class Reader {
 public:
  Reader(std::string_view text, const std::string& name)
      : text_(text),
        name_(name),
        bytes_(std::as_bytes(std::span(text)), ByteOrder::Big, "imod", name),
        tomograms_(list_.tomograms) {}

  ParticleList run() {
    if (text_.substr(0, kMagic.size()) != kMagic)
      throw Error("imod", name_, "is no binary IMOD model of version 1.2",
                  "open it in 3dmod and save it there");
    flags_ = bytes_.at<std::uint32_t>(kFlags);
    if ((flags_ & kRotatedX) != 0)
      throw Error("imod", name_,
                  "is a model of a volume rotated about x, which 3dmod does not save",
                  "open it in 3dmod and save it there");
    at_ = kModelBytes;
    while (at_ < text_.size() && text_.substr(at_, 4) != kEnd) take_chunk();
    if (text_.find_first_not_of('\0', at_ + kEnd.size()) != std::string_view::npos)
      refuse_second_list("imod", name_);
    if (list_.class_names.size() > kMaxClassLabel)
      throw Error("imod", name_, fmt::format("{} objects", list_.class_names.size() - 1),
                  "expected at most 65534, one for each class");
    finish();
    return std::move(list_);
  }

 private:
  std::size_t count_at(std::size_t at) const {
    const auto count = bytes_.at<std::int32_t>(at);
    if (count < 0)
      throw Error("imod", name_, fmt::format("a count of {} at byte {}", count, at),
                  "the file is damaged");
    return static_cast<std::size_t>(count);
  }

  void take_chunk() {
    const std::string id = bytes_.text(at_, 4);
    at_ += 4;
    if (id == "OBJT") {
      take_object();
    } else if (id == "CONT") {
      take_contour();
    } else if (id == "MESH") {
      const std::size_t bytes = 12 * count_at(at_) + 4 * count_at(at_ + 4);
      skip(kMeshBytes + bytes);
    } else {
      const std::size_t bytes = count_at(at_);
      at_ += 4;
      const std::size_t begin = at_;
      skip(bytes);
      if (id == "COST") take_values(begin, bytes);
      if (id == "LABL") take_label(begin, bytes);
      if (id == "MINX") take_image(begin, bytes);
    }
  }

  void skip(std::size_t bytes) {
    bytes_.slice(at_, bytes);  // throws where the file ends before
    at_ += bytes;
  }

  void take_object() {
    const std::size_t begin = at_;
    skip(kObjectBytes);
    if (list_.class_names.empty()) list_.class_names.emplace_back("background");
    const std::string name = bytes_.text(begin, kObjectName);
    list_.class_names.emplace_back(trim(std::string_view(name).substr(0, name.find('\0'))));
    scattered_ = (bytes_.at<std::uint32_t>(begin + kObjectFlags) & kScattered) != 0;
    contour_ = list_.particles.size();
    has_lines_ = false;
  }

  void take_contour() {
    if (list_.class_names.empty())
      throw Error("imod", name_, "has a contour before any object", "the file is damaged");
    const std::size_t points = count_at(at_), begin = at_ + kContourBytes;
    skip(kContourBytes + points * kPointBytes);
    contour_ = list_.particles.size();
    for (std::size_t i = 0; i < points; ++i) {
      Particle& particle = list_.particles.emplace_back();
      particle.class_label = static_cast<int>(list_.class_names.size()) - 1;
      particle.position_voxels = point_at(begin + i * kPointBytes);
    }
    if (!scattered_ && points > 1 && !has_lines_) {
      has_lines_ = true;
      ++objects_of_lines_;
    }
  }

  /// As z, y, x in the file's own frame.
  Point3 point_at(std::size_t at) const {
    const double x = bytes_.at<float>(at), y = bytes_.at<float>(at + 4),
                 z = bytes_.at<float>(at + 8);
    if (!std::isfinite(x) || !std::isfinite(y) || !std::isfinite(z))
      throw Error("imod", name_, fmt::format("a point at byte {} is not finite", at),
                  "the file is damaged");
    return {z, y, x};
  }

  /// General values of the last contour's points are their scores.
  void take_values(std::size_t begin, std::size_t bytes) {
    for (std::size_t at = begin; at + kStoreBytes <= begin + bytes; at += kStoreBytes) {
      const auto flags = bytes_.at<std::uint16_t>(at + 2);
      const auto index = bytes_.at<std::int32_t>(at + 4);
      const double value = bytes_.at<float>(at + 8);
      if (bytes_.at<std::int16_t>(at) != kGeneralValue || (flags & kIndexTypes) != 0 ||
          (flags & kValueTypes) != kValueFloat || !std::isfinite(value) || index < 0)
        continue;
      const std::size_t place = contour_ + static_cast<std::size_t>(index);
      if (place < list_.particles.size()) list_.particles[place].score = value;
    }
  }

  void take_label(std::size_t begin, std::size_t bytes) {
    if (bytes < 8) return;
    const std::string label = bytes_.text(begin + 8, std::min(count_at(begin + 4), bytes - 8));
    std::string_view name = std::string_view(label).substr(0, label.find('\0'));
    if (name.substr(0, kTomogramLabel.size()) != kTomogramLabel) return;
    name = trim(name.substr(kTomogramLabel.size()));
    if (name.empty()) return;
    const int index = tomograms_.index_of(name);
    for (std::size_t i = contour_; i < list_.particles.size(); ++i)
      list_.particles[i].tomogram = index;
  }

  void take_image(std::size_t begin, std::size_t bytes) {
    if (bytes < kImageBytes) return;
    const Point3 scale = point_at(begin + kScale), old = point_at(begin + kOldTranslation),
                 now = point_at(begin + kTranslation);
    if (!(scale.z > 0 && scale.y > 0 && scale.x > 0)) return;
    image_size_ = {scale.z, scale.y, scale.x};
    if ((flags_ & kOriginKnown) != 0)
      first_loaded_ = {(old.z - now.z) / scale.z, (old.y - now.y) / scale.y,
                       (old.x - now.x) / scale.x};
  }

  /// Å per voxel, of the image where it says more than the default of 1, else the model's own.
  VoxelSize voxel_size() const {
    if (image_size_.known() && image_size_ != VoxelSize::cubic(1)) return image_size_;
    const auto units = bytes_.at<std::int32_t>(kUnits);
    const double pixel = bytes_.at<float>(kPixelSize), z = bytes_.at<float>(kScales + 8);
    const double edge = pixel * std::pow(10.0, 10.0 + units);
    if (units == 0 || !(edge > 0 && edge <= 1e6) || !(z > 0 && z * edge <= 1e6)) return {};
    return {edge * z, edge, edge};
  }

  void finish() {
    for (Particle& particle : list_.particles) {
      Point3& p = particle.position_voxels;
      p = {p.z, p.y - 0.5, p.x - 0.5};
      if ((flags_ & kFlippedYZ) != 0) std::swap(p.y, p.z);
      p = {p.z + first_loaded_.z, p.y + first_loaded_.y, p.x + first_loaded_.x};
    }
    const VoxelSize size = voxel_size();
    list_.unnamed.voxel_size = size;
    for (ListTomogram& tomogram : list_.tomograms) tomogram.voxel_size = size;
    if (std::all_of(list_.class_names.begin(), list_.class_names.end(),
                    [](const std::string& name) { return name.empty() || name == "background"; }))
      list_.class_names.clear();
    if (objects_of_lines_ > 0)
      list_.warnings.push_back(fmt::format(
          "{} objects of the model have contours instead of scattered points; the points of the "
          "contours are read as particles",
          objects_of_lines_));
  }

  std::string_view text_;
  const std::string& name_;
  ByteReader bytes_;
  ParticleList list_;
  TomogramNames tomograms_;
  std::uint32_t flags_ = 0;
  std::size_t at_ = 0;
  std::size_t contour_ = 0;  // first particle of the last contour
  bool scattered_ = false, has_lines_ = false;
  std::int64_t objects_of_lines_ = 0;
  VoxelSize image_size_;
  Point3 first_loaded_;  // voxel of the file that the model counts as the first
};

}  // namespace

ParticleList parse_imod(std::string_view text, const std::string& name,
                        const ListOptions& options) {
  return place(Reader(text, name).run(), PositionUnit::Voxels, name, options);
}

}  // namespace dfe::io::lists

// SPDX-License-Identifier: Apache-2.0
#include "commands/train/named_labels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <map>
#include <set>

#include "core/cancel.hpp"
#include "core/class_names.hpp"
#include "core/particle_lists.hpp"
#include "core/text.hpp"
#include "dfengine/error.hpp"

namespace dfe {

namespace {

constexpr int kMostLabel = 255;
constexpr std::size_t kMostCompared = 200;  // particles of a class

std::string number_of_classes(const std::vector<std::string>& classes) {
  return std::to_string(classes.size()) + " with the background";
}

/// `other` than adding a class is what one can do about it.
LabelMatch match(const FileClasses& file, const std::vector<std::string>& classes,
                 const std::string& other, Job& job) {
  LabelMatch match =
      match_labels(file, {classes, "the setting 'classes'", "add it there, or " + other}, "train");
  job.warn(file.file, match.warnings);
  for (const int label : file.labels)
    if (match.label[static_cast<std::size_t>(label)] != label) {
      job.message(LogLevel::Info, file.file + ": its classes are " + join(file.names) +
                                      "; its labels are matched by name");
      break;
    }
  return match;
}

/// The labels above 0 that occur. Reads the volume plane by plane.
std::vector<int> labels_of(const VolumeSource& target, const std::string& file, Job& job) {
  const Extent3 n = target.extent();
  std::vector<float> plane(static_cast<std::size_t>(n.y * n.x));
  std::array<bool, kMostLabel + 1> occurs{};
  for (std::int64_t z = 0; z < n.z; ++z) {
    stop_if_cancelled(&job, "train", file);
    target.read_box({{z, 0, 0}, {1, n.y, n.x}}, plane.data());
    for (const float value : plane) {
      if (!(value >= 0 && value <= kMostLabel && value == std::floor(value)))
        throw Error("train", file, "has a voxel with the value " + std::to_string(value),
                    "a target contains labels, whole numbers from 0 to 255");
      occurs[static_cast<std::size_t>(value)] = true;
    }
  }
  std::vector<int> labels;
  for (int label = 1; label <= kMostLabel; ++label)
    if (occurs[static_cast<std::size_t>(label)]) labels.push_back(label);
  return labels;
}

class MatchedTarget final : public VolumeSource {
 public:
  MatchedTarget(std::shared_ptr<const VolumeSource> target, const LabelMatch& match)
      : target_(std::move(target)), label_(match.label) {}

  const VolumeInfo& info() const override { return target_->info(); }
  std::int64_t resident_bytes() const override { return target_->resident_bytes(); }

  void read_box(const Box3& box, float* out) const override {
    target_->read_box(box, out);
    for (std::int64_t i = 0; i < box.extent.voxels(); ++i)
      if (out[i] >= 0 && out[i] <= kMostLabel) out[i] = label_[static_cast<std::size_t>(out[i])];
  }

 private:
  std::shared_ptr<const VolumeSource> target_;
  std::array<std::uint8_t, kMostLabel + 1> label_;
};

}  // namespace

std::shared_ptr<const VolumeSource> match_target(std::shared_ptr<const VolumeSource> target,
                                                 const std::string& file,
                                                 const std::vector<std::string>& classes,
                                                 Job& job) {
  const FileClasses own{file, target->info().class_names, labels_of(*target, file, job)};
  const LabelMatch matched = match(own, classes, "call it like one of these", job);
  for (const int label : own.labels)
    if (matched.label[static_cast<std::size_t>(label)] >= classes.size())
      throw Error("train", file, "has voxels of label " + std::to_string(label),
                  "add its class to 'classes', which has " + number_of_classes(classes) +
                      ", or use another target");
  return std::make_shared<MatchedTarget>(std::move(target), matched);
}

void match_list(ParticleList& list, const std::string& file,
                const std::vector<std::string>& classes, Job& job) {
  std::set<int> labels;
  for (const Particle& particle : list.particles) labels.insert(particle.class_label);
  const auto refuse = [&](int label) {
    throw Error("train", file, "has objects of class '" + class_name(list.class_names, label) + "'",
                "add it to classes, which has " + number_of_classes(classes) +
                    ", or remove these objects from the list");
  };
  for (const int label : labels)
    if (label < 1 || label > kMostLabel) refuse(label);
  const LabelMatch matched = match({file, list.class_names, {labels.begin(), labels.end()}},
                                   classes, "remove its particles", job);
  for (const int label : labels)
    if (matched.label[static_cast<std::size_t>(label)] >= classes.size()) refuse(label);
  for (Particle& particle : list.particles)
    particle.class_label = matched.label[static_cast<std::size_t>(particle.class_label)];
  list.class_names = classes;
}

void compare_labels(const VolumeSource& target, const std::string& file, const ParticleList& list,
                    Job& job) {
  std::map<int, std::vector<int>> found;  // by class of the list: labels of voxels
  const Extent3 n = target.extent();
  for (const Particle& particle : list.particles) {
    std::vector<int>& labels = found[particle.class_label];
    const auto whole = [](double v) { return static_cast<std::int64_t>(std::floor(v + 0.5)); };
    const Point3& p = particle.position_voxels;
    const Index3 at{whole(p.z), whole(p.y), whole(p.x)};
    const bool inside =
        at.z >= 0 && at.z < n.z && at.y >= 0 && at.y < n.y && at.x >= 0 && at.x < n.x;
    if (labels.size() >= kMostCompared || !inside) continue;
    float label = 0;
    target.read_box({at, {1, 1, 1}}, &label);
    labels.push_back(static_cast<int>(label));
  }
  for (const auto& [label, labels] : found)
    for (const int other : std::set<int>(labels.begin(), labels.end()))
      if (other != 0 && other != label &&
          2 * std::count(labels.begin(), labels.end(), other) > std::ssize(labels))
        job.warn(file + ": most particles of class " + class_name(list.class_names, label) +
                 " in the list are in voxels of class " + class_name(list.class_names, other));
}

}  // namespace dfe

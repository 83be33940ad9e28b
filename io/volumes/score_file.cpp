// SPDX-License-Identifier: Apache-2.0
// Score maps: contiguous datasets, written in pieces of one plane.
#include "io/score_file.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/check_box.hpp"
#include "core/text.hpp"
#include "dfengine/error.hpp"
#include "io/hdf5/hdf5_file.hpp"
#include "io/volumes/hdf5_class_names.hpp"
#include "io/volumes/hdf5_volume.hpp"

namespace dfe::io {
namespace {

constexpr std::int64_t kMaxClasses = 256;  // labels are bytes

std::string class_dataset(std::int64_t index) { return "class" + std::to_string(index); }

void check_class(std::int64_t index, std::int64_t classes, const std::string& name) {
  if (index < 0 || index >= classes)
    throw Error(
        "scores", name,
        "class " + std::to_string(index) + " of " + std::to_string(classes) + " does not exist");
}

}  // namespace

void check_score_file_name(const std::filesystem::path& path) {
  const std::string ending = to_lower(path.extension().string());
  if (ending == ".h5" || ending == ".hdf5" || ending == ".hdf") return;
  throw Error(ErrorKind::Usage, "scores", path.string(),
              "score maps are HDF5 files, which are not compressed as a whole", "use .h5");
}

struct ScoreWriter::State {
  h5::Writer file;
  std::string name;
  Extent3 extent;
  std::int64_t classes;
};

ScoreWriter::ScoreWriter(const std::filesystem::path& path, const VolumeGeometry& geometry,
                         std::int64_t classes, const std::vector<std::string>& class_names,
                         bool half)
    : state_(nullptr) {
  if (classes < 1 || classes > kMaxClasses)
    throw Error("scores", path.string(), std::to_string(classes) + " classes",
                "expected 1 to " + std::to_string(kMaxClasses));
  if (geometry.extent.voxels() == 0)
    throw Error("scores", path.string(),
                "a volume of " + geometry.extent.to_string() + " has no voxels");
  const Extent3& extent = geometry.extent;
  state_.reset(new State{h5::Writer(path), path.string(), extent, classes});
  for (std::int64_t c = 0; c < classes; ++c)
    state_->file.create_dataset(class_dataset(c), {extent.z, extent.y, extent.x},
                                half ? h5::StoredType::Float16 : h5::StoredType::Float32);
  write_geometry(state_->file, "/", geometry);
  if (!class_names.empty()) state_->file.write_attribute("/", kClassNames, class_names);
}

ScoreWriter::~ScoreWriter() = default;
ScoreWriter::ScoreWriter(ScoreWriter&&) noexcept = default;
ScoreWriter& ScoreWriter::operator=(ScoreWriter&&) noexcept = default;

void ScoreWriter::write_box(std::int64_t class_index, const Box3& box, const float* scores) {
  check_class(class_index, state_->classes, state_->name);
  check_box(box, state_->extent, state_->name);
  if (box.extent.voxels() == 0) return;
  const std::string dataset = class_dataset(class_index);
  const auto plane = static_cast<std::size_t>(box.extent.y * box.extent.x);
  const std::array<std::int64_t, 3> count{1, box.extent.y, box.extent.x};
  for (std::int64_t z = 0; z < box.extent.z; ++z)
    state_->file.write_block(dataset, std::array{box.begin.z + z, box.begin.y, box.begin.x}, count,
                             std::span(scores + static_cast<std::size_t>(z) * plane, plane));
}

void ScoreWriter::commit() { state_->file.commit(); }

struct ScoreReader::State {
  h5::Reader file;
  std::string name;
  Extent3 extent;
  std::int64_t classes = 0;
  std::vector<std::string> class_names = {};
  VoxelSize voxel_size = {};
};

ScoreReader::ScoreReader(const std::filesystem::path& path)
    : state_(new State{h5::Reader(path), path.string(), {}}) {
  h5::Reader& file = state_->file;
  for (; state_->classes < kMaxClasses; ++state_->classes) {
    const std::string name = class_dataset(state_->classes);
    if (!file.is_dataset(name)) break;
    const std::vector<std::int64_t> sizes = file.facts(name).sizes;
    if (sizes.size() != 3 || file.checked_elements(name) == 0)
      throw Error("scores", path.string(), "'" + name + "' is not a volume",
                  "expected three dimensions: z, y, x");
    const Extent3 extent{sizes[0], sizes[1], sizes[2]};
    if (state_->classes == 0) state_->extent = extent;
    if (extent != state_->extent)
      throw Error("scores", path.string(), "'" + name + "' has " + extent.to_string() + " voxels",
                  "expected " + state_->extent.to_string() + " as in class0");
    file.keep_open(name);
  }
  if (state_->classes == 0)
    throw Error("scores", path.string(), "has no dataset 'class0'",
                "score maps have one dataset per class: class0, class1, ...");
  state_->class_names = read_class_names(file, "/");
  VolumeGeometry geometry;
  read_geometry(file, "/", geometry);
  state_->voxel_size = geometry.voxel_size;
}

ScoreReader::~ScoreReader() = default;
ScoreReader::ScoreReader(ScoreReader&&) noexcept = default;
ScoreReader& ScoreReader::operator=(ScoreReader&&) noexcept = default;

std::int64_t ScoreReader::classes() const { return state_->classes; }

const std::vector<std::string>& ScoreReader::class_names() const { return state_->class_names; }

Extent3 ScoreReader::extent() const { return state_->extent; }

VoxelSize ScoreReader::voxel_size() const { return state_->voxel_size; }

void ScoreReader::read_box(std::int64_t class_index, const Box3& box, float* out) const {
  check_class(class_index, state_->classes, state_->name);
  check_box(box, state_->extent, state_->name);
  state_->file.read_block(class_dataset(class_index),
                          std::array{box.begin.z, box.begin.y, box.begin.x},
                          std::array{box.extent.z, box.extent.y, box.extent.x}, out);
}

}  // namespace dfe::io

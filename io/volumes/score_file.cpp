// SPDX-License-Identifier: Apache-2.0
// Score maps: contiguous datasets, written in pieces of one plane; float16 is made here, because
// the library converts it slowly.
#include "io/score_file.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/half.hpp"
#include "dfengine/error.hpp"
#include "io/atomic_file.hpp"
#include "io/byte_reader.hpp"
#include "io/hdf5.hpp"
#include "io/volumes/hdf5_volume.hpp"
#include "io/volumes/raw_volume.hpp"

namespace dfe::io {
namespace {

constexpr std::int64_t kMaxClasses = 256;  // labels are bytes

std::string class_dataset(std::int64_t index) { return "class" + std::to_string(index); }

void check_class(std::int64_t index, std::size_t classes, const std::string& name) {
  if (index < 0 || index >= static_cast<std::int64_t>(classes))
    throw Error(
        "scores", name,
        "class " + std::to_string(index) + " of " + std::to_string(classes) + " does not exist");
}

}  // namespace

struct ScoreWriter::State {
  std::filesystem::path path;
  AtomicFile target;
  h5::File file;
  std::vector<h5::Dataset> datasets;
  Extent3 extent;
  bool half;
  h5::Datatype half_type = h5::half_type();

  State(const std::filesystem::path& final_path, Extent3 size, bool as_half)
      : path(final_path),
        target(final_path),
        file(h5::create_file(target.path())),
        extent(size),
        half(as_half) {}
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
  state_ = std::make_unique<State>(path, geometry.extent, half);
  const h5::Lock lock;
  const std::array<hsize_t, 3> sizes{static_cast<hsize_t>(geometry.extent.z),
                                     static_cast<hsize_t>(geometry.extent.y),
                                     static_cast<hsize_t>(geometry.extent.x)};
  const h5::Dataspace space(H5Screate_simple(3, sizes.data(), nullptr));
  for (std::int64_t c = 0; c < classes; ++c) {
    h5::Dataset dataset(H5Dcreate2(state_->file, class_dataset(c).c_str(),
                                   half ? state_->half_type.get() : H5T_IEEE_F32LE, space,
                                   H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    if (!dataset) h5::fail(path.string(), "dataset '" + class_dataset(c) + "' cannot be created");
    state_->datasets.push_back(std::move(dataset));
  }
  write_geometry(state_->file, geometry);
  if (!class_names.empty()) h5::write_strings(state_->file, kClassNames, class_names);
}

ScoreWriter::~ScoreWriter() = default;
ScoreWriter::ScoreWriter(ScoreWriter&&) noexcept = default;
ScoreWriter& ScoreWriter::operator=(ScoreWriter&&) noexcept = default;

void ScoreWriter::write_box(std::int64_t class_index, const Box3& box, const float* scores) {
  check_class(class_index, state_->datasets.size(), state_->path.string());
  check_box(box, state_->extent, state_->path.string());
  if (box.extent.voxels() == 0) return;
  const h5::Dataset& dataset = state_->datasets[static_cast<std::size_t>(class_index)];
  const auto plane = static_cast<std::size_t>(box.extent.y * box.extent.x);
  std::vector<std::uint16_t> bits(state_->half ? plane : 0);
  const h5::Lock lock;
  const std::array<hsize_t, 3> count{1, static_cast<hsize_t>(box.extent.y),
                                     static_cast<hsize_t>(box.extent.x)};
  const h5::Dataspace memory(H5Screate_simple(3, count.data(), nullptr)),
      space(H5Dget_space(dataset));
  for (std::int64_t z = 0; z < box.extent.z; ++z) {
    const float* const from = scores + static_cast<std::size_t>(z) * plane;
    const std::array<hsize_t, 3> start{static_cast<hsize_t>(box.begin.z + z),
                                       static_cast<hsize_t>(box.begin.y),
                                       static_cast<hsize_t>(box.begin.x)};
    herr_t status =
        H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
    if (state_->half) {
      std::transform(from, from + plane, bits.begin(),
                     [](float score) { return float_to_half(score); });
      if (kNativeOrder != ByteOrder::Little)
        swap_bytes(reinterpret_cast<std::byte*>(bits.data()), 2, bits.size());
      if (status >= 0)
        status = H5Dwrite(dataset, state_->half_type, memory, space, H5P_DEFAULT, bits.data());
    } else if (status >= 0) {
      status = H5Dwrite(dataset, H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT, from);
    }
    if (status < 0)
      h5::fail(state_->path.string(), "scores cannot be written", "is the disk full?");
  }
}

void ScoreWriter::commit() {
  state_->datasets.clear();
  h5::close_file(state_->file, state_->path);
  state_->target.commit();
}

struct ScoreReader::State {
  h5::File file;
  std::vector<h5::Dataset> datasets;
  Extent3 extent;
  std::string name;
};

ScoreReader::ScoreReader(const std::filesystem::path& path) : state_(std::make_unique<State>()) {
  state_->name = path.string();
  state_->file = h5::open_file(path);
  while (static_cast<std::int64_t>(state_->datasets.size()) < kMaxClasses) {
    const std::string name = class_dataset(static_cast<std::int64_t>(state_->datasets.size()));
    if (!h5::is_dataset(state_->file, name)) break;
    h5::Dataset dataset = h5::open_dataset(state_->file, name);
    const std::vector<std::int64_t> sizes = h5::dims(dataset);
    if (sizes.size() != 3 || h5::checked_elements(dataset) == 0)
      throw Error("scores", path.string(), "'" + name + "' is no volume",
                  "expected three dimensions: z, y, x");
    const Extent3 extent{sizes[0], sizes[1], sizes[2]};
    if (state_->datasets.empty()) state_->extent = extent;
    if (extent != state_->extent)
      throw Error("scores", path.string(), "'" + name + "' has " + extent.to_string() + " voxels",
                  "expected " + state_->extent.to_string() + " as in class0");
    state_->datasets.push_back(std::move(dataset));
  }
  if (state_->datasets.empty())
    throw Error("scores", path.string(), "has no dataset 'class0'",
                "score maps hold one dataset per class: class0, class1, ...");
}

ScoreReader::~ScoreReader() = default;
ScoreReader::ScoreReader(ScoreReader&&) noexcept = default;
ScoreReader& ScoreReader::operator=(ScoreReader&&) noexcept = default;

std::int64_t ScoreReader::classes() const {
  return static_cast<std::int64_t>(state_->datasets.size());
}

Extent3 ScoreReader::extent() const { return state_->extent; }

void ScoreReader::read_box(std::int64_t class_index, const Box3& box, float* out) const {
  check_class(class_index, state_->datasets.size(), state_->name);
  check_box(box, state_->extent, state_->name);
  h5::read_block(state_->datasets[static_cast<std::size_t>(class_index)],
                 std::array{box.begin.z, box.begin.y, box.begin.x},
                 std::array{box.extent.z, box.extent.y, box.extent.x}, out);
}

}  // namespace dfe::io

// SPDX-License-Identifier: Apache-2.0
// Score maps on disk, as DeepFinder writes them: HDF5, one dataset per class (/class0, /class1,
// ...) in (z, y, x) order.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "dfengine/geometry.hpp"

namespace dfe::io {

/// Throws a usage `Error` where score maps cannot be written under this name. They are HDF5,
/// written at any place of the file: no compressed one will do.
void check_score_file_name(const std::filesystem::path& path);

/// Writes scores box by box while the network runs; the file appears under its name only at
/// `commit`.
class ScoreWriter {
 public:
  /// `half` stores float16 (the default of the command line), else float32.
  ScoreWriter(const std::filesystem::path& path, const VolumeGeometry& geometry,
              std::int64_t classes, const std::vector<std::string>& class_names, bool half);
  ~ScoreWriter();
  ScoreWriter(ScoreWriter&&) noexcept;
  ScoreWriter& operator=(ScoreWriter&&) noexcept;

  /// `scores` holds box.extent.voxels() values of one class in (z, y, x) order.
  void write_box(std::int64_t class_index, const Box3& box, const float* scores);

  /// Finishes the file, syncs and renames it. Without it the destructor removes what was written.
  void commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads score maps written by this or by DeepFinder.
class ScoreReader {
 public:
  explicit ScoreReader(const std::filesystem::path& path);
  ~ScoreReader();
  ScoreReader(ScoreReader&&) noexcept;
  ScoreReader& operator=(ScoreReader&&) noexcept;

  std::int64_t classes() const;
  /// Index = class; empty where the file does not name them.
  const std::vector<std::string>& class_names() const;
  Extent3 extent() const;
  /// Of the maps that dfengine writes; else unknown.
  VoxelSize voxel_size() const;
  void read_box(std::int64_t class_index, const Box3& box, float* out) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dfe::io

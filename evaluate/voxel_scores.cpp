// SPDX-License-Identifier: Apache-2.0
// Label maps voxel by voxel: one pass over both fills a 256 x 256 table, everything else follows
// from it.
#include <array>
#include <cmath>

#include "evaluate/scores.hpp"

namespace dfe {

namespace {

VoxelScore voxel_score(std::int64_t tp, std::int64_t fp, std::int64_t fn) {
  VoxelScore result;
  result.score = score_of_counts(tp, fp, fn);
  const std::int64_t all = tp + fp + fn;
  if (all > 0) result.iou = static_cast<double>(tp) / static_cast<double>(all);
  return result;
}

VoxelScores scores_of(ConfusionMatrix matrix) {
  VoxelScores scores;
  const std::size_t n = matrix.labels.size();
  Counts counts;
  std::int64_t tp = 0, fp = 0, fn = 0;
  double iou = 0, classes = 0;
  for (std::size_t c = 1; c < n; ++c) {
    std::int64_t row = 0, column = 0;
    for (std::size_t i = 0; i < n; ++i) {
      row += matrix.counts[c * n + i];
      column += matrix.counts[i * n + c];
      if (i > 0) tp += matrix.counts[c * n + i];
    }
    fp += matrix.counts[c];
    fn += matrix.counts[c * n];
    const std::int64_t same = matrix.counts[c * n + c];
    const VoxelScore& score = scores.classes[matrix.labels[c]] =
        voxel_score(same, column - same, row - same);
    counts[matrix.labels[c]] = score.score;
    if (row == 0) continue;
    iou += std::isnan(score.iou) ? 0 : score.iou;
    classes += 1;
  }
  scores.foreground = voxel_score(tp, fp, fn);
  scores.mean.score = mean_score(counts, {});
  if (classes > 0) scores.mean.iou = iou / classes;
  scores.confusion = std::move(matrix);
  return scores;
}

using Table = std::vector<std::int64_t>;  // 256 x 256, truth first

VoxelScores scores_of_table(const Table& table) {
  ConfusionMatrix matrix;
  matrix.labels = {0};
  for (std::size_t label = 1; label < 256; ++label) {
    bool occurs = false;
    for (std::size_t other = 0; other < 256; ++other)
      occurs = occurs || table[label * 256 + other] != 0 || table[other * 256 + label] != 0;
    if (occurs) matrix.labels.push_back(static_cast<int>(label));
  }
  for (const int truth : matrix.labels)
    for (const int predicted : matrix.labels)
      matrix.counts.push_back(
          table[static_cast<std::size_t>(truth) * 256 + static_cast<std::size_t>(predicted)]);
  return scores_of(std::move(matrix));
}

}  // namespace

VoxelScores evaluate_voxels(VolumeView<const std::uint8_t> predicted,
                            VolumeView<const std::uint8_t> truth) {
  if (!(predicted.extent == truth.extent))
    throw Error("evaluate", "",
                "the prediction has " + predicted.extent.to_string() + " voxels, the truth " +
                    truth.extent.to_string() + " (z, y, x)",
                "compare label maps of the same tomogram and binning");
  Table table(std::size_t{256} * 256, 0);
  const auto p = predicted.span(), t = truth.span();
  for (std::size_t i = 0; i < p.size(); ++i) ++table[std::size_t{t[i]} * 256 + p[i]];
  return scores_of_table(table);
}

VoxelScores pool_voxels(const std::vector<VoxelScores>& volumes) {
  Table table(std::size_t{256} * 256, 0);
  for (const VoxelScores& volume : volumes) {
    const std::vector<int>& labels = volume.confusion.labels;
    for (std::size_t row = 0; row < labels.size(); ++row)
      for (std::size_t column = 0; column < labels.size(); ++column)
        table[static_cast<std::size_t>(labels[row]) * 256 +
              static_cast<std::size_t>(labels[column])] +=
            volume.confusion.counts[row * labels.size() + column];
  }
  return scores_of_table(table);
}

}  // namespace dfe

// SPDX-License-Identifier: Apache-2.0
#include "bench/gpu/trained_check.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "engine/segmenter.hpp"
#include "io/volume.hpp"
#include "io/weights_file.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "tests/fixtures/op_checks.hpp"

namespace dfe {
namespace {

struct Result {
  LabelMap map;
  std::vector<float> scores;  ///< (classes, D, H, W)
};

Result segment_with_scores(Backend& backend, const VolumeSource& volume, const Weights& weights) {
  Result result;
  const Extent3 e = volume.extent();
  result.scores.resize(static_cast<std::size_t>(weights.classes * e.voxels()));
  const ScoreSink keep = [&](const Box3& box, std::int64_t classes, const float* values) {
    for (std::int64_t c = 0; c < classes; ++c)
      for (std::int64_t z = 0; z < box.extent.z; ++z)
        for (std::int64_t y = 0; y < box.extent.y; ++y, values += box.extent.x)
          std::copy_n(
              values, box.extent.x,
              &result.scores[static_cast<std::size_t>(
                  ((c * e.z + box.begin.z + z) * e.y + box.begin.y + y) * e.x + box.begin.x)]);
  };
  result.map = segment_on(backend, volume, weights, {}, keep);
  return result;
}

}  // namespace

int check_trained(Backend& backend, const std::string& weights_path, const std::string& tomogram) {
  const Weights weights = io::read_weights(weights_path);
  const auto volume = io::open_volume(tomogram);
  const auto cpu = make_cpu_backend(0, "auto", Convolution::Direct);
  const Result expected = segment_with_scores(*cpu, *volume, weights),
               got = segment_with_scores(backend, *volume, weights),
               again = segment_with_scores(backend, *volume, weights);
  std::int64_t same = 0, labelled = 0;
  const auto labels = expected.map.labels.span();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    same += labels[i] == got.map.labels.span()[i];
    labelled += labels[i] > 0;
  }
  std::printf(
      "{\"label_agreement\": %.6f, \"voxels\": %zu, \"labelled\": %ld, \"relative_l2_of_scores\": "
      "%.3g, \"repeat_equal\": %s}\n",
      static_cast<double>(same) / static_cast<double>(labels.size()), labels.size(),
      static_cast<long>(labelled), test::relative_l2(got.scores, expected.scores),
      got.scores == again.scores ? "true" : "false");
  return 0;
}

}  // namespace dfe

// SPDX-License-Identifier: Apache-2.0
// JSON and number texts, see the header.
#include "json_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/label_counts.hpp"
#include "core/particle_lists.hpp"
#include "core/text.hpp"
#include "dfengine/commands.hpp"

namespace dfe {

namespace {

/// Readers keep single precision: edges that agree to 0.1 % are meant to be equal.
constexpr double kRounding = 1e-3;

/// Header values are single precision: 13.68 instead of 13.680000305.
double tidy(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.7g", value);
  return parse_as<double>(text).value_or(value);
}

}  // namespace

std::string json_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string error_json(std::string_view text) {
  return json_text(Json{{"error", std::string(text)}});
}

Json json_extent(const Extent3& extent) { return Json::array({extent.z, extent.y, extent.x}); }

Json json_voxel_size(const VoxelSize& v) {
  if (!v.known()) return nullptr;
  if (v.cubic_within(kRounding)) return tidy(v.mean_angstrom());
  return Json::array({tidy(v.z_angstrom), tidy(v.y_angstrom), tidy(v.x_angstrom)});
}

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

Json stage_seconds(const io::RunRecord& record) {
  Json json = Json::object();
  for (const auto& [stage, seconds] : record.timings())
    json[stage] = std::round(seconds * 1000) / 1000;
  return json;
}

Json label_counts(const LabelMap& map, std::int64_t classes) {
  const LabelCounts counts = count_labels(map.labels.span());
  Json json = Json::object();
  for (int label = 0; label < static_cast<int>(classes); ++label)
    json[class_name(map.class_names, label)] = counts[static_cast<std::size_t>(label)];
  return json;
}

}  // namespace dfe

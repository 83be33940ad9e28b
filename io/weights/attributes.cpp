// SPDX-License-Identifier: Apache-2.0
// Names and meanings are documented in docs/weights.md; the version counts up when an old reader
// would misread a file.
#include "io/weights/attributes.hpp"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "dfengine/error.hpp"

namespace dfe::io::weights {

namespace {

constexpr int kVersion = 1;

}  // namespace

void write_attributes(h5::Writer& file, const Weights& weights) {
  file.write_attribute("/", "dfengine_weights", std::int64_t{kVersion});
  if (!weights.class_names.empty())
    file.write_attribute("/", "class_names", nlohmann::json(weights.class_names).dump());
  if (weights.voxel_size_angstrom > 0)
    file.write_attribute("/", "voxel_size_angstrom", weights.voxel_size_angstrom);
  file.write_attribute("/", "normalization", normalization_name(weights.normalization));
  file.write_attribute("/", "widths",
                       std::vector<double>(weights.widths.begin(), weights.widths.end()));
  if (!weights.provenance.empty()) {
    nlohmann::json pairs = nlohmann::json::array();
    for (const auto& [key, value] : weights.provenance) pairs.push_back({key, value});
    file.write_attribute("/", "provenance", pairs.dump());
  }
}

void read_attributes(const h5::Reader& file, const std::string& name, Weights& weights) {
  if (!file.has_attribute("/", "dfengine_weights")) return;
  const double version = file.read_number("/", "dfengine_weights");
  if (!(version >= 1 && version <= kVersion))
    throw Error(
        "weights", name, "version " + std::to_string(version) + " of dfengine's attributes",
        "this program reads version " + std::to_string(kVersion) + "; use a newer dfengine");
  try {
    if (file.has_attribute("/", "class_names"))
      weights.class_names = nlohmann::json::parse(file.read_string("/", "class_names"))
                                .get<std::vector<std::string>>();
    if (file.has_attribute("/", "provenance"))
      weights.provenance = nlohmann::json::parse(file.read_string("/", "provenance"))
                               .get<std::vector<std::pair<std::string, std::string>>>();
  } catch (const nlohmann::json::exception& error) {
    throw Error("weights", name,
                std::string("attribute class_names or provenance is not the expected JSON: ") +
                    error.what());
  }
  if (!weights.class_names.empty() &&
      weights.class_names.size() != static_cast<std::size_t>(weights.classes))
    throw Error("weights", name,
                std::to_string(weights.class_names.size()) + " class names for " +
                    std::to_string(weights.classes) + " classes",
                "attribute class_names must name every class, the background included");
  if (file.has_attribute("/", "voxel_size_angstrom")) {
    weights.voxel_size_angstrom = file.read_number("/", "voxel_size_angstrom");
    if (!std::isfinite(weights.voxel_size_angstrom) || weights.voxel_size_angstrom < 0)
      throw Error("weights", name, "attribute voxel_size_angstrom is not a size",
                  "expected a number above 0");
  }
  if (file.has_attribute("/", "normalization")) {
    const std::string text = file.read_string("/", "normalization");
    const std::optional<Normalization> normalization = normalization_of(text);
    if (!normalization)
      throw Error("weights", name, "attribute normalization is '" + text + "'",
                  "expected tomogram, patch or none");
    weights.normalization = *normalization;
  }
}

}  // namespace dfe::io::weights

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

void write_attributes(hid_t root, const Weights& weights) {
  h5::write_integer(root, "dfengine_weights", kVersion);
  if (!weights.class_names.empty())
    h5::write_string(root, "class_names", nlohmann::json(weights.class_names).dump());
  if (weights.voxel_size_angstrom > 0)
    h5::write_number(root, "voxel_size_angstrom", weights.voxel_size_angstrom);
  h5::write_string(root, "normalization", normalization_name(weights.normalization));
  h5::write_numbers(root, "widths",
                    {static_cast<double>(weights.widths[0]), static_cast<double>(weights.widths[1]),
                     static_cast<double>(weights.widths[2])});
  if (!weights.provenance.empty()) {
    nlohmann::json pairs = nlohmann::json::array();
    for (const auto& [key, value] : weights.provenance) pairs.push_back({key, value});
    h5::write_string(root, "provenance", pairs.dump());
  }
}

void read_attributes(hid_t root, const std::string& file, Weights& weights) {
  if (!h5::has_attribute(root, "dfengine_weights")) return;
  const double version = h5::read_number(root, "dfengine_weights");
  if (!(version >= 1 && version <= kVersion))
    throw Error("weights", file, "version " + std::to_string(version) + " of dfengine's attributes",
                "this program knows version " + std::to_string(kVersion) + "; use a newer one");
  try {
    if (h5::has_attribute(root, "class_names"))
      weights.class_names = nlohmann::json::parse(h5::read_string(root, "class_names"))
                                .get<std::vector<std::string>>();
    if (h5::has_attribute(root, "provenance"))
      weights.provenance = nlohmann::json::parse(h5::read_string(root, "provenance"))
                               .get<std::vector<std::pair<std::string, std::string>>>();
  } catch (const nlohmann::json::exception& error) {
    throw Error("weights", file,
                std::string("attribute class_names or provenance is not the expected JSON: ") +
                    error.what());
  }
  if (!weights.class_names.empty() &&
      weights.class_names.size() != static_cast<std::size_t>(weights.classes))
    throw Error("weights", file,
                std::to_string(weights.class_names.size()) + " class names for " +
                    std::to_string(weights.classes) + " classes",
                "attribute class_names must name every class, the background included");
  if (h5::has_attribute(root, "voxel_size_angstrom")) {
    weights.voxel_size_angstrom = h5::read_number(root, "voxel_size_angstrom");
    if (!std::isfinite(weights.voxel_size_angstrom) || weights.voxel_size_angstrom < 0)
      throw Error("weights", file, "attribute voxel_size_angstrom is no size",
                  "expected a number above 0");
  }
  if (h5::has_attribute(root, "normalization")) {
    const std::string text = h5::read_string(root, "normalization");
    const std::optional<Normalization> normalization = normalization_of(text);
    if (!normalization)
      throw Error("weights", file, "attribute normalization is '" + text + "'",
                  "expected tomogram, patch or none");
    weights.normalization = *normalization;
  }
}

}  // namespace dfe::io::weights

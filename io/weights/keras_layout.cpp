// SPDX-License-Identifier: Apache-2.0
// Sources: Keras 2 and 3, legacy_h5_format.py (attributes layer_names and weight_names) and
// saving_lib.py (groups vars with numbered datasets).
#include "io/weights/keras_layout.hpp"

#include <algorithm>

#include "dfengine/error.hpp"

namespace dfe::io::weights {

namespace {

constexpr std::size_t kMaxLayers = 4096;

/// A list attribute; Keras splits one over 64 KB into NAME0, NAME1, ...
std::vector<std::string> list_attribute(const h5::Reader& file, const std::string& object,
                                        const std::string& name) {
  if (file.has_attribute(object, name)) return file.read_strings(object, name);
  std::vector<std::string> all;
  for (std::size_t part = 0;
       file.has_attribute(object, name + std::to_string(part)) && part < kMaxLayers; ++part) {
    const auto texts = file.read_strings(object, name + std::to_string(part));
    all.insert(all.end(), texts.begin(), texts.end());
  }
  return all;
}

bool has_list(const h5::Reader& file, const std::string& object, const std::string& name) {
  return file.has_attribute(object, name) || file.has_attribute(object, name + "0");
}

/// Layers below `prefix`, which is "" or ends with a slash.
std::vector<StoredLayer> legacy_layers(const h5::Reader& file, const std::string& prefix) {
  std::vector<StoredLayer> layers;
  for (const std::string& name : list_attribute(file, "/" + prefix, "layer_names")) {
    StoredLayer stored{name, {}};
    if (has_list(file, prefix + name, "weight_names"))
      for (const std::string& weight : list_attribute(file, prefix + name, "weight_names"))
        stored.tensors.push_back(prefix + name + "/" + weight);
    if (!stored.tensors.empty())
      layers.push_back(std::move(stored));  // pooling, up-sampling, concatenation have none
  }
  return layers;
}

/// Groups LAYER/vars/0, 1, ...: layers without variables have an empty `vars` or none.
std::vector<StoredLayer> numbered_layers(const h5::Reader& file, const std::string& top) {
  std::vector<std::string> names = file.links(top);
  std::sort(names.begin(), names.end(), natural_less);
  std::vector<StoredLayer> layers;
  for (const std::string& name : names) {
    const std::string vars = top + "/" + name + "/vars";
    if (!file.is_group(vars)) continue;
    std::vector<std::string> numbers = file.links(vars);
    std::sort(numbers.begin(), numbers.end(), natural_less);
    StoredLayer stored{name, {}};
    for (const std::string& number : numbers) stored.tensors.push_back(vars + "/" + number);
    if (!stored.tensors.empty()) layers.push_back(std::move(stored));
  }
  return layers;
}

std::string keras_version(const h5::Reader& file, const std::string& object) {
  if (!file.has_attribute(object, "keras_version")) return "";
  const auto texts = file.read_strings(object, "keras_version");
  return texts.empty() ? "" : texts[0];
}

}  // namespace

bool natural_less(const std::string& a, const std::string& b) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (digit(a[i]) && digit(b[j])) {
      while (i < a.size() && a[i] == '0') ++i;
      while (j < b.size() && b[j] == '0') ++j;
      const std::size_t i0 = i, j0 = j;
      while (i < a.size() && digit(a[i])) ++i;
      while (j < b.size() && digit(b[j])) ++j;
      if (i - i0 != j - j0) return i - i0 < j - j0;
      if (const int order = a.compare(i0, i - i0, b, j0, j - j0); order != 0) return order < 0;
    } else {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i;
      ++j;
    }
  }
  if (i < a.size() || j < b.size()) return j < b.size();
  return a < b;  // "01" and "1"
}

KerasLayout find_layout(const h5::Reader& file, const std::string& name) {
  constexpr const char* kModel = "model_weights";
  if (has_list(file, "/", "layer_names")) {
    if (file.has_attribute("/", "dfengine_weights")) return {"dfengine", legacy_layers(file, "")};
    return {keras_version(file, "/").substr(0, 2) == "3." ? "keras 3 weights, legacy HDF5"
                                                          : "keras 2 weights",
            legacy_layers(file, "")};
  }
  if (file.is_group(kModel) && has_list(file, kModel, "layer_names")) {
    std::string version = keras_version(file, kModel);
    if (version.empty()) version = keras_version(file, "/");
    return {version.substr(0, 2) == "3." ? "keras 3 model, legacy HDF5" : "keras 2 model",
            legacy_layers(file, std::string(kModel) + "/")};
  }
  if (file.is_group("layers")) return {"keras 3 weights", numbered_layers(file, "layers")};
  constexpr const char* kCheckpoint = "_layer_checkpoint_dependencies";
  if (file.is_group(kCheckpoint))
    return {"tf.keras 2.12 to 2.15 weights", numbered_layers(file, kCheckpoint)};

  const std::vector<std::string> found = file.links("/");
  std::string list;
  for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), 5); ++i)
    list += (i > 0 ? ", " : "") + found[i];
  throw Error("weights", name,
              found.empty() ? "an empty HDF5 file"
                            : "an HDF5 file without Keras weights (it holds: " + list + ")",
              "expected what Keras' save_weights or save wrote, or a weights file of dfengine");
}

}  // namespace dfe::io::weights

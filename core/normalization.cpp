// SPDX-License-Identifier: Apache-2.0
// Names of the kinds of normalization, as options, configurations and weights files spell them.
#include "dfengine/error.hpp"
#include "dfengine/weights.hpp"

namespace dfe {

std::string normalization_name(Normalization normalization) {
  switch (normalization) {
    case Normalization::Tomogram:
      return "tomogram";
    case Normalization::Patch:
      return "patch";
    case Normalization::None:
      break;
  }
  return "none";
}

std::optional<Normalization> normalization_of(std::string_view name) {
  for (const Normalization n : {Normalization::Tomogram, Normalization::Patch, Normalization::None})
    if (name == normalization_name(n)) return n;
  return std::nullopt;
}

Normalization parse_normalization(std::string_view text, std::string_view option) {
  if (const auto normalization = normalization_of(text)) return *normalization;
  throw Error(ErrorKind::Usage, "normalization", option, "is '" + std::string(text) + "'",
              "choose tomogram, patch or none");
}

}  // namespace dfe

// SPDX-License-Identifier: Apache-2.0
// Shorthand for the tests of `evaluate`: lists as files, a request, and its JSON.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "dfengine/dfengine.hpp"
#include "tests/fixtures/temp_folder.hpp"

namespace dfe::test {

using Json = nlohmann::json;

inline std::string write(const TempFolder& folder, const std::string& name,
                         const std::string& text) {
  std::ofstream(folder / name) << text;
  return (folder / name).string();
}

inline EvaluateRequest request_of(const std::string& predicted, const std::string& truth) {
  EvaluateRequest request;
  request.predicted = {predicted};
  request.truth = {truth};
  request.options.distance = Length{3, false};
  return request;
}

inline Json run(const EvaluateRequest& request) { return Json::parse(run_evaluate(request).json); }

}  // namespace dfe::test

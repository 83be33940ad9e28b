// SPDX-License-Identifier: Apache-2.0
// An atomic model from the text of a file: what fuzzing works on.
#pragma once

#include <string>

#include "dfengine/simulate.hpp"

namespace dfe::io {

/// `name` stands for the file in errors. Throws `Error` where the text is no model with atoms.
Structure parse_structure(const std::string& text, const std::string& name);

}  // namespace dfe::io

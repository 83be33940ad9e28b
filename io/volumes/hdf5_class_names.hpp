// SPDX-License-Identifier: Apache-2.0
// The attribute `class_names` of label maps and score maps in HDF5.
#pragma once

#include <string>
#include <vector>

#include "io/hdf5/hdf5_file.hpp"

namespace dfe::io {

constexpr char kClassNames[] = "class_names";

/// Class names of the group or dataset `object`, index = label; empty where it has none. They are a
/// list of texts, or one text: comma-separated names, or a JSON list. Throws `Error` for a
/// text in brackets or braces that is no such list.
std::vector<std::string> read_class_names(const h5::Reader& file, const std::string& object);

}  // namespace dfe::io

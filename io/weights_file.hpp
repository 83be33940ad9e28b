// SPDX-License-Identifier: Apache-2.0
// The door to weights files for the rest of the library: the public functions, called by io:: so
// that whoever touches a file shows it.
#pragma once

#include "dfengine/files.hpp"

namespace dfe::io {

using dfe::read_weights;
using dfe::write_weights;

}  // namespace dfe::io

// SPDX-License-Identifier: Apache-2.0
// The version comes from the top-level CMakeLists.txt alone.
#include "dfengine/commands.hpp"

namespace dfe {

std::string version() { return DFENGINE_VERSION; }

}  // namespace dfe

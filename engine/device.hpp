// SPDX-License-Identifier: Apache-2.0
// From what the user typed after --device to a backend.
#pragma once

#include <memory>
#include <string>

#include "engine/api/segment.hpp"
#include "kernels/backend.hpp"

namespace dfe {

/// auto and cpu give the cpu backend, ref the reference. Throws a usage `Error` for anything else, and for cuda while this build has
/// none: a backend is never changed silently.
std::unique_ptr<Backend> make_backend(const SegmentOptions& options);

}  // namespace dfe

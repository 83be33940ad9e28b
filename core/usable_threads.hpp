// SPDX-License-Identifier: Apache-2.0
// What a request for threads becomes: never more than the CPUs that the process may use, because
// more only wait for each other. No result depends on the number.
#pragma once

#include "dfengine/compute.hpp"
#include "dfengine/observer.hpp"

namespace dfe {

/// The threads to work with where `asked` are asked for; 0 asks for all there are. `observer`, if
/// given, gets a warning where it is fewer. Throws a usage `Error` for numbers below 0 or above
/// 4096.
int usable_threads(int asked, Observer* observer = nullptr);

/// The same for a request's options, where 0 stays 0: a verb does it before it calls the functions
/// below, so that there is one warning.
void limit_threads(ComputeOptions& options, Observer* observer);

}  // namespace dfe

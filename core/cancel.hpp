// SPDX-License-Identifier: Apache-2.0
// How a loop gives up where the observer asks for it: an error of a kind of its own, so that nobody
// takes a failure for a stop, or a stop for a failure.
#pragma once

#include <string_view>

#include "dfengine/error.hpp"
#include "dfengine/observer.hpp"

namespace dfe {

/// Throws an `Error` of kind Cancelled where there is an observer that asks to stop; `area` and
/// `object` as for any error.
inline void stop_if_cancelled(Observer* observer, std::string_view area,
                              std::string_view object = {}) {
  if (observer != nullptr && observer->cancelled())
    throw Error(ErrorKind::Cancelled, area, object, "cancelled");
}

}  // namespace dfe

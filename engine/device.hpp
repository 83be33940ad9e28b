// SPDX-License-Identifier: Apache-2.0
// From what the user typed after --device to a backend.
#pragma once

#include <memory>
#include <string>

#include "dfengine/compute.hpp"
#include "kernels/backend.hpp"

namespace dfe {

struct ChosenDevice {
  std::string
      device;  ///< what was asked for; "auto" becomes the first GPU that can be used, or cpu
  std::string reason;  ///< why auto chose so; empty for other devices
};
ChosenDevice choose_device(const std::string& device);

/// Throws a usage `Error` where the device does not exist or cannot be used: a backend that was
/// asked for by name is never replaced by another. `why`, if given, gets ChosenDevice::reason.
std::unique_ptr<Backend> make_backend(const ComputeOptions& options, std::string* why = nullptr);

}  // namespace dfe

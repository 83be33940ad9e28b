// SPDX-License-Identifier: Apache-2.0
// Chooses the table of kernels for the running machine.
#pragma once

#include <string>

#include "kernels/cpu/isa_table.hpp"

namespace dfe::cpu {

/// Throws a usage `Error` where `instruction_set` is unknown or the machine lacks it.
const IsaTable& choose_table(const std::string& instruction_set);

}  // namespace dfe::cpu

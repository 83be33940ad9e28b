// SPDX-License-Identifier: Apache-2.0
#include "io/atomic_file.hpp"

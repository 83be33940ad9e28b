// SPDX-License-Identifier: Apache-2.0
#include "io/run_record.hpp"

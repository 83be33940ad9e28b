// SPDX-License-Identifier: Apache-2.0
// Catch2 of either generation: 2 (Debian 12) and 3 (Ubuntu 24.04). DFE_CONTAINS is the matcher for a part of a text.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#define DFE_CONTAINS Catch::Matchers::ContainsSubstring
#else
#include <catch2/catch.hpp>
#define DFE_CONTAINS Catch::Matchers::Contains
#endif

// SPDX-License-Identifier: Apache-2.0
// Whether two names mean the same tomogram. Programs add words of their own to a tomogram's name:
// RELION reconstructs TS_01 as rec_TS_01.mrc, Warp as TS_01_10.00Apx.mrc, and our labels of it are
// TS_01_labels.mrc.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfe {

/// The name without folders, file extensions and what programs add: rec_ at the
/// front, and at the end _Vol, _rec, _labels, _scores, _target, _objl, and a pixel size like
/// _10.00Apx. Never empty unless `name` is.
std::string tomogram_id(std::string_view name);

/// 10 of TS_01_10.00Apx.
std::optional<double> pixel_size_in_name(std::string_view name);

/// Index of the name that means the same tomogram as `wanted`: the equal one, else the only one
/// with the same `tomogram_id`. Throws `Error` for several of these; `area` begins its text.
std::optional<std::size_t> find_tomogram(const std::vector<std::string>& names,
                                         const std::string& wanted, std::string_view area);

}  // namespace dfe

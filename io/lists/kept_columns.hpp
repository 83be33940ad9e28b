// SPDX-License-Identifier: Apache-2.0
// Which columns that the library does not use each format has a place for. Writers ask the same
// functions, so that what is said of a file is what is in it.
#pragma once

#include <string_view>

#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// Whether a list in this format keeps an extra column of this name.
bool keeps_column(ListFormat format, std::string_view name);

bool is_csv_column(std::string_view name);
bool is_xml_column(std::string_view name);      ///< a name that an attribute can have
bool is_star_column(std::string_view name);     ///< "_rlnRandomSubset"
bool is_optics_column(std::string_view name);   ///< "data_optics/_rlnVoltage"
bool is_dynamo_column(std::string_view name);   ///< "dynamo_21"
bool is_motl_column(std::string_view name);     ///< "motl_2"
bool is_stopgap_column(std::string_view name);  ///< "_halfset"
bool is_cbox_column(std::string_view name);     ///< "_Width"

}  // namespace dfe::io::lists

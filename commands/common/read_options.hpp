// SPDX-License-Identifier: Apache-2.0
// How a request wants its volumes read.
#pragma once

#include "commands/common/json_text.hpp"
#include "dfengine/commands.hpp"
#include "io/run_record.hpp"
#include "io/volume.hpp"

namespace dfe {

inline io::VolumeReadOptions read_options(const CommonRequest& common) {
  io::VolumeReadOptions options;
  options.voxel_size_angstrom = common.voxel_size_angstrom;
  options.signed_bytes = common.signed_bytes;
  return options;
}

/// Notes what was given.
inline void record_read_options(io::RunRecord& record, const CommonRequest& common) {
  if (common.voxel_size_angstrom)
    record.option("voxel-size", number_text(*common.voxel_size_angstrom));
  if (common.signed_bytes) record.option("bytes", *common.signed_bytes ? "signed" : "unsigned");
}

}  // namespace dfe

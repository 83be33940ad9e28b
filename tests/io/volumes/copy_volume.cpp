// SPDX-License-Identifier: Apache-2.0
// copy_volume IN OUT [labels] [0.5]: reads a volume, or a label map, and writes it by the ending of
// OUT, OME-Zarr as version 0.4 or 0.5. For tests/peers/volumes.py.
#include <cstdio>
#include <exception>
#include <string>

#include "io/volume.hpp"

int main(int argc, char* argv[]) {
  using namespace dfe;
  if (argc < 3) return 2;
  bool labels = false;
  io::VolumeWriteOptions options;
  for (int i = 3; i < argc; ++i) {
    if (std::string(argv[i]) == "labels") labels = true;
    if (std::string(argv[i]) == "0.5") options.ome_zarr = OmeZarr::V05;
  }
  try {
    const auto source = io::open_volume(argv[1]);
    for (const std::string& warning : source->info().warnings)
      std::fprintf(stderr, "%s\n", warning.c_str());
    if (labels)
      io::write_labels(argv[2], io::read_labels(argv[1]), options);
    else
      io::write_volume(argv[2], io::read_volume(*source).view(), source->info().geometry, options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}

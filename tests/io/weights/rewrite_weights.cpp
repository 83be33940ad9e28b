// SPDX-License-Identifier: Apache-2.0
// rewrite_weights IN OUT: reads weights in any layout and writes them as dfengine does, with
// attributes to look at.
#include <cstdio>
#include <exception>

#include "io/weights_file.hpp"

int main(int argc, char* argv[]) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: rewrite_weights IN OUT\n");
    return 2;
  }
  try {
    dfe::Weights weights = dfe::io::read_weights(argv[1]);
    std::printf("%s: %s, widths %d %d %d, %d classes\n", argv[1], weights.layout.c_str(),
                static_cast<int>(weights.widths[0]), static_cast<int>(weights.widths[1]),
                static_cast<int>(weights.widths[2]), static_cast<int>(weights.classes));
    weights.voxel_size_angstrom = 13.68;
    weights.provenance.emplace_back("rewritten from", argv[1]);
    dfe::io::write_weights(argv[2], weights);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

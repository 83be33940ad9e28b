// SPDX-License-Identifier: Apache-2.0
// Where Keras keeps the tensors of a model in an HDF5 file. Names are unreliable (they count on
// when a process builds a second model, and start at nothing or at 1), so the order of layers comes
// from `layer_names` where there is one, else from natural sorting.
#pragma once

#include <string>
#include <vector>

#include "io/hdf5/hdf5_file.hpp"

namespace dfe::io::weights {

/// A layer that has tensors, and the paths of their datasets below the file's root, in Keras' order
/// (kernel, bias).
struct StoredLayer {
  std::string name;
  std::vector<std::string> tensors;
};

struct KerasLayout {
  std::string description;  ///< "keras 2 model", "keras 3 weights", ...
  std::vector<StoredLayer> layers;
};

/// Finds the layers of any Keras layout. Throws `Error` where there is none.
KerasLayout find_layout(const h5::Reader& file, const std::string& name);

/// Whether `a` comes before `b` when runs of digits count as numbers: conv3d, conv3d_2, conv3d_10.
bool natural_less(const std::string& a, const std::string& b);

}  // namespace dfe::io::weights

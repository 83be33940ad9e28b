// SPDX-License-Identifier: Apache-2.0
// Finds and opens the CUDA module. The program itself needs no CUDA: where module, libraries,
// driver or GPU are missing, this says which.
#pragma once

#include <memory>
#include <string>

#include "dfengine/compute.hpp"
#include "kernels/cuda_module.hpp"

namespace dfe::card {

/// What came of looking for the module; looked for once per program.
struct LoadedModule {
  const CudaModule* module = nullptr;
  std::string path;     ///< of the module, where one was found
  std::string trouble;  ///< why there is none, a clause without full stop
};

/// $DFENGINE_CUDA (the module, a folder with it, or "off") alone where it is set; else beside the
/// program, then in ../lib and the library folder of the installation.
const LoadedModule& cuda_module();

/// GPUs with `trouble` filled in where there is none that can be used, whatever the reason.
CardList cuda_cards();

/// The index of the GPU that a device names: "cuda" is the first that can be used, "cuda:1" the
/// second visible one. Throws a usage `Error` "no CUDA backend: ..." where there is none.
int check_cuda_device(const std::string& device);

/// The backend on that GPU.
std::unique_ptr<Backend> make_cuda_backend(const std::string& device, Precision precision);

/// Mean shift on that GPU.
std::unique_ptr<MeanShiftDevice> open_mean_shift(const std::string& device);

}  // namespace dfe::card

// SPDX-License-Identifier: Apache-2.0
// What is wrong with a driver or a GPU, in words. Pure functions, so that every case is tested
// without either.
#pragma once

#include <cstdlib>
#include <sstream>
#include <string>

namespace dfe::card {

/// Why no GPU can be asked for. `error`: cudaGetDeviceCount's; `driver`: CUDA version of the
/// driver, 0: none is installed, -1: it does not tell; `runtime`: the version this was built with.
inline std::string driver_trouble(int error, int driver, int runtime) {
  const auto text = [](int version) {
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
  };
  constexpr int kStub = 34, kInsufficientDriver = 35,
                kNoDevice = 100;  // cudaErrorStubLibrary and so on
  if (error == kStub)
    return "libcuda.so is the toolkit's stub, not a driver: remove its folder from LD_LIBRARY_PATH";
  if (error == kInsufficientDriver && driver == 0) return "no NVIDIA driver is installed";
  if (error == kInsufficientDriver && driver > 0)
    return "the NVIDIA driver (for CUDA " + text(driver) + ") is too old for this build (CUDA " +
           text(runtime) + ")";
  if (error == kNoDevice)
    return "there is a driver, but no GPU is visible (CUDA_VISIBLE_DEVICES may hide it)";
  return "the NVIDIA driver does not answer";
}

/// Why a GPU of this compute capability cannot run kernels built for `architectures`
/// ("75-real,90,90-virtual", as CMake names them); empty where it can. Machine code runs on its own
/// generation from its own number up, PTX on everything later.
inline std::string card_refusal(int capability, const std::string& architectures) {
  std::istringstream entries(architectures);
  for (std::string entry; std::getline(entries, entry, ',');) {
    const int built = std::atoi(entry.c_str());
    const bool real = entry.find("-virtual") == std::string::npos,
               ptx = entry.find("-real") == std::string::npos;
    if ((ptx && capability >= built) ||
        (real && capability / 10 == built / 10 && capability >= built))
      return {};
  }
  return "compute capability " + std::to_string(capability / 10) + "." +
         std::to_string(capability % 10) + " is not among those of this build (" + architectures +
         ")" + (capability < 75 ? "; the lowest supported is 7.5" : "");
}

}  // namespace dfe::card

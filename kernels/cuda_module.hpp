// SPDX-License-Identifier: Apache-2.0
// What the program and its CUDA module say to each other. The module exports one C function;
// everything else is C++ of one build, which the build text makes sure of.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "dfengine/compute.hpp"
#include "kernels/backend.hpp"
#include "kernels/mean_shift.hpp"

namespace dfe::card {

/// A GPU of this machine.
struct CardFacts {
  int index = 0;
  std::string name;
  int capability = 0;  ///< 90: sm_90
  std::int64_t memory_bytes = 0;
  std::string refusal;  ///< why it cannot be used; empty where it can
};

struct CardList {
  std::vector<CardFacts> cards;
  std::string trouble;   ///< why there are none
  std::string versions;  ///< "CUDA 13.0, driver 13.0, cuDNN 9.19.0"
};

struct CudaModule {
  const char* build;
  CardList (*list)();
  /// Throws `Error`. The GPU is one of list(), without refusal.
  std::unique_ptr<Backend> (*open)(int index, Precision precision);
  std::unique_ptr<MeanShiftDevice> (*open_mean_shift)(int index);  ///< likewise
};

/// Two parts with the same text may exchange C++ objects. DFE_MODULE_BUILD is the build system's.
#define DFE_MODULE_TEXT DFE_MODULE_BUILD " " __VERSION__

constexpr const char* kModuleEntry = "dfengine_cuda_module";
constexpr const char* kModuleFile = "libdfengine_cuda.so";

}  // namespace dfe::card

// SPDX-License-Identifier: Apache-2.0
// CUDA errors become dfe::Error with the expression, the code, its name and its text.
#pragma once

#include <cuda_runtime_api.h>

#include <string>

#include "dfengine/error.hpp"

namespace dfe::card {

inline std::string cuda_error_text(cudaError_t code) {
  return std::to_string(static_cast<int>(code)) + " " + cudaGetErrorName(code) + " (" +
         cudaGetErrorString(code) + ")";
}

/// `object` says what was being done: an op with its shape, a GPU.
inline void check_cuda(cudaError_t code, const char* expression, const std::string& object) {
  if (code != cudaSuccess)
    throw Error("cuda", object,
                std::string("CUDA: ") + expression + " gave " + cuda_error_text(code));
}
#define DFE_CUDA(expression, object) ::dfe::card::check_cuda((expression), #expression, (object))

}  // namespace dfe::card

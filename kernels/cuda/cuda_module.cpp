// SPDX-License-Identifier: Apache-2.0
// The module's one exported function and what it leads to.
#include <cuda_runtime_api.h>
#include <cudnn.h>

#include "kernels/cuda/cudnn/plan_cache.hpp"
#include "kernels/cuda/machine/cuda_check.hpp"
#include "kernels/cuda/machine/cuda_machine.hpp"
#include "kernels/cuda/mean_shift/card_mean_shift.hpp"
#include "kernels/cuda/network/card_backend.hpp"
#include "kernels/cuda/network/card_verdict.hpp"
#include "kernels/cuda_module.hpp"

namespace dfe::card {
namespace {

CardList list_cards() {
  CardList list;
  int runtime = 0, driver = 0, count = 0;
  cudaRuntimeGetVersion(&runtime);
  const cudaError_t driver_error = cudaDriverGetVersion(&driver);
  const std::size_t cudnn = cudnnGetVersion();
  list.versions = "CUDA " + cuda_version_text(runtime) + ", driver " +
                  (driver > 0 ? cuda_version_text(driver) : "none") + ", cuDNN " +
                  std::to_string(cudnn / 10000) + "." + std::to_string(cudnn / 100 % 100) + "." +
                  std::to_string(cudnn % 100);
  const cudaError_t error = cudaGetDeviceCount(&count);  // leaves the count alone where it fails
  if (error != cudaSuccess) {
    list.trouble = driver_trouble(static_cast<int>(error),
                                  driver_error == cudaSuccess ? driver : -1, runtime) +
                   ": " + cuda_error_text(error);
    return list;
  }
  for (int i = 0; i < count; ++i) {
    CardFacts card;
    card.index = i;
    cudaDeviceProp properties{};
    if (const cudaError_t code = cudaGetDeviceProperties(&properties, i); code != cudaSuccess) {
      card.refusal = cuda_error_text(code);
    } else {
      card.name = properties.name;
      card.capability = properties.major * 10 + properties.minor;
      card.memory_bytes = static_cast<std::int64_t>(properties.totalGlobalMem);
      card.refusal = card_refusal(card.capability, DFE_CUDA_ARCHITECTURES);
      int mode = 0;
      if (card.refusal.empty() &&
          cudaDeviceGetAttribute(&mode, cudaDevAttrComputeMode, i) == cudaSuccess &&
          mode == cudaComputeModeProhibited)
        card.refusal = "its compute mode is Prohibited";
    }
    list.cards.push_back(std::move(card));
  }
  if (count == 0) list.trouble = "no GPU";
  return list;
}

std::unique_ptr<Backend> open_card(int index, Precision precision) {
  return make_card_backend(make_cuda_machine(index, PlanCache::default_path()), precision);
}

std::unique_ptr<MeanShiftDevice> open_mean_shift_card(int index) {
  return make_card_mean_shift(make_cuda_machine(index, PlanCache::default_path()));
}

const CudaModule kModule{DFE_MODULE_TEXT, list_cards, open_card, open_mean_shift_card};

}  // namespace
}  // namespace dfe::card

extern "C" __attribute__((visibility("default"))) const dfe::card::CudaModule*
dfengine_cuda_module() {
  return &dfe::card::kModule;
}

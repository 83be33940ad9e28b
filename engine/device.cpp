// SPDX-License-Identifier: Apache-2.0
#include "engine/device.hpp"

#include "dfengine/error.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/cuda_loader.hpp"
#include "kernels/ref/ref_backend.hpp"

namespace dfe {

ChosenDevice choose_device(const std::string& device) {
  if (device != "auto") return {device, ""};
  const card::CardList list = card::cuda_cards();
  if (list.trouble.empty()) return {"cuda", "auto: cuda"};
  return {"cpu", "auto: cpu, because there is no CUDA backend: " + list.trouble};
}

void check_device(const std::string& device) {
  if (device == "auto" || device == "cpu" || device == "ref") return;
  if (!device.starts_with("cuda"))
    throw Error(ErrorKind::Usage, "device", device, "no such device",
                "expected auto, cpu, ref, cuda or cuda:N");
  card::check_cuda_device(device);
}

std::unique_ptr<Backend> make_backend(const ComputeOptions& options, std::string* why) {
  check_device(options.device);
  const auto [device, reason] = choose_device(options.device);
  if (why) *why = reason;
  if (device == "cpu")
    return make_cpu_backend(options.threads, options.instruction_set, options.convolution);
  if (device == "ref") return make_ref_backend(options.threads);
  return card::make_cuda_backend(device, options.precision);
}

}  // namespace dfe

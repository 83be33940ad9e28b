// SPDX-License-Identifier: Apache-2.0
#include "engine/device.hpp"

#include "engine/api/error.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/ref/ref_backend.hpp"

namespace dfe {

std::unique_ptr<Backend> make_backend(const SegmentOptions& options) {
  if (options.threads < 0 || options.threads > 4096)
    throw Error(ErrorKind::Usage, "threads", std::to_string(options.threads), "out of range", "expected 1 to 4096, or 0 for all");
  if (options.device == "auto" || options.device == "cpu")
    return make_cpu_backend(options.threads, options.instruction_set, options.convolution);
  if (options.device == "ref") return make_ref_backend(options.threads);
  if (options.device.rfind("cuda", 0) == 0)
    throw Error(ErrorKind::Usage, "device", options.device, "this build has no CUDA backend", "use --device cpu or auto");
  throw Error(ErrorKind::Usage, "device", options.device, "no such device", "expected auto, cpu or ref");
}

}  // namespace dfe

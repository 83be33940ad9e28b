// SPDX-License-Identifier: Apache-2.0
#include "engine/training/training_backend.hpp"

#include "engine/api/error.hpp"
#include "engine/device.hpp"
#include "kernels/cpu/cpu_backward.hpp"
#include "kernels/ref/ref_backward.hpp"

namespace dfe {

TrainingBackend make_training_backend(const SegmentOptions& options) {
  if (options.device.starts_with("cuda"))
    throw Error(ErrorKind::Usage, "device", options.device, "training runs on the CPU only so far", "use --device cpu or auto");
  SegmentOptions host = options;
  if (host.device == "auto") host.device = "cpu";
  TrainingBackend made{make_backend(host), nullptr};
  made.backward = options.device == "ref" ? make_ref_backward(options.threads)
                                          : make_cpu_backward(*made.forward, options.instruction_set, options.convolution);
  return made;
}

}  // namespace dfe

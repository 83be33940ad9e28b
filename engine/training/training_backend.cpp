// SPDX-License-Identifier: Apache-2.0
#include "engine/training/training_backend.hpp"

#include <algorithm>

#include "core/parallel.hpp"
#include "dfengine/error.hpp"
#include "engine/device.hpp"
#include "kernels/cpu/cpu_backward.hpp"
#include "kernels/ref/ref_backward.hpp"

namespace dfe {

TrainingBackend make_training_backend(const ComputeOptions& options) {
  if (options.device.starts_with("cuda"))
    throw Error(ErrorKind::Usage, "device", options.device, "training runs on the CPU only so far",
                "use --device cpu or auto");
  ComputeOptions host = options;
  if (host.device == "auto") host.device = "cpu";
  TrainingBackend made{make_backend(host), nullptr};
  made.backward =
      options.device == "ref"
          ? make_ref_backward(options.threads)
          : make_cpu_backward(*made.forward, options.instruction_set, options.convolution);
  return made;
}

std::vector<TrainingBackend> make_training_lanes(const ComputeOptions& options, std::int64_t most) {
  const int threads = options.threads > 0 ? options.threads : available_threads();
  const int lanes = static_cast<int>(std::clamp<std::int64_t>(most, 1, threads));
  std::vector<TrainingBackend> made;
  for (int lane = 0; lane < lanes; ++lane) {
    ComputeOptions share = options;
    share.threads = threads / lanes + (lane < threads % lanes ? 1 : 0);
    made.push_back(make_training_backend(share));
  }
  return made;
}

}  // namespace dfe

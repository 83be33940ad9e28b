// SPDX-License-Identifier: Apache-2.0
// The cpu backend: direct convolution on channel-blocked fp32 tensors, for the best instruction set
// the machine has.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dfengine/compute.hpp"
#include "kernels/backend.hpp"

namespace dfe {

/// Instruction sets that this machine can run, best first: some of "avx512", "avx2", and always
/// "portable".
std::vector<std::string> cpu_instruction_sets();

/// `instruction_set` is "auto" or one of cpu_instruction_sets(); `threads` of 0 takes all. Throws a
/// usage `Error` for another name.
std::unique_ptr<Backend> make_cpu_backend(int threads = 0,
                                          const std::string& instruction_set = "auto",
                                          Convolution convolution = Convolution::Direct);

/// Multiply-adds per second of one thread, in GFLOP/s, measured for about `seconds`: the ceiling of
/// the direct kernels.
double measure_fma_peak_gflops(const std::string& instruction_set, double seconds);

}  // namespace dfe

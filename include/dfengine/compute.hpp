// SPDX-License-Identifier: Apache-2.0
// What computes, with how many threads and how much memory: the same few options for whatever there
// is to compute. None of them changes what is computed, but for rounding where it says so.
#pragma once

#include <cstdint>
#include <string>

namespace dfe {

/// How the cpu backend computes convolutions.
enum class Convolution {
  Winograd,  ///< minimal filtering F(4, 4, 4), at quarter resolution F(2, 4, 4), and the 8-product
             ///< up-convolution: fastest
  Strict,    ///< F(2, 2, 2): about half as fast, half the error of direct fp32
  Direct,    ///< one multiply-add per weight: the oracle of the others
};

/// "winograd", "strict", "direct".
constexpr const char* convolution_name(Convolution convolution) {
  return convolution == Convolution::Winograd ? "winograd"
         : convolution == Convolution::Strict ? "strict"
                                              : "direct";
}

/// What a GPU computes with; sums are always in single precision.
enum class Precision {
  Fp16,  ///< half: fastest, relative error about 1e-3
  Bf16,  ///< bfloat16: the range of single precision, relative error about 1e-2
  Tf32,  ///< single precision in memory, 10-bit mantissas in products
  Fp32,  ///< single precision throughout, slow
};

/// "fp16", "bf16", "tf32", "fp32".
constexpr const char* precision_name(Precision precision) {
  return precision == Precision::Fp16   ? "fp16"
         : precision == Precision::Bf16 ? "bf16"
         : precision == Precision::Tf32 ? "tf32"
                                        : "fp32";
}

/// Every request that computes holds one, and honours these fields of it; the others have no effect
/// there:
///
///     segment, pick (the network)     all
///     cluster, pick (the clustering)  device, threads
///     train                           device, instruction_set, convolution, threads, memory_bytes
///     simulate                        threads, memory_bytes
///     evaluate, target                threads
///
/// More threads than the process may use are reduced to those, and the observer gets a warning;
/// numbers that are not from 0 to 4096 are usage errors.
struct ComputeOptions {
  std::string device = "auto";  ///< auto, cpu, cuda, cuda:N, or ref (slow and plain, for checks)
  Precision precision = Precision::Fp16;  ///< of a GPU; the other devices have their own
  std::string instruction_set = "auto";   ///< of the cpu backend: auto, avx512, avx2, portable
  Convolution convolution = Convolution::Winograd;  ///< of the cpu backend
  int threads = 0;                                  ///< 0: all CPUs that the process may use
  std::int64_t memory_bytes = 0;  ///< budget of the whole run; 0: what the machine has to spare
};

}  // namespace dfe

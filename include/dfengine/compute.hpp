// SPDX-License-Identifier: Apache-2.0
// The compute device, the number of threads and the memory limit: one set of options for everything
// that computes. They change results by rounding at most, and only where the comments say so.
#pragma once

#include <cstdint>
#include <string>

namespace dfe {

/// How the CPU backend computes 3x3x3 convolutions and up-convolutions. F(d, h, w) is Winograd's
/// minimal filtering with tiles of d planes x h rows x w voxels of output (Lavin and Gray, CVPR
/// 2016). The choice changes results by rounding; docs/design/engine.md gives the errors.
enum class Convolution {
  Winograd,  ///< F(4, 4, 6), or F(4, 4, 4) in training; F(2, 4, 4) at quarter resolution; the
             ///< up-convolution with 8 products per voxel: fastest
  Strict,    ///< F(2, 2, 2): about half as fast, half the rounding error of Direct
  Direct,    ///< one multiply-add per weight: the reference for the other two
};

/// "winograd", "strict", "direct".
constexpr const char* convolution_name(Convolution convolution) {
  return convolution == Convolution::Winograd ? "winograd"
         : convolution == Convolution::Strict ? "strict"
                                              : "direct";
}

/// Number format of tensors and products on a GPU. Sums are always in single precision.
enum class Precision {
  Fp16,  ///< half precision: fastest, relative error about 1e-3
  Bf16,  ///< bfloat16: the range of single precision, relative error about 1e-2
  Tf32,  ///< single precision in memory, 10-bit mantissas in products
  Fp32,  ///< single precision throughout: slowest
};

/// "fp16", "bf16", "tf32", "fp32".
constexpr const char* precision_name(Precision precision) {
  return precision == Precision::Fp16   ? "fp16"
         : precision == Precision::Bf16 ? "bf16"
         : precision == Precision::Tf32 ? "tf32"
                                        : "fp32";
}

/// Every request that computes has these options. Each subcommand uses some of the fields and
/// ignores the others:
///
///     segment, pick (the network)     all
///     cluster, pick (the clustering)  device, threads
///     train                           device, instruction_set, convolution, threads, memory_bytes
///     simulate                        threads, memory_bytes
///     evaluate, target                threads
///
/// If `threads` exceeds the number of CPUs that the process may use, it is reduced to that number
/// and the observer receives a warning. Values outside 0 to 4096 are usage errors.
struct ComputeOptions {
  std::string device = "auto";  ///< auto, cpu, cuda, cuda:N, or ref (slow reference, for checks).
                                ///< auto is the first usable GPU, else the CPU; training and
                                ///< clustering alone use the CPU, and training refuses cuda.
  Precision precision = Precision::Fp16;            ///< used on a GPU only
  std::string instruction_set = "auto";             ///< CPU only: auto, avx512, avx2, portable
  Convolution convolution = Convolution::Winograd;  ///< CPU only
  int threads = 0;                                  ///< 0: all CPUs that the process may use
  std::int64_t memory_bytes = 0;  ///< memory limit of the whole run; 0: what the machine has free
};

}  // namespace dfe

// SPDX-License-Identifier: Apache-2.0
// GPUs described in the JSON that cuDNN reads instead of asking a GPU. Figures are of NVIDIA's
// data sheets and the tuning guides' tables of limits per compute capability.
#pragma once

#include <string>
#include <vector>

namespace dfe::test {

struct CardDescription {
  const char* name;
  int capability;  ///< 90: sm_90
  int multiprocessors;
  int shared_kib;  ///< most shared memory of a block
  int threads_per_sm, blocks_per_sm;
  long long l2_mib, memory_gib;
  int clock_mhz, memory_mhz;

  std::string json() const {
    const auto number = [](const char* key, long long value) {
      return std::string("\"") + key + "\": " + std::to_string(value) + ", ";
    };
    return "{\"maxGridSize\": [2147483647, 65535, 65535], \"maxBlockSize\": [1024, 1024, 64], " +
           number("regsPerBlock", 65536) + number("multiProcessorCount", multiprocessors) +
           number("warpSize", 32) + number("maxSharedMemoryPerBlock", 48 * 1024) +
           number("maxSharedMemoryPerBlockOptin", shared_kib * 1024LL) +
           number("reservedSharedMemoryPerBlock", capability < 80 ? 0 : 1024) +
           number("maxRegistersPerSM", 65536) + number("maxCtasPerSM", blocks_per_sm) +
           number("maxThreadsPerBlock", 1024) + number("maxThreadsPerSM", threads_per_sm) +
           number("pciDeviceId", 0) + number("isTccDriver", 0) + number("supportCoopLaunch", 1) +
           number("smClockRateKHz", clock_mhz * 1000LL) +
           number("memClockRateKHz", memory_mhz * 1000LL) + number("l2CacheSize", l2_mib << 20) +
           number("deviceVer", capability * 10) + number("driverVer", 13000) +
           number("cudaDeviceId", 0) + number("totalGlobalMem", memory_gib << 30) +
           "\"deviceName\": \"" + name + "\"}";
  }
};

inline std::vector<CardDescription> described_cards() {
  return {{"Tesla T4", 75, 40, 64, 1024, 16, 4, 15, 1590, 5001},
          {"NVIDIA A100-SXM4-80GB", 80, 108, 163, 2048, 32, 40, 80, 1410, 1593},
          {"NVIDIA GeForce RTX 3090", 86, 82, 99, 1536, 16, 6, 24, 1695, 9751},
          {"NVIDIA GeForce RTX 4090", 89, 128, 99, 1536, 24, 72, 24, 2520, 10501},
          {"NVIDIA H100 80GB HBM3", 90, 132, 227, 2048, 32, 50, 79, 1980, 2619},
          {"NVIDIA B200", 100, 148, 227, 2048, 32, 126, 178, 1965, 3996},
          {"NVIDIA GeForce RTX 5090", 120, 170, 99, 1536, 24, 96, 31, 2407, 14001}};
}

}  // namespace dfe::test

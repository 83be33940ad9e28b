// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/dispatch.hpp"

#include <chrono>

#include "core/text.hpp"
#include "dfengine/error.hpp"
#include "kernels/cpu/cpu_backend.hpp"

namespace dfe {
namespace cpu {
namespace {

/// The tables the machine can run, best first.
std::vector<const IsaTable*> usable_tables() {
  std::vector<const IsaTable*> tables;
#ifdef DFE_CPU_X86
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"))
    tables.push_back(&avx512_table());
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    tables.push_back(&avx2_table());
#endif
  tables.push_back(&portable_table());
  return tables;
}

}  // namespace

const IsaTable& choose_table(const std::string& instruction_set) {
  for (const IsaTable* table : usable_tables())
    if (instruction_set == "auto" || instruction_set == table->name) return *table;
  throw Error(ErrorKind::Usage, "cpu", instruction_set, "this machine has no such instruction set",
              "choose auto or one of " + join(cpu_instruction_sets()));
}

}  // namespace cpu

std::vector<std::string> cpu_instruction_sets() {
  std::vector<std::string> names;
  for (const cpu::IsaTable* table : cpu::usable_tables()) names.emplace_back(table->name);
  return names;
}

double measure_fma_peak_gflops(const std::string& instruction_set, double seconds) {
  const cpu::IsaTable& table = cpu::choose_table(instruction_set);
  using Clock = std::chrono::steady_clock;
  double best = 0;
  for (const Clock::time_point end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                                        std::chrono::duration<double>(seconds));
       best == 0 || Clock::now() < end;) {
    const Clock::time_point start = Clock::now();
    const double gflop = table.fma_gflops(200000);
    best = std::max(best, gflop / std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

}  // namespace dfe

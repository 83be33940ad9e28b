// SPDX-License-Identifier: Apache-2.0
// What `info` says without a file: what this build would find to work with here.
#include <unistd.h>

#include "engine/api/commands.hpp"
#include "engine/core/parallel.hpp"
#include "info_parts.hpp"

namespace dfe {

namespace {

/// Instruction sets of the `cpu` backend that this processor has, best first. "portable" always works.
std::vector<std::string> instruction_sets() {
  std::vector<std::string> sets;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) sets.push_back("avx512");
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) sets.push_back("avx2");
#endif
  sets.push_back("portable");
  return sets;
}

}  // namespace

InfoPart info_machine() {
  const std::int64_t page = sysconf(_SC_PAGESIZE);
  const std::int64_t memory = sysconf(_SC_PHYS_PAGES) * page;
  const std::vector<std::string> sets = instruction_sets();
  InfoPart part;
  part.json = {{"kind", "machine"}, {"version", version()}, {"threads", available_threads()}, {"memory_bytes", memory}};
  part.json["instruction_sets"] = sets;
  part.json["devices"] = {"cpu", "ref"};
  part.text = "dfengine " + version() + "\n  threads           " + std::to_string(available_threads()) + "\n  memory            " +
              number_text(static_cast<double>(memory) / (1 << 30)) + " GiB\n  instruction sets ";
  for (const std::string& set : sets) part.text += " " + set;
  part.text += "\n  devices           cpu ref\n";
  return part;
}

}  // namespace dfe

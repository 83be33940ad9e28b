// SPDX-License-Identifier: Apache-2.0
// What `info` says without a file: what this build would find to work with here.
#include <unistd.h>

#include "engine/api/commands.hpp"
#include "engine/core/memory.hpp"
#include "engine/core/parallel.hpp"
#include "info_parts.hpp"
#include "kernels/cpu/cpu_backend.hpp"

namespace dfe {

InfoPart info_machine() {
  const std::int64_t memory = static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  const std::int64_t available = available_memory_bytes();
  const std::vector<std::string> sets = cpu_instruction_sets();
  const auto gib = [](std::int64_t bytes) { return number_text(static_cast<double>(bytes) / (1 << 30)) + " GiB"; };
  InfoPart part;
  part.json = {{"kind", "machine"}, {"version", version()}, {"threads", available_threads()}, {"memory_bytes", memory}};
  part.json["memory_available_bytes"] = available;
  part.json["instruction_sets"] = sets;
  part.json["devices"] = {"cpu", "ref"};
  part.text = "dfengine " + version() + "\n  threads           " + std::to_string(available_threads()) + "\n  memory            " +
              gib(memory) + ", " + gib(available) + " available\n  instruction sets ";
  for (const std::string& set : sets) part.text += " " + set;
  part.text += "\n  devices           cpu ref\n";
  return part;
}

}  // namespace dfe

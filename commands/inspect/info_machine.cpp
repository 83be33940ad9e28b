// SPDX-License-Identifier: Apache-2.0
// What `info` says without a file: what this build would find to work with here.
#include <unistd.h>

#include "core/memory.hpp"
#include "core/parallel.hpp"
#include "dfengine/commands.hpp"
#include "info_parts.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/cuda_loader.hpp"

namespace dfe {

InfoPart info_machine() {
  const std::int64_t memory =
      static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  const std::int64_t available = available_memory_bytes();
  const std::vector<std::string> sets = cpu_instruction_sets();
  const auto gib = [](std::int64_t bytes) {
    return number_text(static_cast<double>(bytes) / (1 << 30)) + " GiB";
  };
  InfoPart part;
  part.json = {{"kind", "machine"},
               {"version", version()},
               {"threads", available_threads()},
               {"memory_bytes", memory}};
  part.json["memory_available_bytes"] = available;
  part.json["instruction_sets"] = sets;
  const card::CardList cards = card::cuda_cards();
  Json cuda = {{"module", card::cuda_module().path},
               {"versions", cards.versions},
               {"trouble", cards.trouble},
               {"gpus", Json::array()}};
  std::string devices, lines;
  part.json["devices"] = {"cpu", "ref"};
  for (const card::CardFacts& card : cards.cards) {
    const std::string name = "cuda:" + std::to_string(card.index);
    cuda["gpus"].push_back({{"device", name},
                            {"name", card.name},
                            {"capability", card.capability},
                            {"memory_bytes", card.memory_bytes},
                            {"refusal", card.refusal}});
    if (card.refusal.empty()) part.json["devices"].push_back(name), devices += " " + name;
    lines += "  " + name + "            " + card.name + ", " + gib(card.memory_bytes) + ", sm_" +
             std::to_string(card.capability) +
             (card.refusal.empty() ? "" : ": cannot be used, " + card.refusal) + "\n";
  }
  part.json["cuda"] = cuda;
  part.text = "dfengine " + version() + "\n  threads           " +
              std::to_string(available_threads()) + "\n  memory            " + gib(memory) + ", " +
              gib(available) + " available\n  instruction sets ";
  for (const std::string& set : sets) part.text += " " + set;
  part.text +=
      "\n  devices           cpu ref" + devices + "\n  cuda              " +
      (cards.versions.empty() ? "" : cards.versions + (cards.trouble.empty() ? "" : "; ")) +
      (cards.trouble.empty() ? "" : "no CUDA backend: " + cards.trouble) + "\n" + lines;
  return part;
}

}  // namespace dfe

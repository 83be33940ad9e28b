// SPDX-License-Identifier: Apache-2.0
// Finds the CUDA module, opens it once, and turns what it says into errors that tell what is
// missing: first the search, then the choice of a device by name. See docs/design/cuda.md, "Layers,
// from the program down".
#include "kernels/cuda_loader.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

#include "core/text.hpp"
#include "dfengine/error.hpp"

namespace dfe::card {
namespace {

namespace fs = std::filesystem;

LoadedModule find_module() {
  LoadedModule found;
  std::vector<fs::path> places;
  std::error_code error;
  if (const char* const chosen = std::getenv("DFENGINE_CUDA"); chosen && *chosen) {
    if (std::string(chosen) == "off") {
      found.trouble = "switched off by DFENGINE_CUDA";
      return found;
    }
    places.push_back(fs::is_directory(chosen, error) ? fs::path(chosen) / kModuleFile
                                                     : fs::path(chosen));
  } else {
    const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
    places = {folder / kModuleFile, folder.parent_path() / "lib" / kModuleFile,
              folder.parent_path() / DFE_LIBRARY_FOLDER / kModuleFile};
  }
  std::string looked;
  for (const fs::path& place : places) {
    if (!fs::is_regular_file(place, error)) {
      if (looked.find("'" + place.string() + "'") == std::string::npos)
        looked += (looked.empty() ? "'" : ", '") + place.string() + "'";
      continue;
    }
    found.path = place.string();
    void* const handle = dlopen(fs::absolute(place, error).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
      const char* const why = dlerror();
      found.trouble =
          "the CUDA module cannot be opened (" + std::string(why ? why : "no reason given") + ")";
      return found;
    }
    using Entry = const CudaModule* (*)();
    const auto entry = reinterpret_cast<Entry>(dlsym(handle, kModuleEntry));
    if (!entry) {
      found.trouble = "'" + found.path + "' is not a CUDA module of dfengine";
      return found;
    }
    const CudaModule* const module = entry();
    if (std::string(module->build) != DFE_MODULE_TEXT) {
      found.trouble = "'" + found.path + "' belongs to another build of dfengine (" +
                      module->build + ", not " + DFE_MODULE_TEXT + ")";
      return found;
    }
    found.module = module;
    return found;
  }
  found.trouble = "no CUDA module at " + looked;
  return found;
}

[[noreturn]] void refuse(const std::string& device, const std::string& why) {
  throw Error(ErrorKind::Usage, "device", device, "cannot be used: " + why,
              "run dfengine info to see the devices, or use --device cpu or auto");
}

}  // namespace

const LoadedModule& cuda_module() {
  static const LoadedModule loaded = find_module();
  return loaded;
}

CardList cuda_cards() {
  const LoadedModule& loaded = cuda_module();
  CardList list;
  if (!loaded.module) {
    list.trouble = loaded.trouble;
    return list;
  }
  list = loaded.module->list();
  if (!list.trouble.empty()) return list;
  for (const CardFacts& card : list.cards)
    if (card.refusal.empty()) return list;
  list.trouble =
      list.cards.empty() ? "no GPU" : "GPU 0, " + list.cards[0].name + ": " + list.cards[0].refusal;
  return list;
}

int check_cuda_device(const std::string& device) {
  int wanted = -1;
  if (device != "cuda") {
    wanted = parse_as<int>(device.starts_with("cuda:") ? device.substr(5) : "").value_or(-1);
    if (wanted < 0)
      throw Error(ErrorKind::Usage, "device", device, "no such device",
                  "expected auto, cpu, ref, cuda or cuda:N");
  }
  const CardList list = cuda_cards();
  if (list.cards.empty()) refuse(device, list.trouble);
  if (wanted >= static_cast<int>(list.cards.size()))
    refuse(device, "only " + std::to_string(list.cards.size()) +
                       (list.cards.size() == 1 ? " GPU is visible" : " GPUs are visible"));
  for (const CardFacts& card : list.cards)
    if (wanted < 0 ? card.refusal.empty() : card.index == wanted) {
      if (!card.refusal.empty()) refuse(device, card.name + ": " + card.refusal);
      return card.index;
    }
  refuse(device, list.trouble);
}

std::unique_ptr<Backend> make_cuda_backend(const std::string& device, Precision precision) {
  return cuda_module().module->open(check_cuda_device(device), precision);
}

std::unique_ptr<MeanShiftDevice> open_mean_shift(const std::string& device) {
  const int index = check_cuda_device(device);  // before the module is asked for
  return cuda_module().module->open_mean_shift(index);
}

}  // namespace dfe::card

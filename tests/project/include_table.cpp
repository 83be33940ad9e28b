// SPDX-License-Identifier: Apache-2.0
// Who may include whom, and which packages and system headers a folder may use. A package stands
// behind one folder each, so that it can be replaced there.
#include "include_rules.hpp"

namespace dfe::test {

namespace {

using Names = std::vector<std::string>;

const std::string kApi = "include/dfengine", kCore = "core/*", kMath = "core/math",
                  kSeam = "kernels/*";

/// All of kernels/ but the CUDA module, which is a program of its own.
const Names kKernels = {kSeam, "kernels/common", "kernels/cpu", "kernels/ref"};

Names operator+(Names names, const Names& more) {
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

std::vector<IncludeRule> ground() {
  return {
      {kApi, {}, {}},
      {"core", {kApi}, {"sched.h", "sys/mman.h"}},
      {"core/math", {kCore, kApi}, {"fftw3.h"}},
      {"core/comm", {kCore, kApi}, {}},
      {"kernels", {"kernels/common", kCore, kApi}, {"dlfcn.h"}},
      {"kernels/common", {kSeam, kCore, kApi}, {}},
      {"kernels/cpu", {kSeam, "kernels/common", kCore, kApi}, {}},
      {"kernels/ref", {kSeam, "kernels/common", kCore, kApi}, {}},
      {"kernels/cuda",
       {kSeam, "kernels/common", kCore, kApi},
       {"cuda.h", "cuda_runtime.h", "cuda_runtime_api.h", "cudnn.h", "unistd.h"}},
      {"layers", {kSeam, kCore, kApi}, {}},
      {"optim", {kSeam, kCore, kApi}, {}},
  };
}

std::vector<IncludeRule> verbs() {
  return {
      {"average", {kSeam, "match", kMath, kCore, kApi}, {}},
      {"cluster", {kSeam, kCore, kApi}, {}},
      {"evaluate", {kCore, kApi}, {}},
      {"match", {kSeam, "cluster", kMath, kCore, kApi}, {}},
      {"simulate", {kSeam, kMath, kCore, kApi}, {}},
      {"target", {kMath, kCore, kApi}, {}},
      {"engine", kKernels + Names{"layers", "optim", kMath, kCore, kApi}, {}},
      {"engine/sampling", {"engine/*", kMath, kCore, kApi}, {}},
      {"engine/training",
       kKernels +
           Names{"engine/*", "engine/sampling", "layers", "optim", "core/comm", kMath, kCore, kApi},
       {}},
  };
}

std::vector<IncludeRule> readers() {
  return {
      {"io", {kMath, kCore, kApi}, {"fcntl.h", "nlohmann/", "sys/stat.h", "unistd.h", "xxhash.h"}},
      {"io/config", {"io/*", kCore, kApi}, {"yaml-cpp/"}},
      {"io/hdf5", {"io/*", kCore, kApi}, {"hdf5.h"}},
      {"io/lists", {"io/*", kMath, kCore, kApi}, {"fmt/", "nlohmann/", "pugixml.hpp"}},
      {"io/orientations", {"io/*", "io/lists", kCore, kApi}, {}},
      {"io/report", {"io/*", kCore, kApi}, {"zlib.h"}},
      {"io/structures", {"io/*", "io/volumes", kCore, kApi}, {"gemmi/"}},
      {"io/volumes",
       {"io/*", "io/hdf5", "io/volumes/zarr", kCore, kApi},
       {"bzlib.h", "nlohmann/", "tiffio.h", "unistd.h", "zlib.h"}},
      {"io/weights", {"io/*", "io/hdf5", kCore, kApi}, {"nlohmann/", "zip.h"}},
      {"io/volumes/zarr",
       {"io/*", "io/volumes", kCore, kApi},
       {"blosc.h", "nlohmann/", "zlib.h", "zstd.h"}},
  };
}

/// A verb's command may include everything below it, but no command of another verb: the pairs that
/// need one another stand here by name. Of io/ they see the doors, not the formats behind them.
std::vector<IncludeRule> roof() {
  static const Names below = {"commands/common",
                              "commands/report",
                              "cluster",
                              "evaluate",
                              "match",
                              "simulate",
                              "target",
                              "engine",
                              "engine/sampling",
                              "engine/training",
                              "optim",
                              "layers",
                              "kernels/*",
                              "kernels/cpu",
                              "io/*",
                              "io/config",
                              "io/report",
                              kMath,
                              kCore,
                              kApi};
  return {
      {"commands/common", {"io/*", "target", kCore, kApi}, {"nlohmann/", "unistd.h"}},
      {"commands/report", {"io/report", kCore, kApi}, {}},
      {"commands/evaluate", below, {}},
      {"commands/inspect", below, {"unistd.h"}},
      {"commands/match", below, {}},
      {"commands/segment", below, {}},
      {"commands/simulate", below, {}},
      {"commands/target", below, {}},
      {"commands/train", below + Names{"commands/target", "io/hdf5"}, {}},  // paints targets
      {"tools", {kApi}, {"CLI/", "unistd.h"}},
  };
}

/// Programs beside the product: they may look at any part of it, and not at one another.
std::vector<IncludeRule> beside() {
  return {
      {"bench", {"tests/fixtures", "!tests", "**"}, {"benchmark/", "malloc.h", "sys/resource.h"}},
      {"tests",
       {"!bench", "**"},
       {"blosc.h", "bzlib.h", "catch2/", "fcntl.h", "hdf5.h", "malloc.h", "nlohmann/", "sched.h",
        "signal.h", "stdlib.h", "sys/", "tiffio.h", "unistd.h", "zip.h", "zlib.h", "zstd.h"}},
      {"tests/project/consumer", {}, {"dfengine/"}},
  };
}

}  // namespace

const std::vector<IncludeRule>& include_rules() {
  static const std::vector<IncludeRule> rules = [] {
    std::vector<IncludeRule> all;
    for (const auto& part : {ground(), verbs(), readers(), roof(), beside()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return rules;
}

}  // namespace dfe::test

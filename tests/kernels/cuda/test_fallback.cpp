// SPDX-License-Identifier: Apache-2.0
// What the program says where the module, its libraries, the driver or the GPU are missing, and
// that it works all the same.
#include <cstdlib>
#include <fstream>

#include "kernels/cuda/network/card_verdict.hpp"
#include "kernels/cuda_loader.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/temp_folder.hpp"

namespace fs = std::filesystem;
using namespace dfe::test;
using dfe::card::card_refusal;
using dfe::card::driver_trouble;

namespace {

/// `dfengine info` with variables set, and --device cuda, which fails for the same reason.
void says(const TempFolder& folder, const std::vector<std::string>& variables,
          const std::string& expected) {
  std::vector<std::string> command{"env"};
  command.insert(command.end(), variables.begin(), variables.end());
  command.push_back(DFENGINE_BINARY);
  command.push_back("info");
  const CommandResult info = run_command(folder.path(), command);
  INFO(variables.front());
  CHECK(info.exit_code == 0);
  CHECK_THAT(info.out, DFE_CONTAINS("no CUDA backend: ") && DFE_CONTAINS(expected));
  command.push_back("--device=cuda");
  const CommandResult refused = run_command(folder.path(), command);
  CHECK(refused.exit_code == 2);
  CHECK_THAT(refused.err, DFE_CONTAINS("cannot be used: ") && DFE_CONTAINS(expected));
}

}  // namespace

TEST_CASE("a module that is not there, or is none, is named") {
  const TempFolder folder;
  says(folder, {"DFENGINE_CUDA=off"}, "switched off");
  says(folder, {"DFENGINE_CUDA=" + folder.path().string()},
       "no CUDA module at '" + (folder / "libdfengine_cuda.so").string() + "'");
  std::ofstream(folder / "libdfengine_cuda.so") << "not a library";
  says(folder, {"DFENGINE_CUDA=" + folder.path().string()}, "cannot be opened");
  says(folder, {"DFENGINE_CUDA=" DFE_NO_MODULE}, "is not a CUDA module of dfengine");
  says(folder, {"DFENGINE_CUDA=" DFE_NEEDS_ABSENT}, "libabsent_cudnn.so.9");
  says(folder, {"DFENGINE_CUDA=" DFE_OTHER_BUILD}, "belongs to another build");
}

TEST_CASE("auto computes without the module, and says why when asked") {
  const TempFolder folder;
  REQUIRE(run_command(folder.path(), {DFE_MAKE_EXAMPLE, "."}).exit_code == 0);
  const CommandResult result =
      run_command(folder.path(), {"env", "DFENGINE_CUDA=off", DFENGINE_BINARY, "segment",
                                  "tomo.mrc", "--weights", "model.h5", "-o", "l.mrc", "--verbose"});
  CHECK(result.exit_code == 0);
  CHECK_THAT(
      result.err,
      DFE_CONTAINS("auto: cpu, because there is no CUDA backend: switched off by DFENGINE_CUDA"));
}

TEST_CASE("devices that do not exist are refused") {
  const TempFolder folder;
  for (const char* const device :
       {"cuda:", "cuda:x", "cuda:-1", "cuda1", "gpu", "cuda:99999999999"}) {
    const CommandResult result =
        run_command(folder.path(), {DFENGINE_BINARY, "info", "--device", device});
    INFO(device << ": " << result.err);
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.err, DFE_CONTAINS("no such device"));
  }
}

TEST_CASE("drivers and GPUs that cannot be used are told apart") {
  CHECK_THAT(driver_trouble(35, 0, 13000), DFE_CONTAINS("no NVIDIA driver is installed"));
  CHECK_THAT(driver_trouble(35, 12040, 13000),
             DFE_CONTAINS("12.4") && DFE_CONTAINS("too old") && DFE_CONTAINS("13.0"));
  CHECK_THAT(driver_trouble(34, 0, 13000), DFE_CONTAINS("stub"));
  CHECK_THAT(driver_trouble(100, 13000, 13000), DFE_CONTAINS("CUDA_VISIBLE_DEVICES"));
  CHECK_THAT(driver_trouble(999, 13000, 13000), DFE_CONTAINS("does not answer"));

  const std::string usual = "75-real,80-real,86-real,90-real,90-virtual";
  for (const int good : {75, 80, 86, 87, 89, 90, 100, 103, 120})
    CHECK(card_refusal(good, usual).empty());
  for (const int bad : {35, 50, 61, 70, 72})
    CHECK_THAT(card_refusal(bad, usual), DFE_CONTAINS("the lowest supported is 7.5"));
  CHECK(card_refusal(90, "90-real").empty());
  CHECK_THAT(card_refusal(100, "90-real"),
             DFE_CONTAINS("10.0 is not among those of this build (90-real)"));
  CHECK(card_refusal(120, "90").empty());  // machine code and PTX
  CHECK_THAT(card_refusal(80, "86-real"), DFE_CONTAINS("8.0"));
}

#ifdef DFE_MODULE
TEST_CASE("without a driver, with a stub or with an old driver the module says so") {
  const TempFolder folder;
  const std::string module = "DFENGINE_CUDA=" DFE_MODULE;
  fs::create_symlink(DFE_STUB_DRIVER, folder / "libcuda.so.1");
  says(folder, {module, "LD_LIBRARY_PATH=" + folder.path().string()}, "stub");
  says(folder, {module, "LD_LIBRARY_PATH=" DFE_OLD_DRIVER},
       "for CUDA 11.0) is too old for this build");
}

TEST_CASE("what the module throws is caught as the program's own error") {
  setenv("DFENGINE_CUDA", DFE_MODULE, 1);
  setenv("CUDA_VISIBLE_DEVICES", "", 1);  // no GPU, whatever there is
  REQUIRE(dfe::card::cuda_module().module != nullptr);
  CHECK_FALSE(dfe::card::cuda_cards().trouble.empty());
  try {
    dfe::card::cuda_module().module->open(0, dfe::Precision::Fp16);
    FAIL("a GPU was opened that is hidden");
  } catch (const dfe::Error& error) {
    CHECK_THAT(error.what(),
               DFE_CONTAINS("cuda: 'cuda:0': CUDA: cudaSetDevice") && DFE_CONTAINS("cudaError"));
  }
}
#endif

// SPDX-License-Identifier: Apache-2.0
// main() of a fuzz target in builds without libFuzzer: runs the empty input, every file of the
// corpus, and of each file a fixed set of shortened and damaged copies. The damage depends on
// nothing but the file, so a failure comes back at every run.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "tests/fixtures/read_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t kCuts = 24;
constexpr std::size_t kDamagedCopies = 100;

using Bytes = std::vector<std::uint8_t>;

Bytes read_bytes(const std::filesystem::path& path) {
  const std::string text = dfe::test::read_text(path);
  return {text.begin(), text.end()};
}

/// A copy of exactly the right size, so that AddressSanitizer sees a read past its end.
void run(const Bytes& bytes, std::size_t size) {
  const Bytes exact(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

void replay(const std::filesystem::path& path) {
  Bytes bytes = read_bytes(path);
  run(bytes, bytes.size());
  for (std::size_t i = 0; i < kCuts; ++i) run(bytes, bytes.size() * i / kCuts);
  if (bytes.empty()) return;
  std::mt19937 random(1);
  const std::size_t head = std::min<std::size_t>(
      bytes.size(), 1024);  // headers decide most; half of the damage goes there
  for (std::size_t i = 0; i < kDamagedCopies; ++i) {
    const std::size_t place = random() % (i % 2 == 0 ? head : bytes.size());
    const std::uint8_t before = bytes[place];
    bytes[place] = static_cast<std::uint8_t>(random());
    run(bytes, bytes.size());
    bytes[place] = before;
  }
}

}  // namespace

int main(int argc, char* argv[]) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(""), 0);
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i)
    if (std::filesystem::is_directory(argv[i]))
      for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i]))
        if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    std::printf("%s\n", file.c_str());
    std::fflush(stdout);  // the name of the file that breaks the reader is the last line
    replay(file);
  }
  std::printf("%zu corpus files replayed, each with %zu cuts and %zu damaged copies\n",
              files.size(), kCuts, kDamagedCopies);
}

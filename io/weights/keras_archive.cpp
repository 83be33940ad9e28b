// SPDX-License-Identifier: Apache-2.0
// Reads one member of a zip archive through libzip. Memory grows with what is really unpacked, not
// with what the archive claims.
#include "io/weights/keras_archive.hpp"

#include <zip.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <string>

#include "dfengine/error.hpp"

namespace dfe::io::weights {

namespace {

constexpr const char* kMember = "model.weights.h5";
constexpr zip_uint64_t kLimit = zip_uint64_t{1} << 30;

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct Close {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

}  // namespace

bool is_archive(const std::filesystem::path& path) {
  std::array<char, 4> head{};
  std::ifstream in(path, std::ios::binary);
  return in.read(head.data(), head.size()) && std::equal(head.begin(), head.end(), "PK\x03\x04");
}

std::vector<std::byte> read_archive(const std::filesystem::path& path) {
  const std::string name = path.string();
  int code = 0;
  const std::unique_ptr<zip_t, Discard> archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!archive)
    throw Error("weights", name, "a zip archive that cannot be opened",
                "the file is damaged or incomplete");
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_stat(archive.get(), kMember, 0, &stat) != 0 || !(stat.valid & ZIP_STAT_SIZE))
    throw Error("weights", name, std::string("a zip archive without ") + kMember,
                "expected a .keras file");
  if (stat.size > kLimit)
    throw Error("weights", name,
                std::string(kMember) + " claims " + std::to_string(stat.size) + " bytes",
                "more than 1 GiB is not read");
  const std::unique_ptr<zip_file_t, Close> file(zip_fopen(archive.get(), kMember, 0));
  if (!file)
    throw Error("weights", name,
                std::string(kMember) + " cannot be unpacked: " + zip_strerror(archive.get()));
  std::vector<std::byte> bytes, block(1 << 20);
  while (bytes.size() <= stat.size) {
    const zip_int64_t count = zip_fread(file.get(), block.data(), block.size());
    if (count < 0)
      throw Error("weights", name, std::string(kMember) + " cannot be unpacked",
                  "the file is damaged");
    if (count == 0) break;
    bytes.insert(bytes.end(), block.begin(), block.begin() + count);
  }
  if (bytes.size() != stat.size)
    throw Error("weights", name,
                std::string(kMember) + " has " + std::to_string(bytes.size()) + " bytes where " +
                    std::to_string(stat.size) + " are expected",
                "the file is damaged");
  return bytes;
}

}  // namespace dfe::io::weights

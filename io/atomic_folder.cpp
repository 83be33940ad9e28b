// SPDX-License-Identifier: Apache-2.0
// Atomic folders. A folder that is there already is exchanged with the new one in one step where
// the file system can do that (renameat2), else put aside first.
#include "io/atomic_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

#include "dfengine/error.hpp"
#include "io/atomic_file.hpp"

namespace dfe::io {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& fact, int code) {
  throw Error("write", path.string(), fact + ": " + std::strerror(code),
              code == ENOSPC || code == EDQUOT
                  ? "free some space or write elsewhere; no partial result was left"
                  : "choose a folder that you can write to");
}

/// A free name beside `final_path`, as those of AtomicFile.
fs::path temporary_name(const fs::path& final_path) {
  static std::atomic<unsigned> count{0};
  const fs::path folder = final_path.has_parent_path() ? final_path.parent_path() : fs::path(".");
  return folder / (".dfengine-" + std::to_string(::getpid()) + "-" + std::to_string(count++) +
                   ".folder.tmp");
}

int rename_folder(const fs::path& from, const fs::path& to) {
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

AtomicFolder::AtomicFolder(fs::path final_path) : final_(std::move(final_path)) {
  std::error_code error;
  if (fs::is_symlink(final_, error)) final_ = fs::canonical(final_, error);  // the link stays
  for (int attempt = 0; attempt < 1000; ++attempt) {
    temporary_ = temporary_name(final_);
    if (::mkdir(temporary_.c_str(), 0777) == 0) return;
    if (errno != EEXIST) fail(final_, "cannot write in its folder", errno);
  }
  fail(final_, "no free temporary name in its folder", EEXIST);
}

AtomicFolder::~AtomicFolder() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(temporary_, ignored);
}

void AtomicFolder::write(const fs::path& inner, std::span<const std::byte> bytes) {
  const fs::path path = temporary_ / inner;
  std::error_code code;
  fs::create_directories(path.parent_path(), code);
  if (code) fail(final_, "cannot make a folder in it", code.value());
  AtomicFile file(path);
  file.write(bytes.data(), bytes.size());
  file.commit();
}

void AtomicFolder::commit() {
  struct stat status;
  if (::lstat(final_.c_str(), &status) != 0) {
    if (const int code = rename_folder(temporary_, final_))
      fail(final_, "cannot rename the finished folder", code);
    committed_ = true;
    return;
  }
  fs::path old = temporary_;
  if (::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, final_.c_str(), RENAME_EXCHANGE) != 0) {
    old = temporary_name(final_);
    if (const int code = rename_folder(final_, old))
      fail(final_, "cannot put the existing folder aside", code);
    if (const int code = rename_folder(temporary_, final_)) {
      rename_folder(old, final_);
      fail(final_, "cannot rename the finished folder", code);
    }
  }
  committed_ = true;
  std::error_code error;
  fs::remove_all(old, error);
  if (error) fail(old, "the replaced folder cannot be removed", error.value());
}

}  // namespace dfe::io

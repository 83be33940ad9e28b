// SPDX-License-Identifier: Apache-2.0
// Atomic outputs by POSIX calls: the temporary lies in the same directory because rename is atomic only within one file system.
#include "io/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "engine/api/error.hpp"

namespace dfe::io {
namespace {

std::string reason(int code) { return std::strerror(code); }

std::filesystem::path directory_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& fact, int code) {
  const char* remedy = "choose a folder you may write to";
  if (code == ENOSPC || code == EDQUOT || code == EFBIG) remedy = "make room or write elsewhere; nothing was left behind";
  if (code == ENOENT || code == ENOTDIR) remedy = "create the folder first";
  throw Error("write", path.string(), fact + ": " + reason(code), remedy);
}

/// Syncs what `path` names; returns 0 or an errno.
int sync(const std::filesystem::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) return errno;
  int code = ::fsync(fd) == 0 ? 0 : errno;
  if (code == EINVAL || code == ENOTSUP) code = 0;  // some file systems cannot sync a directory
  if (::close(fd) != 0 && code == 0) code = errno;
  return code;
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path final_path) : final_(std::move(final_path)) {
  // A rename over a device such as /dev/null would replace the device itself.
  struct stat status;
  if (final_.filename().empty() || (::stat(final_.c_str(), &status) == 0 && !S_ISREG(status.st_mode)))
    throw Error("write", final_.string(), "is not a regular file", "give the name of a file");
  static std::atomic<unsigned> count{0};
  const std::filesystem::path folder = directory_of(final_);
  for (int attempt = 0; attempt < 1000; ++attempt) {
    // A short name of its own: the final name may already be as long as the file system allows.
    temporary_ = folder / (".dfengine-" + std::to_string(::getpid()) + "-" + std::to_string(count++) + ".tmp");
    const int fd = ::open(temporary_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (fd >= 0) {
      ::close(fd);
      return;
    }
    if (errno != EEXIST) fail(final_, "cannot write in folder '" + folder.string() + "'", errno);
  }
  fail(final_, "no free temporary name in folder '" + folder.string() + "'", EEXIST);
}

AtomicFile::~AtomicFile() {
  if (!committed_) ::unlink(temporary_.c_str());
}

void AtomicFile::commit() {
  if (const int code = sync(temporary_, O_RDONLY)) fail(final_, "cannot sync to disk", code);
  if (::rename(temporary_.c_str(), final_.c_str()) != 0) fail(final_, "cannot rename the finished file", errno);
  committed_ = true;
  if (const int code = sync(directory_of(final_), O_RDONLY | O_DIRECTORY)) fail(final_, "cannot sync the folder", code);
}

void write_text_file(const std::filesystem::path& path, std::string_view text) {
  AtomicFile file(path);
  const int fd = ::open(file.path().c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) fail(path, "cannot open", errno);
  int code = 0;
  while (!text.empty() && code == 0) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written > 0)
      text.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      code = errno;
  }
  if (::close(fd) != 0 && code == 0) code = errno;
  if (code != 0) fail(path, "cannot write", code);
  file.commit();
}

}  // namespace dfe::io

// SPDX-License-Identifier: Apache-2.0
// Atomic outputs by POSIX calls: the temporary lies in the same directory because rename is atomic
// only within one file system.
#include "io/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "dfengine/error.hpp"

namespace dfe::io {
namespace {

std::string reason(int code) { return std::strerror(code); }

std::filesystem::path directory_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& fact, int code) {
  const char* remedy = "choose a folder that you can write to";
  if (code == ENOSPC || code == EDQUOT || code == EFBIG)
    remedy = "free some space or write elsewhere; no partial file was left";
  if (code == ENOENT || code == ENOTDIR) remedy = "create the folder first";
  throw Error("write", path.string(), fact + ": " + reason(code), remedy);
}

int sync(int descriptor) {
  if (::fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP)
    return 0;  // some file systems cannot sync a folder
  return errno;
}

int sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  const int code = sync(descriptor);
  ::close(descriptor);
  return code;
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path final_path)
    : final_(follow_links(std::move(final_path))) {
  // A rename over a device such as /dev/null would replace the device itself.
  struct stat status;
  if (final_.filename().empty() ||
      (::stat(final_.c_str(), &status) == 0 && !S_ISREG(status.st_mode)))
    throw Error("write", final_.string(), "is not a regular file", "give a file name");
  static std::atomic<unsigned> count{0};
  const std::filesystem::path folder = directory_of(final_);
  for (int attempt = 0; attempt < 1000; ++attempt) {
    // A short name of its own: the final name may already be as long as the file system allows.
    temporary_ = folder / (".dfengine-" + std::to_string(::getpid()) + "-" +
                           std::to_string(count++) + ".tmp");
    descriptor_ = ::open(temporary_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (descriptor_ >= 0) return;
    if (errno != EEXIST) fail(final_, "cannot write in folder '" + folder.string() + "'", errno);
  }
  fail(final_, "no free temporary name in folder '" + folder.string() + "'", EEXIST);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!committed_) ::unlink(temporary_.c_str());
}

void AtomicFile::write(const void* data, std::size_t bytes) {
  write_at(end_, data, bytes);
  end_ += static_cast<std::int64_t>(bytes);
}

void AtomicFile::rewrite(std::int64_t offset, const void* data, std::size_t bytes) {
  write_at(offset, data, bytes);
}

void AtomicFile::write_at(std::int64_t offset, const void* data, std::size_t bytes) {
  const auto* next = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t written =
        ::pwrite(descriptor_, next, std::min<std::size_t>(bytes, 1u << 30), offset);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0)
      fail(final_, "cannot write " + std::to_string(bytes) + " bytes",
           written < 0 ? errno : ENOSPC);
    next += written;
    offset += written;
    bytes -= static_cast<std::size_t>(written);
  }
}

std::int64_t AtomicFile::size() const {
  struct stat status;
  if (::fstat(descriptor_, &status) != 0) fail(final_, "cannot check the written file", errno);
  return status.st_size;
}

void AtomicFile::commit() {
  if (const int code = sync(descriptor_)) fail(final_, "cannot sync to disk", code);
  const int closed = ::close(
      std::exchange(descriptor_, -1));  // network file systems may tell of a full disk only here
  if (closed != 0) fail(final_, "cannot finish the file", errno);
  if (::rename(temporary_.c_str(), final_.c_str()) != 0)
    fail(final_, "cannot rename the finished file", errno);
  committed_ = true;
  if (const int code = sync_folder(directory_of(final_)))
    fail(final_, "cannot sync the folder", code);
}

std::filesystem::path follow_links(std::filesystem::path path) {
  constexpr int kMostLinks = 40;  // as the system's own limit
  std::error_code error;
  for (int links = 0; std::filesystem::is_symlink(path, error); ++links) {
    if (links == kMostLinks)
      throw Error("write", path.string(), "is a symbolic link that leads in a circle",
                  "remove the link");
    // An absolute target replaces the folder.
    path = path.parent_path() / std::filesystem::read_symlink(path, error);
  }
  return path;
}

void write_text_file(const std::filesystem::path& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text.data(), text.size());
  file.commit();
}

}  // namespace dfe::io

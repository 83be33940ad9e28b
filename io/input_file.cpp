// SPDX-License-Identifier: Apache-2.0
// What stands at a path, by its status alone.
#include "io/input_file.hpp"

#include <string>
#include <system_error>

#include "dfengine/error.hpp"

namespace dfe::io {

namespace fs = std::filesystem;

VolumeName named_volume(const fs::path& name) {
  std::error_code error;
  return fs::exists(name, error) ? VolumeName{name, {}} : split_volume_name(name);
}

void check_input_file(std::string_view area, const fs::path& asked) {
  const std::string name = asked.string();
  // Also where it is redirected from a file: that file's name is what results are named after.
  if (name == "-" || name == "/dev/stdin" || name.starts_with("/dev/fd/"))
    throw Error(area, name, "standard input cannot be read", "save the data and name the file");
  std::error_code error;
  const fs::file_status status = fs::status(named_volume(asked).file, error);
  const char* const remedy = "name a file";
  switch (status.type()) {
    case fs::file_type::regular:
      return;
    case fs::file_type::not_found:
      throw Error(area, name, "no such file", "check the path");
    case fs::file_type::directory:
      throw Error(area, name, "is a folder", "name the files in it");
    case fs::file_type::fifo:
      throw Error(area, name, "is a pipe", "save the data and name the file");
    case fs::file_type::socket:
      throw Error(area, name, "is a socket", remedy);
    case fs::file_type::block:
    case fs::file_type::character:
      throw Error(area, name, "is a device", remedy);
    default:
      throw Error(area, name, error ? "cannot be read: " + error.message() : "is not a file",
                  "check the permissions");
  }
}

}  // namespace dfe::io

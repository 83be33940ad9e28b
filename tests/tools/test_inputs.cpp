// SPDX-License-Identifier: Apache-2.0
// What is given in place of a file: pipes, standard input, devices, links. Nobody writes to these
// pipes, so a command that opens one would wait for ever.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/command_inputs.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe::test;

namespace {

void refuses(const TempFolder& folder, const std::string& line, const std::string& words,
             int exit_code = 1) {
  const CommandResult result = dfengine(folder.path(), line);
  INFO(line << "\n" << result.err);
  CHECK(result.exit_code == exit_code);
  CHECK_THAT(result.err, DFE_CONTAINS(words));
}

/// A socket that a server left behind.
void make_socket(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const int server = ::socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(::bind(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(server);
}

}  // namespace

TEST_CASE("pipes, sockets, devices and standard input are refused wherever a file is read") {
  const TempFolder folder;
  write_two_cubes(folder / "labels.mrc");
  write_xml_list(folder / "list.xml");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  make_socket(folder / "socket");
  std::ofstream(folder / "structure.yaml")
      << "classes:\n  - {name: a, structure: pipe}\ntomograms: {train: 1}\n";
  std::ofstream(folder / "train.yaml")
      << "output: run\nclasses: [background, a]\ndata:\n  train:\n"
         "    - {tomogram: pipe, target: labels.mrc, list: list.xml}\n";
  for (const std::string line :
       {"info pipe", "cluster pipe --radius 8 -o a.star", "convert pipe a.csv",
        "convert list.xml a.csv --like pipe", "segment pipe --weights list.xml -o a.mrc",
        "segment labels.mrc --weights pipe -o a.mrc",
        "pick labels.mrc --weights pipe --radius 8 -o a.star",
        "cluster labels.mrc --radius 8 -o a.star --scores pipe",
        "target pipe --like labels.mrc -o a.mrc --spheres 3,3",
        "target list.xml --like pipe -o a.mrc --spheres 3,3",
        "target list.xml --like labels.mrc -o a.mrc --spheres 3,3 --merge pipe:1",
        "evaluate pipe --truth list.xml --distance 10",
        "evaluate list.xml --truth pipe --distance 10",
        "evaluate list.xml --truth list.xml --distance 10 --membrane pipe", "train pipe",
        "train train.yaml", "simulate pipe -o out", "simulate structure.yaml -o out"})
    refuses(folder, line, "pipe': is a pipe; save the data and name the file");
  refuses(folder, "info socket", "'socket': is a socket");
  refuses(folder, "info /dev/zero", "'/dev/zero': is a device");
  for (const std::string name : {"-", "/dev/stdin", "/dev/fd/0"})
    for (const std::string& line :
         {"info " + name, "cluster --radius 8 -o a.star " + name, "convert " + name + " a.csv"})
      refuses(folder, line, "'" + name + "': standard input cannot be read");
}

TEST_CASE("a result whose name is a symbolic link is written to the file behind it") {
  namespace fs = std::filesystem;
  const TempFolder folder;
  write_two_cubes(folder / "labels.mrc");
  fs::create_directory(folder / "disk");
  fs::create_symlink("disk/picks.csv", folder / "picks.csv");
  const std::string line = "cluster labels.mrc --radius 4 -o picks.csv";
  CHECK(dfengine(folder.path(), line).exit_code == 0);
  CHECK(fs::is_symlink(folder / "picks.csv"));
  CHECK(fs::is_regular_file(fs::symlink_status(folder / "disk" / "picks.csv")));
  refuses(folder, line, "already exists");
  CHECK(dfengine(folder.path(), line + " --overwrite").exit_code == 0);
  CHECK(fs::is_symlink(folder / "picks.csv"));
  fs::create_symlink("nowhere/picks.csv", folder / "lost.csv");
  refuses(folder, "cluster labels.mrc --radius 4 -o lost.csv", "nowhere");
}

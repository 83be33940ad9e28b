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

TEST_CASE("a volume in a file of several is an input of every command, and names its results") {
  const TempFolder folder;
  write_two_cubes(folder / "one.mrc");
  // A stack of two such volumes, as MRC2014 says: ISPG 401, NZ twice MZ.
  std::string stack = read_text(folder / "one.mrc");
  stack += stack.substr(1024);
  const std::int32_t sections = 40, space_group = 401;
  std::memcpy(stack.data() + 8, &sections, 4);
  std::memcpy(stack.data() + 88, &space_group, 4);
  std::ofstream(folder / "stack.mrcs") << stack;
  write_xml_list(folder / "list.xml");
  refuses(folder, "info stack.mrcs", "name one: stack.mrcs:1 to stack.mrcs:2", 2);
  refuses(folder, "info stack.mrcs:3", "has no volume '3'", 2);
  refuses(folder, "info none.mrcs:1", "'none.mrcs:1': no such file");
  const auto json = [&](const std::string& line) {
    const CommandResult result = dfengine(folder.path(), line + " --json");
    INFO(line << "\n" << result.err);
    REQUIRE(result.exit_code == 0);
    return parse_json(result.out);
  };
  CHECK(json("info stack.mrcs:2").at("path") == "stack.mrcs:2");
  std::filesystem::create_directory(folder / "out");
  json("cluster stack.mrcs:1 stack.mrcs:2 --radius 4 -o out");
  CHECK(names_in(folder / "out") ==
        std::vector<std::string>{"stack_1.star", "stack_1.star.run.json", "stack_2.star",
                                 "stack_2.star.run.json"});
  const auto record = parse_json(read_text(folder / "out" / "stack_2.star.run.json"));
  CHECK(record.at("inputs").at(0).at("path") == "stack.mrcs:2");
  CHECK(record.at("inputs").at(0).at("bytes") == stack.size());
  CHECK(json("evaluate stack.mrcs:1 --truth one.mrc").at("localization").at("dice") == 1.0);
  json("target list.xml --like stack.mrcs:1 --spheres 2,2 -o t.h5 --merge stack.mrcs:2:1");
  CHECK(json("info t.h5:/dataset").at("extent") == nlohmann::json({20, 30, 40}));
  CHECK(json("cluster t.h5:dataset --radius 4 -o t.csv").at("results").size() == 1);
  std::filesystem::create_hard_link(folder / "stack.mrcs", folder / "linked.csv");
  std::filesystem::create_symlink("stack.mrcs", folder / "soft.csv");
  for (const std::string output : {"linked.csv", "soft.csv"})
    refuses(folder, "cluster stack.mrcs:1 --radius 4 --overwrite -o " + output,
            "would replace the input", 2);
}

TEST_CASE("label maps are written compressed, score maps refused before work") {
  const TempFolder folder;
  write_two_cubes(folder / "labels.mrc");
  write_xml_list(folder / "list.xml");
  for (const std::string name : {"t.mrc.gz", "t.mrc.bz2"}) {
    const std::string line = "target list.xml --like labels.mrc --spheres 2,2 -o " + name;
    CHECK(dfengine(folder.path(), line).exit_code == 0);
    const CommandResult info = dfengine(folder.path(), "info --json " + name);
    CHECK(parse_json(info.out).at("max") == 2.0);
  }
  const CommandResult scores =
      dfengine(folder.path(), "segment labels.mrc --weights list.xml -o a.mrc.gz --scores s.h5.gz");
  CHECK(scores.exit_code == 2);
  CHECK_THAT(scores.err, DFE_CONTAINS("score maps are HDF5 files"));
}

TEST_CASE("the sign of bytes is named where labels cannot be right, and given by an option") {
  const TempFolder folder;
  write_two_cubes(folder / "labels.mrc");
  std::string bytes = read_text(folder / "labels.mrc");
  bytes[1024 + 5] = static_cast<char>(200);  // as a signed byte -56
  std::ofstream(folder / "labels.mrc") << bytes;
  const std::string line = "cluster labels.mrc --method components -o a.csv";
  refuses(folder, line, "1 of 24000 voxels are negative as signed bytes, the first is -56");
  refuses(folder, line, "--bytes unsigned");
  CHECK(dfengine(folder.path(), line + " --bytes unsigned").exit_code == 0);
  CHECK_THAT(read_text(folder / "a.csv.run.json"), DFE_CONTAINS("\"bytes\": \"unsigned\""));
}

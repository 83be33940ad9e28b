// SPDX-License-Identifier: Apache-2.0
// The loop over inputs with steps made up for the test, so that each of them can fail, with writers
// beside the loop and without.
#include <fstream>

#include "commands/common/batch.hpp"
#include "core/cancel.hpp"
#include "io/atomic_file.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

class Listener final : public Observer {
 public:
  void message(LogLevel level, std::string_view text) override {
    if (level == LogLevel::Error) errors.emplace_back(text);
    if (level == LogLevel::Warning) warnings.emplace_back(text);
  }
  bool cancelled() override { return stop; }

  std::vector<std::string> errors, warnings;
  bool stop = false;
};

std::vector<OutputJob> jobs(const TempFolder& folder, const std::string& names) {
  std::vector<OutputJob> all;
  for (const char name : names)
    all.push_back({std::string(1, name), {folder / "out" / std::string(1, name)}, false, {}});
  return all;
}

Written write_name(const OutputJob& input, Job& job, const std::string& result) {
  io::write_text_file(input.outputs[0], result);
  job.wrote(input.outputs[0]);
  return {result + ";", {{"input", input.input}, {"length", result.size()}}, {}};
}

std::string name_of(const OutputJob& input, Job&) { return input.input; }

const auto kBeside = [] { return true; };
const auto kInTurn = [] { return false; };

}  // namespace

TEST_CASE("batch: what each step throws is that input's failure, and its files go") {
  for (const bool beside : {false, true})
    for (const std::string step : {"look", "compute", "write"}) {
      INFO(step << (beside ? " beside" : ""));
      const TempFolder folder;
      Listener listener;
      Batch batch("test", jobs(folder, "abc"), &listener);
      const auto fail_in = [&](const char* here, const OutputJob& input) {
        if (step == here && input.input == "b") throw Error("test", input.input, "is bad");
      };
      batch.check([&](const OutputJob& input) { fail_in("look", input); });
      const CommandReport report = batch.run(
          [&](const OutputJob& input, Job& job) {
            std::ofstream early(folder / "out" / (input.input + "_early"));
            job.guard(folder / "out" / (input.input + "_early"));
            fail_in("compute", input);
            return input.input;
          },
          [&](const OutputJob& input, Job& job, const std::string& result) {
            Written written = write_name(input, job, result);
            fail_in("write", input);
            return written;
          },
          [&] { return beside; });
      CHECK(report.text == "a;c;");
      CHECK(report.inputs == 3);
      REQUIRE(report.failures.size() == 1);
      CHECK(report.failures[0].input == "b");
      CHECK(report.failures[0].text == "test: 'b': is bad");
      CHECK(report.failures[0].kind == ErrorKind::Failed);
      CHECK(listener.errors == std::vector<std::string>{"test: 'b': is bad"});
      CHECK(Json::parse(report.json) ==
            Json({{"results",
                   {{{"input", "a"}, {"length", 1}},
                    {{"input", "b"}, {"error", "test: 'b': is bad"}, {"error_kind", "failed"}},
                    {{"input", "c"}, {"length", 1}}}}}));
      CHECK(names_in(folder / "out") ==
            std::vector<std::string>{"a", "a.run.json", "a_early", "c", "c.run.json", "c_early"});
    }
}

TEST_CASE("batch: a single input's error is thrown as it is, and its files go too") {
  for (const auto& beside : {std::function<bool()>(kBeside), std::function<bool()>(kInTurn)}) {
    const TempFolder folder;
    Listener listener;
    Batch batch("test", jobs(folder, "a"), &listener);
    batch.check([](const OutputJob&) { FAIL("a single input is looked at when it is computed"); });
    CHECK_THROWS_WITH(batch.run(
                          name_of,
                          [](const OutputJob& input, Job& job, const std::string& result) {
                            write_name(input, job, result);
                            throw Error(ErrorKind::Usage, "test", "a", "is bad");
                            return Written{};
                          },
                          beside),
                      "test: 'a': is bad");
    CHECK(listener.errors.empty());
    CHECK(names_in(folder / "out").empty());
  }
}

TEST_CASE("batch: errors that are no Error are failures in words") {
  const TempFolder folder;
  Listener listener;
  Batch batch("test", jobs(folder, "abc"), &listener);
  const CommandReport report = batch.run(
      [](const OutputJob& input, Job&) -> std::string {
        if (input.input == "a") throw std::bad_alloc();
        if (input.input == "b") throw std::out_of_range("at");
        throw Error(ErrorKind::Usage, "radius", "", "is too large");
      },
      write_name, kBeside);
  REQUIRE(report.failures.size() == 3);
  CHECK_THAT(report.failures[0].text, DFE_CONTAINS("out of memory"));
  CHECK(report.failures[1].text ==
        "b: internal error: at; please report it together with the command");
  CHECK(report.failures[2].kind == ErrorKind::Usage);
  CHECK(report.failures[2].text == "c: radius: is too large");  // not about c by itself
  CHECK(Json::parse(report.json).at("results").at(2).at("error_kind") == "usage");
}

TEST_CASE("batch: a cancelled run ends at once, and reports what was done and what had failed") {
  for (const auto& beside : {std::function<bool()>(kBeside), std::function<bool()>(kInTurn)}) {
    const TempFolder folder;
    Listener listener;
    std::vector<OutputJob> inputs = jobs(folder, "abcdef");
    inputs[0].failure = Failure{"a", ErrorKind::Failed, "test: 'a': no such file"};
    inputs[4].skip = true;
    inputs[5].failure = Failure{"f", ErrorKind::Usage, "test: 'f': is bad"};
    int computed = 0;
    Batch batch("test", inputs, &listener);
    const CommandReport report = batch.run(
        [&](const OutputJob& input, Job& job) {
          ++computed;
          listener.stop = input.input == "c";
          stop_if_cancelled(&job, "part", input.input);
          return input.input;
        },
        write_name, beside);
    CHECK(computed == 2);
    CHECK(listener.errors.size() == 2);
    CHECK(names_in(folder / "out") == std::vector<std::string>{"b", "b.run.json"});
    CHECK(report.text == "b;" + (folder / "out" / "e").string() + " exists: skipped\n");
    CHECK(report.inputs == 6);
    CHECK(report.skipped == 1);
    CHECK(report.failures.size() == 2);
    CHECK(report.unfinished == 2);
    REQUIRE(report.cancelled);
    CHECK(report.cancelled->kind == ErrorKind::Cancelled);
    CHECK(report.cancelled->input == "c");
    CHECK(report.cancelled->text == "test: 'c': cancelled");  // of the command, not of a part
    const Json json = Json::parse(report.json);
    CHECK(json.at("error") == "test: 'c': cancelled");
    CHECK(json.at("error_kind") == "cancelled");
    CHECK(json.at("results").size() == 4);
    CHECK(json.at("results").at(0).at("error") == "test: 'a': no such file");
    CHECK(json.at("results").at(1) == Json({{"input", "b"}, {"length", 1}}));
    CHECK(json.at("results").at(2).at("skipped") == true);
    CHECK(json.at("results").at(3).at("error_kind") == "usage");
  }
}

TEST_CASE("batch: a run cancelled between inputs, or while it looks at them") {
  const TempFolder folder;
  Listener listener;
  Batch later("test", jobs(folder, "de"), &listener);
  const CommandReport between = later.run(
      [&](const OutputJob& input, Job&) {
        listener.stop = true;  // after the last time this input looks
        return input.input;
      },
      write_name, kInTurn);
  CHECK(between.text == "d;");
  REQUIRE(between.cancelled);
  CHECK(between.cancelled->text == "test: 'e': cancelled");
  CHECK(between.unfinished == 1);

  listener.stop = false;
  Batch first("test", jobs(folder, "fgh"), &listener);
  first.check([&](const OutputJob& input) {
    listener.stop = true;
    stop_if_cancelled(&listener, "part", input.input);
  });
  const CommandReport looking = first.run(name_of, write_name, kInTurn);
  REQUIRE(looking.cancelled);
  CHECK(looking.cancelled->text == "test: 'f': cancelled");
  CHECK(looking.unfinished == 3);
  CHECK(Json::parse(looking.json).at("results").empty());

  listener.stop = false;
  Batch single("test", jobs(folder, "i"), &listener);
  try {
    single.run(
        [&](const OutputJob& input, Job& job) {
          listener.stop = true;
          stop_if_cancelled(&job, "part");
          return input.input;
        },
        write_name, kInTurn);
    FAIL("it went on");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::Cancelled);
    CHECK(error.what() == std::string("test: 'i': cancelled"));
  }
}

TEST_CASE("batch: a warning is recorded for every input and said once") {
  const TempFolder folder;
  Listener listener;
  Batch batch("test", jobs(folder, "ab"), &listener);
  batch.run(
      [](const OutputJob& input, Job& job) {
        job.warn("of the run");
        job.message(LogLevel::Warning, "of the run");
        job.warn(input.input, {"of the file"});
        return input.input;
      },
      write_name, kInTurn);
  CHECK(listener.warnings ==
        std::vector<std::string>{"of the run", "a: of the file", "b: of the file"});
  for (const std::string name : {"a", "b"})
    CHECK(Json::parse(read_text(folder / "out" / (name + ".run.json"))).at("warnings") ==
          Json({"of the run", name + ": of the file"}));
}

TEST_CASE("batch: results that exist are left, and files that cannot be read are told first") {
  const TempFolder folder;
  Listener listener;
  std::vector<OutputJob> inputs = jobs(folder, "abc");
  inputs[0].skip = true;
  inputs[2].failure = Failure{"c", ErrorKind::Failed, "test: 'c': no such file"};
  Batch batch("test", inputs, &listener);
  batch.check([](const OutputJob& input) { CHECK(input.input == "b"); });
  const CommandReport report = batch.run(
      [&](const OutputJob& input, Job&) {
        CHECK(listener.errors.size() == 1);
        return input.input;
      },
      write_name, kInTurn);
  const Json results = Json::parse(report.json).at("results");
  CHECK(results.at(0).at("skipped") == true);
  CHECK(results.at(1).at("length") == 1);
  CHECK(results.at(2).at("error") == "test: 'c': no such file");
  CHECK(report.failures.size() == 1);
}

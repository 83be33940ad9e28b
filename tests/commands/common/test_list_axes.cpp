// SPDX-License-Identifier: Apache-2.0
// Axis order of XML and SHREC lists where a tomogram is given: simulated tomograms of several kinds
// through the commands that read a list and a tomogram.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "dfengine/commands.hpp"
#include "io/atomic_file.hpp"
#include "io/particle_list.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/read_text.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using test::TempFolder;
namespace fs = std::filesystem;

namespace {

/// tomogram.mrc in `folder`, and the truth.
ParticleList simulate(const fs::path& folder, const std::string& more) {
  io::write_text_file(folder / "scene.yaml", "voxel_size: 13.68\noutputs: []\nseed: 4\n" + more);
  SimulateRequest request;
  request.config = folder / "scene.yaml";
  request.output = folder / "out";
  run_simulate(request);
  fs::rename(folder / "out/tomogram.mrc", folder / "tomogram.mrc");
  return io::read_list(folder / "out/tomogram_objl.star");
}

/// As DeepFinder writes it, without a word on the order.
void write_plain_xml(const fs::path& path, const ParticleList& list, bool zyx) {
  io::ListOptions options;
  if (zyx) options.xml_axes = io::XmlAxes::Zyx;
  io::write_list(path, list, options);
  std::string text = test::read_text(path);
  const std::size_t begin = text.find(" axes="), end = text.find('>', begin);
  REQUIRE(begin != std::string::npos);
  io::write_text_file(path, text.erase(begin, end - begin));
}

ConvertRequest convert_of(const TempFolder& folder) {
  ConvertRequest request;
  request.inputs = {folder / "list.xml"};
  request.output = folder / "list.csv";
  request.frame.like = folder / "tomogram.mrc";
  request.common.overwrite = true;
  return request;
}

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

void check_positions(const ParticleList& list, const ParticleList& truth) {
  REQUIRE(list.particles.size() == truth.particles.size());
  for (std::size_t i = 0; i < list.particles.size(); ++i) {
    const Point3 &p = list.particles[i].position_voxels, &q = truth.particles[i].position_voxels;
    CHECK(std::hypot(p.z - q.z, p.y - q.y, p.x - q.x) < 0.01);
  }
}

}  // namespace

TEST_CASE("either order is read rightly in simulated tomograms of every kind") {
  const std::string two = "classes: [{shape: ribosome, count: 8}, {shape: proteasome, count: 8}]\n";
  for (const std::string& scene :
       {"size: [96, 96, 96]\nnoise: {snr: 0.05}\nplacement: {packing: 0.2}\n" + two,
        "size: [96, 96, 96]\nnoise: {snr: 0.05}\n" + two,
        "size: [96, 96, 96]\nnoise: {snr: 0.05}\nreconstruction: {contrast: bright}\n" + two,
        "size: [48, 128, 128]\nnoise: {snr: 0.05}\n" + two}) {
    CAPTURE(scene);
    const TempFolder folder;
    const ParticleList truth = simulate(folder.path(), scene);
    for (const bool zyx : {false, true}) {
      CAPTURE(zyx);
      write_plain_xml(folder / "list.xml", truth, zyx);
      const auto json = nlohmann::json::parse(run_convert(convert_of(folder)).json);
      CHECK((json["warnings"].dump().find("x and z of the list were exchanged") !=
             std::string::npos) == zyx);
      check_positions(io::read_list(folder / "list.csv"), truth);
    }
  }
}

TEST_CASE("a list whose order the tomogram does not tell is refused, and reads as it is told to") {
  const TempFolder folder;
  ParticleList list =
      simulate(folder.path(),
               "size: [64, 64, 64]\nnoise: {snr: 1e-5}\nclasses: [{shape: ribosome, count: 6}]\n");
  write_plain_xml(folder / "list.xml", list, false);
  const std::string fact = "list.xml': the axis order cannot be told";
  CHECK_THAT(error_of([&] { run_convert(convert_of(folder)); }),
             DFE_CONTAINS(fact) && DFE_CONTAINS("set --from-axes to xyz, or to zyx"));
  for (const char* axes : {"xyz", "zyx"}) {
    ConvertRequest request = convert_of(folder);
    request.input_xml_axes = axes;
    CHECK(nlohmann::json::parse(run_convert(request).json)["warnings"].empty());
  }
  ConvertRequest alone = convert_of(folder);  // without a tomogram the default stays
  alone.frame.like.clear();
  CHECK_THAT(run_convert(alone).json, DFE_CONTAINS("axis order of the XML list is not checked"));

  TargetRequest target;
  target.list = folder / "list.xml";
  target.like = folder / "tomogram.mrc";
  target.output = folder / "target.mrc";
  target.spheres = "4";
  CHECK_THAT(error_of([&] { run_target(target); }),
             DFE_CONTAINS(fact) && DFE_CONTAINS("--from-axes"));
  EvaluateRequest evaluate;
  evaluate.predicted = {folder / "list.xml"};
  evaluate.truth = {folder / "list.xml"};
  evaluate.frame.like = folder / "tomogram.mrc";
  CHECK_THAT(error_of([&] { run_evaluate(evaluate); }), DFE_CONTAINS("set --axes to xyz"));
  evaluate.axes = "xyz";
  CHECK_THAT(error_of([&] { run_evaluate(evaluate); }), DFE_CONTAINS("set --truth-axes to xyz"));

  // dfengine's own lists say which order they have.
  io::write_list(folder / "list.xml", list);
  CHECK(nlohmann::json::parse(run_convert(convert_of(folder)).json)["warnings"].empty());
}

TEST_CASE("SHREC locations are told by the tomogram too") {
  const TempFolder folder;
  const ParticleList truth =
      simulate(folder.path(),
               "size: [96, 96, 96]\nnoise: {snr: 0.05}\nclasses: [{shape: ribosome, count: 14}]\n");
  for (const bool z_first : {false, true}) {
    CAPTURE(z_first);
    std::string text;
    for (const Particle& p : truth.particles) {
      const Point3& at = p.position_voxels;
      text += "ribosome " + std::to_string(z_first ? at.z : at.x) + " " + std::to_string(at.y) +
              " " + std::to_string(z_first ? at.x : at.z) + "\n";
    }
    io::write_text_file(folder / "list.txt", text);
    ConvertRequest request = convert_of(folder);
    request.inputs = {folder / "list.txt"};
    run_convert(request);
    check_positions(io::read_list(folder / "list.csv"), truth);
  }
}

TEST_CASE("of a list of several tomograms, that of the tomogram's name is looked at") {
  const TempFolder folder;
  ParticleList list =
      simulate(folder.path(),
               "size: [96, 96, 96]\nnoise: {snr: 0.05}\nclasses: [{shape: ribosome, count: 14}]\n");
  const std::size_t own = list.particles.size();
  list.extra_columns.clear();
  for (std::size_t i = 0; i < 5 * own; ++i) {  // elsewhere, and nothing is there in this tomogram
    Particle p = list.particles[i % own];
    p.tomogram = 1;
    if (list.tomograms.size() < 2) list.tomograms.resize(2);
    list.tomograms[1].name = "another";
    std::swap(p.position_voxels.y, p.position_voxels.x);
    list.particles.push_back(p);
  }
  write_plain_xml(folder / "list.xml", list, true);
  TargetRequest target;
  target.list = folder / "list.xml";
  target.like = folder / "tomogram.mrc";
  target.output = folder / "target.mrc";
  target.spheres = "4";
  target.tomogram = "tomo0";
  CHECK_THAT(run_target(target).json, DFE_CONTAINS("x and z of the list were exchanged"));
  // Nobody says which one it is.
  CHECK_THROWS_WITH(run_convert(convert_of(folder)), DFE_CONTAINS("--tomogram"));
}

// SPDX-License-Identifier: Apache-2.0
// CSV and TSV lists from many programs, and their errors.
#include <clocale>

#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/read_text.hpp"
#include "tests/fixtures/temp_folder.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;
using namespace dfe::test;
using io::ListOptions;

TEST_CASE("csv: every delimiter and the usual names of columns") {
  const std::vector<std::string> texts{
      "class_label,x,y,z\n3,1.5,2,4\n",
      "label;x;y;z\n3;1.5;2;4\n",
      "z|y|x|class\n4|2|1.5|3\n",
      "Class\tpos_x\tpos_y\tpos_z\n3\t1.5\t2\t4\n",
      "axis-0,axis-1,axis-2,label\n4,2,1.5,3\n",
      "rlnClassNumber,rlnCoordinateX,rlnCoordinateY,rlnCoordinateZ\n3,1.5,2,4\n",
      "# note\n\n class_label , position_x , position_y , position_z \r\n 3 , +1.5 , 2e0 , 4 \r\n",
      "\xEF\xBB\xBFx,y,z,class_label\n1.5,2,4,3.0"};
  for (const std::string& text : texts) {
    CAPTURE(text);
    const auto list = parse(text);
    REQUIRE(list.particles.size() == 1);
    CHECK(list.particles[0].position_voxels == Point3{4, 2, 1.5});
    CHECK(list.particles[0].class_label == 3);
    CHECK(list.warnings.empty());
  }
}

TEST_CASE("csv: without a header three or four columns are read, with a warning") {
  const auto three = parse("1,2,3\n4,5,6\n");
  CHECK(three.particles.at(1).position_voxels == Point3{6, 5, 4});
  CHECK(has_warning(three, "no header"));
  CHECK(has_warning(three, "no class column"));
  const auto four = parse("7\t1\t2\t3\n");
  CHECK(four.particles.at(0).class_label == 7);
  CHECK(four.particles.at(0).position_voxels == Point3{3, 2, 1});
  CHECK_THAT(error_of("1,2,3,4,5\n"), DFE_CONTAINS("5 columns and no header"));
}

TEST_CASE("csv: columns of angles that are no orientation are refused") {
  for (const char* columns : {"rot,tilt", "psi,tilt", "phi,psi", "psi,score", "rlnAngleRot,note"})
    CHECK_THAT(error_of("x,y,z," + std::string(columns) + "\n1,2,3,4,5\n"),
               DFE_CONTAINS("are no orientation; expected the columns rot, tilt and psi"));
  CHECK(parse("x,y,z,rot,tilt,psi\n1,2,3,4,5,6\n").particles[0].orientation);
}

TEST_CASE("csv: positions in Å need a voxel size") {
  const std::string text = "class_label,x_angstrom,y_angstrom,z_angstrom\n1,10,20,40\n";
  CHECK_THAT(error_of(text),
             DFE_CONTAINS("positions are in Å, but the voxel size is unknown; give --voxel-size"));
  ListOptions options;
  options.voxel_size = VoxelSize{4, 2, 1};
  CHECK(parse(text, options).particles[0].position_voxels == Point3{10, 10, 10});
  CHECK(parse("class_label,x_angstrom,y_angstrom,z_angstrom,voxel_size_angstrom\n1,10,20,40,10\n")
            .particles[0]
            .position_voxels == Point3{4, 2, 1});
}

TEST_CASE("csv: the lists of the CZII challenge are in Å and name their classes") {
  ListOptions options;
  options.voxel_size = VoxelSize::cubic(10);
  const auto list = parse(
      "id,experiment,particle_type,x,y,z\n0,TS_5_4,beta-galactosidase,100,200,300\n1,TS_6_4,"
      "ribosome,10,20,30\n",
      options);
  CHECK(list.particles.at(0).position_voxels == Point3{30, 20, 10});
  CHECK(list.class_names ==
        std::vector<std::string>{"background", "beta-galactosidase", "ribosome"});
  CHECK(list.particles[1].class_label == 2);
  CHECK(names_of(list) == std::vector<std::string>{"TS_5_4", "TS_6_4"});
  CHECK(has_warning(list, "read as Å"));
  CHECK(has_warning(list, "1 beta-galactosidase, 2 ribosome"));
}

TEST_CASE("csv: quotes, and unknown columns that survive a rewrite") {
  const auto list = parse("x,y,z,class_label,note\n1,2,3,1,\"a, \"\"b\"\"\nc\"\n4,5,6,2,plain\n");
  REQUIRE(list.extra_columns.size() == 1);
  CHECK(list.extra_columns[0].values == std::vector<std::string>{"a, \"b\"\nc", "plain"});
  CHECK(has_warning(list, "not used: 'note'"));
  const auto again = parse(io::lists::format_csv(list, ';'));
  CHECK(again.extra_columns.at(0).values == list.extra_columns[0].values);
  CHECK(again.particles.at(1).position_voxels == Point3{6, 5, 4});
}

TEST_CASE("csv: errors name the line") {
  CHECK_THAT(error_of("x,y,z\n1,2\n"), DFE_CONTAINS("line 2: 2 columns; expected 3"));
  CHECK_THAT(error_of("x,y,z\n1,2,3\n1,b,3\n"), DFE_CONTAINS("line 3: column y holds 'b'"));
  CHECK_THAT(error_of("x,y,z\n1,2,\n"), DFE_CONTAINS("column z holds ''"));
  CHECK_THAT(error_of("x,y,z\n1,2,nan\n"), DFE_CONTAINS("finite"));
  CHECK_THAT(error_of("x,y,z\n1,2,\"3\n"), DFE_CONTAINS("quote is not closed"));
  CHECK_THAT(error_of("x,y\n1,2\n"), DFE_CONTAINS("no position columns among 'x, y'"));
  CHECK_THAT(error_of("class_label,x,y,z\n-1,2,3,4\n"), DFE_CONTAINS("line 2: class label -1"));
  CHECK_THAT(error_of("class_label,x,y,z\n0,2,3,4\n"),
             DFE_CONTAINS("class label 0 is the background"));
  CHECK_THAT(error_of("class_label,x,y,z,rot,tilt,psi\n1,2,3,4,5,,6\n"),
             DFE_CONTAINS("line 2: some of the three angles"));
  CHECK_THAT(error_of("1 2 3\n"), DFE_CONTAINS("no comma, tab, semicolon or pipe"));
}

TEST_CASE("csv: a column that appears twice is refused") {
  CHECK_THAT(error_of("x,y,z,x\n1,2,3,4\n"), DFE_CONTAINS("the column 'x' appears twice"));
  CHECK_THAT(error_of("x,y,z,more,MORE\n1,2,3,4,5\n"), DFE_CONTAINS("'MORE' appears twice"));
  CHECK(parse(",x,y,z,\n0,1,2,3,\n").particles.size() == 1);  // two without a name
}

TEST_CASE("EMAN1's boxes in a micrograph are no particles of a tomogram") {
  CHECK_THROWS_WITH(io::lists::parse_list("10\t20\t64\t64\n", "a.box", ".box", {}),
                    DFE_CONTAINS("boxes in a micrograph"));
}

TEST_CASE("positions and voxel sizes that no tomogram has are refused") {
  CHECK_THAT(error_of("class_label,x,y,z\n1,2,3,4\n1,2e9,3,4\n"),
             DFE_CONTAINS("particle 2 is at voxel 2e+09"));
  CHECK_THAT(
      error_of(
          "class_label,x_angstrom,y_angstrom,z_angstrom,voxel_size_angstrom\n1,2,3,4,1e-300\n"),
      DFE_CONTAINS("check the units"));
  CHECK_THAT(error_of("class_label,x,y,z,voxel_size_angstrom\n1,2,3,4,1e300\n"),
             DFE_CONTAINS("voxel size of 1e+300"));
}

TEST_CASE("csv: the locale does not matter") {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const char* locale : {"de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8"})
    if (std::setlocale(LC_ALL, locale)) {
      const auto list = parse("class_label,x,y,z\n1,1.5,2.25,3\n");
      CHECK(list.particles[0].position_voxels == Point3{3, 2.25, 1.5});
      CHECK_THAT(io::lists::format_csv(list, ','), DFE_CONTAINS("1,1.5,2.25,3"));
      CHECK_THAT(io::lists::format_xml(list, {}), DFE_CONTAINS("x=\"1.500\""));
    }
  std::setlocale(LC_ALL, before.c_str());
}

TEST_CASE("files that are no lists are refused with where the formats are listed") {
  const auto refused = [](const std::string& text, const std::string& ending) {
    try {
      io::lists::parse_list(text, "f" + ending, ending, {});
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("read");
  };
  const std::string supported = "convert it to a format of docs/particle_lists.md";
  CHECK_THAT(refused("1 1 1 0 0 0\n", ".tbl"), DFE_CONTAINS("a Dynamo table has at least 26"));
  CHECK_THAT(refused("IMODV1.2\1\2", ".mod"), DFE_CONTAINS("imod") && DFE_CONTAINS("ends after"));
  CHECK_THAT(refused("x,y,z\n1,2,3\n", ".em"),
             DFE_CONTAINS("motive list") && DFE_CONTAINS(supported));
  CHECK_THAT(refused("PK\3\4abc", ".xlsx"), DFE_CONTAINS(supported));
  CHECK_THAT(refused(std::string("a\0b", 3), ".csv"),
             DFE_CONTAINS("binary") && DFE_CONTAINS(supported));
}

TEST_CASE("three voxel sizes are three columns") {
  ParticleList list = parse("class_label,x,y,z\n1,30,20,10\n");
  list.unnamed = ListTomogram::of("", {}, {30, 10, 10});
  const std::string text = io::lists::format_csv(list, ',');
  CHECK_THAT(text, DFE_CONTAINS("1,30,20,10,300,200,300,10,10,30\n"));
  CHECK(parse(text).unnamed.voxel_size == VoxelSize{30, 10, 10});
}

TEST_CASE("csv: rows of one tomogram have one voxel size along each axis") {
  CHECK_THAT(error_of("x,y,z,voxel_size_z_angstrom,voxel_size_y_angstrom,voxel_size_x_angstrom\n"
                      "1,2,3,30,10,20\n1,2,3,20,20,20\n"),
             DFE_CONTAINS("line 3") && DFE_CONTAINS("a voxel size of 20 Å, but earlier rows") &&
                 DFE_CONTAINS("30 x 10 x 20 Å"));
}

TEST_CASE("csv: a class has one name, and a name one class") {
  const std::string head = "class_label,class_name,x,y,z\n1,ribo,1,1,1\n";
  CHECK_THAT(error_of(head + "1,prot,2,2,2\n"),
             DFE_CONTAINS("line 3") && DFE_CONTAINS("'prot'") && DFE_CONTAINS("'ribo'"));
  CHECK_THAT(error_of(head + "2,ribo,2,2,2\n"),
             DFE_CONTAINS("line 3") && DFE_CONTAINS("classes 1 and 2"));
  CHECK_THAT(error_of(head + "1,,2,2,2\n"), DFE_CONTAINS("line 3") && DFE_CONTAINS("is empty"));
  CHECK_THAT(error_of("class_label,class_name,x,y,z\n1,,1,1,1\n1,ribo,2,2,2\n"),
             DFE_CONTAINS("line 2"));
  CHECK(parse(head + "2,,2,2,2\n").particles[1].class_label == 2);  // a class without a name
  CHECK(parse(head + "2,prot,2,2,2\n1,ribo,3,3,3\n").class_names ==
        std::vector<std::string>{"background", "ribo", "prot"});
}

TEST_CASE("csv: voxels and Å of one list agree") {
  const std::string head = "class_label,x,y,z,x_angstrom,y_angstrom,z_angstrom";
  const std::string tens = head + "\n1,10,20,30,100,200,300\n";
  CHECK_THAT(error_of(tens, one_tomogram({60, 50, 40}, VoxelSize::cubic(8))),
             DFE_CONTAINS("10 Å") && DFE_CONTAINS("8 Å") && DFE_CONTAINS("--voxel-size"));
  CHECK(parse(tens, one_tomogram({60, 50, 40}, VoxelSize::cubic(10))).particles.size() == 1);
  ListOptions options = one_tomogram({60, 50, 40}, VoxelSize::cubic(8));
  options.voxel_size = VoxelSize::cubic(8);
  CHECK(parse(tens, options).particles[0].position_voxels == Point3{30, 20, 10});
  CHECK_THAT(error_of(head + ",voxel_size_angstrom\n1,10,20,30,100,200,300,8\n"),
             DFE_CONTAINS("100 Å") && DFE_CONTAINS("80 Å") && DFE_CONTAINS("--voxel-size"));
  // by their digits 3 may be 2.6 and 25 Å 25.4 Å; 30 and 250 Å leave less open
  const std::string small = head + "\n1,3,3,3,25,25,25\n", larger = head + "\n1,30,9,9,250,75,75\n";
  for (const double voxel : {7.5, 8.0, 9.5})
    CHECK(parse(small, one_tomogram({60, 50, 40}, VoxelSize::cubic(voxel))).particles.size() == 1);
  CHECK_THAT(error_of(small, one_tomogram({60, 50, 40}, VoxelSize::cubic(12))),
             DFE_CONTAINS("12 Å"));
  CHECK_THAT(error_of(larger, one_tomogram({60, 50, 40}, VoxelSize::cubic(9))),
             DFE_CONTAINS("9 Å"));
  CHECK_THAT(error_of(head + "\n1,10,10,10,100,100,100\n1,200,20,20,1600,200,200\n"),
             DFE_CONTAINS("--voxel-size"));
  CHECK_THAT(error_of(head + "\n1,10,10,10,-100,100,100\n"), DFE_CONTAINS("-100"));
  CHECK(parse(head + "\n1,0,0,0,0,0,0\n").particles.size() == 1);
}

TEST_CASE("csv: voxels and Å together state the voxel size") {
  const auto list = parse(
      "class_label,x,y,z,x_angstrom,y_angstrom,z_angstrom\n"
      "1,123.456,200.5,150.25,1234.56,2005,3005\n");
  CHECK(list.unnamed.voxel_size == VoxelSize{20, 10, 10});
}

TEST_CASE("csv: Å are those of the tomogram, so they do not go with unbinned pixels") {
  const TempFolder folder;
  ListOptions options;
  ParticleList list = parse("class_label,x,y,z,voxel_size_angstrom\n1,10,10,10,10\n");
  write_list(folder / "as_given.csv", list, options);
  CHECK_THAT(read_text(folder / "as_given.csv"), DFE_CONTAINS("x_angstrom"));
  options.binning = 4;
  write_list(folder / "unbinned.csv", list, options);
  const std::string text = read_text(folder / "unbinned.csv");
  CHECK_THAT(text, DFE_CONTAINS("41.5,41.5,41.5,2.5"));  // 4·10 + 3/2 pixels of 10/4 Å
  CHECK(text.find("x_angstrom") == std::string::npos);
}

TEST_CASE("csv: columns of voxel sizes agree and are complete") {
  const std::string edges = "class_label,x,y,z,voxel_size_x_angstrom";
  CHECK_THAT(error_of(edges + "\n1,1,1,1,8\n"), DFE_CONTAINS("along every axis"));
  const std::string all =
      edges + ",voxel_size_y_angstrom,voxel_size_z_angstrom,voxel_size_angstrom\n1,1,1,1,8,8,16,";
  CHECK_THAT(error_of(all + "9\n"),
             DFE_CONTAINS("9 Å") && DFE_CONTAINS("16 x 8 x 8 Å") && DFE_CONTAINS("--voxel-size"));
  CHECK(parse(all + "\n").unnamed.voxel_size == VoxelSize{16, 8, 8});
}

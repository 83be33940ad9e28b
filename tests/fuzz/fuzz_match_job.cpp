// SPDX-License-Identifier: Apache-2.0
// Fuzz target of job records: what is read is written and read again.
#include <cstdint>
#include <cstdlib>

#include "dfengine/error.hpp"
#include "io/match_job.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dfe::io;
  MatchJob job;
  try {
    job = parse_match_job(std::string(reinterpret_cast<const char*>(data), size), "fuzz");
  } catch (const dfe::Error&) {
    return 0;
  }
  try {
    const MatchJob again = parse_match_job(format_match_job(job), "fuzz");
    if (!(again.searched == job.searched) || again.orientations != job.orientations) std::abort();
  } catch (const dfe::Error&) {  // a CTF so large that its other unit is not finite
  }
  return 0;
}

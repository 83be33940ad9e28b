// SPDX-License-Identifier: Apache-2.0
// Uses the library from outside: types, an error, and a command on a file that is not there.
#include <dfengine/dfengine.hpp>
#include <iostream>

int main() {
  std::cout << "dfengine " << dfe::version() << "\n" << dfe::run_info({}).text;
  try {
    dfe::InfoRequest request;
    request.files = {"no such tomogram.mrc"};
    dfe::run_info(request);
  } catch (const dfe::Error& error) {
    std::cout << error.what() << "\n";
    return error.kind() == dfe::ErrorKind::Failed ? 0 : 1;
  }
  return 1;
}

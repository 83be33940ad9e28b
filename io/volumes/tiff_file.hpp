// SPDX-License-Identifier: Apache-2.0
// libtiff over a RandomFile: it reads what it is given, prints nothing, and its errors are ours.
#pragma once

#include <tiffio.h>

#include <cstdint>
#include <memory>
#include <string>

#include "io/random_file.hpp"

namespace dfe::io {

class TiffFile {
 public:
  /// Throws `Error` where the file is no TIFF.
  explicit TiffFile(RandomFile file);

  TIFF* get() const { return tiff_.get(); }
  const RandomFile& file() const { return state_->file; }

  /// Whether libtiff has reported an error since the last call; `text` is what it said.
  bool failed(std::string& text);

  /// Throws an `Error` with `fact` and what libtiff said last.
  [[noreturn]] void fail(const std::string& fact) const;

 private:
  friend struct TiffCalls;
  struct State {
    explicit State(RandomFile f) : file(std::move(f)) {}
    RandomFile file;
    std::int64_t place = 0;
    std::string error;
  };
  struct Close {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
  };

  std::unique_ptr<State> state_;  ///< libtiff keeps its address
  std::unique_ptr<TIFF, Close> tiff_;
};

}  // namespace dfe::io

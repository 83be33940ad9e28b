// SPDX-License-Identifier: Apache-2.0
// The calls that libtiff makes, see the header. No exception may pass through it.
#include "io/volumes/tiff_file.hpp"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <utility>

#include "dfengine/error.hpp"

namespace dfe::io {

struct TiffCalls {
  static TiffFile::State& state(thandle_t handle) { return *static_cast<TiffFile::State*>(handle); }

  static tmsize_t read(thandle_t handle, void* out, tmsize_t bytes) {
    TiffFile::State& s = state(handle);
    const std::int64_t count =
        std::clamp<std::int64_t>(s.file.size() - s.place, 0, std::max<std::int64_t>(bytes, 0));
    try {
      s.file.read(std::min(s.place, s.file.size()), out, static_cast<std::size_t>(count));
    } catch (const Error& error) {
      s.error = error.what();
      return -1;
    }
    s.place += count;
    return count;
  }

  static tmsize_t write(thandle_t, void*, tmsize_t) { return -1; }

  static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    TiffFile::State& s = state(handle);
    const auto step = static_cast<std::int64_t>(offset);
    const std::int64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? s.place : s.file.size();
    if (step < 0 ? base < -step : step > INT64_MAX - base) return static_cast<toff_t>(-1);
    s.place = base + step;
    return static_cast<toff_t>(s.place);
  }

  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t handle) { return static_cast<toff_t>(state(handle).file.size()); }
  static int map(thandle_t, void**, toff_t*) { return 0; }
  static void unmap(thandle_t, void*, toff_t) {}

  static int error(TIFF*, void* handle, const char*, const char* format, va_list arguments) {
    std::array<char, 300> text{};
    std::vsnprintf(text.data(), text.size(), format, arguments);
    state(handle).error = text.data();
    return 1;
  }
  static int warning(TIFF*, void*, const char*, const char*, va_list) { return 1; }
};

TiffFile::TiffFile(RandomFile file) : state_(std::make_unique<State>(std::move(file))) {
  constexpr tmsize_t kMostBytes = tmsize_t{1} << 30;
  struct Free {
    void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
  };
  const std::unique_ptr<TIFFOpenOptions, Free> options(TIFFOpenOptionsAlloc());
  if (!options) throw std::bad_alloc();
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kMostBytes);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), TiffCalls::error, state_.get());
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), TiffCalls::warning, state_.get());
  tiff_.reset(TIFFClientOpenExt(state_->file.name().c_str(), "rm", state_.get(), TiffCalls::read,
                                TiffCalls::write, TiffCalls::seek, TiffCalls::close,
                                TiffCalls::size, TiffCalls::map, TiffCalls::unmap, options.get()));
  if (!tiff_) fail("is no TIFF file that can be read");
}

bool TiffFile::failed(std::string& text) {
  text = std::exchange(state_->error, {});
  return !text.empty();
}

void TiffFile::fail(const std::string& fact) const {
  throw Error("tiff", state_->file.name(),
              fact + (state_->error.empty() ? "" : " (" + state_->error + ")"),
              "the file is damaged or of an unknown kind; write it again");
}

}  // namespace dfe::io

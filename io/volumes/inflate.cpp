// SPDX-License-Identifier: Apache-2.0
// zlib and libbz2 behind one small class each; the loop that feeds them is shared.
#include "io/volumes/inflate.hpp"

#include <bzlib.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "dfengine/error.hpp"

namespace dfe::io {
namespace {

/// One compressed stream. `step` moves both spans on and tells whether the stream has ended; it
/// throws where it is damaged.
class Decoder {
 public:
  explicit Decoder(std::string name) : name_(std::move(name)) {}
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  virtual ~Decoder() = default;
  virtual bool step(std::span<std::byte>& in, std::span<std::byte>& out) = 0;

 protected:
  [[noreturn]] void damaged(const std::string& what) const {
    throw Error("decompress", name_, "the compressed data is damaged (" + what + ")",
                "copy the file again");
  }

  /// Lengths fit the libraries' 32-bit counters.
  static unsigned length(std::span<std::byte> bytes) {
    return static_cast<unsigned>(std::min<std::size_t>(bytes.size(), 1u << 30));
  }

 private:
  std::string name_;
};

class GzipDecoder final : public Decoder {
 public:
  explicit GzipDecoder(const std::string& name) : Decoder(name) {
    if (inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~GzipDecoder() override { inflateEnd(&stream_); }

  bool step(std::span<std::byte>& in, std::span<std::byte>& out) override {
    stream_.next_in = reinterpret_cast<Bytef*>(in.data());
    stream_.avail_in = length(in);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = length(out);
    const int code = inflate(&stream_, Z_NO_FLUSH);
    in = in.subspan(
        static_cast<std::size_t>(reinterpret_cast<std::byte*>(stream_.next_in) - in.data()));
    out = out.subspan(
        static_cast<std::size_t>(reinterpret_cast<std::byte*>(stream_.next_out) - out.data()));
    if (code == Z_STREAM_END) return true;
    if (code != Z_OK && code != Z_BUF_ERROR) damaged(stream_.msg != nullptr ? stream_.msg : "gzip");
    return false;
  }

 private:
  z_stream stream_{};
};

class Bzip2Decoder final : public Decoder {
 public:
  explicit Bzip2Decoder(const std::string& name) : Decoder(name) {
    if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) throw std::bad_alloc();
  }
  ~Bzip2Decoder() override { BZ2_bzDecompressEnd(&stream_); }

  bool step(std::span<std::byte>& in, std::span<std::byte>& out) override {
    stream_.next_in = reinterpret_cast<char*>(in.data());
    stream_.avail_in = length(in);
    stream_.next_out = reinterpret_cast<char*>(out.data());
    stream_.avail_out = length(out);
    const int code = BZ2_bzDecompress(&stream_);
    in = in.subspan(
        static_cast<std::size_t>(reinterpret_cast<std::byte*>(stream_.next_in) - in.data()));
    out = out.subspan(
        static_cast<std::size_t>(reinterpret_cast<std::byte*>(stream_.next_out) - out.data()));
    if (code == BZ_STREAM_END) return true;
    if (code != BZ_OK) damaged("bzip2");
    return false;
  }

 private:
  bz_stream stream_{};
};

/// Reads the compressed file through decoders, one after the other where streams are concatenated.
class Stream {
 public:
  Stream(const RandomFile& file, const std::string& compression)
      : file_(file), compression_(compression), buffer_(kBuffer) {}

  /// Fills `out` as far as the stream reaches; returns the number of bytes.
  std::size_t read(std::span<std::byte> out) {
    const std::size_t wanted = out.size();
    while (!out.empty()) {
      if (in_.empty() && !refill() && !decoder_) break;
      if (!decoder_) {
        // Padding after the last stream is common (tar, tapes) and means the end.
        if (compression_of(in_) != compression_) break;
        if (compression_ == "gzip")
          decoder_ = std::make_unique<GzipDecoder>(file_.name());
        else
          decoder_ = std::make_unique<Bzip2Decoder>(file_.name());
      }
      const std::size_t in_before = in_.size(), out_before = out.size();
      if (decoder_->step(in_, out)) {
        decoder_.reset();
        if (in_.size() < 4) refill();
      } else if (in_.size() == in_before && out.size() == out_before) {
        break;  // cut short
      }
    }
    return wanted - out.size();
  }

 private:
  static constexpr std::size_t kBuffer = 1 << 18;

  /// Keeps what is left and adds what the file has; false at its end.
  bool refill() {
    std::copy(in_.begin(), in_.end(), buffer_.begin());
    const std::size_t kept = in_.size();
    const auto more = static_cast<std::size_t>(
        std::min<std::int64_t>(file_.size() - offset_, static_cast<std::int64_t>(kBuffer - kept)));
    file_.read(offset_, buffer_.data() + kept, more);
    offset_ += static_cast<std::int64_t>(more);
    in_ = {buffer_.data(), kept + more};
    return more > 0;
  }

  const RandomFile& file_;
  std::string compression_;
  std::vector<std::byte> buffer_;
  std::span<std::byte> in_;
  std::int64_t offset_ = 0;
  std::unique_ptr<Decoder> decoder_;
};

std::int64_t physical_memory() {
  return static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
}

/// Large blocks move by remapping, without a copy, and pages not yet written cost nothing.
void resize(RandomFile::Memory& memory, std::size_t bytes) {
  void* const moved = std::realloc(memory.get(), std::max<std::size_t>(bytes, 1));
  if (moved == nullptr) throw std::bad_alloc();
  (void)memory.release();
  memory.reset(static_cast<std::byte*>(moved));
}

}  // namespace

std::string compression_of(std::span<const std::byte> head) {
  const auto is = [&](std::size_t i, unsigned value) {
    return i < head.size() && std::to_integer<unsigned>(head[i]) == value;
  };
  if (is(0, 0x1f) && is(1, 0x8b)) return "gzip";
  if (is(0, 'B') && is(1, 'Z') && is(2, 'h')) return "bzip2";
  return "";
}

RandomFile decompress(
    const RandomFile& file, const std::string& compression, std::size_t head_bytes,
    const std::function<std::int64_t(std::span<const std::byte>)>& size_from_head) {
  Stream stream(file, compression);
  RandomFile::Memory memory;
  std::size_t capacity = std::max<std::size_t>(head_bytes, 1 << 16);
  resize(memory, capacity);
  std::size_t size = stream.read({memory.get(), head_bytes});
  const std::int64_t wanted = size_from_head({memory.get(), size}) + 1;
  if (wanted > physical_memory())
    throw Error("decompress", file.name(),
                "needs " + std::to_string(wanted) +
                    " bytes of memory when decompressed, the machine has " +
                    std::to_string(physical_memory()),
                "decompress it on disk first");
  const auto total = static_cast<std::size_t>(wanted);
  while (size < total) {
    if (size == capacity) resize(memory, capacity = std::min(capacity * 2, total));
    const std::size_t room = std::min(capacity, total) - size;
    const std::size_t got = stream.read({memory.get() + size, room});
    size += got;
    if (got < room) break;
  }
  resize(memory, size);
  return RandomFile(std::move(memory), static_cast<std::int64_t>(size), file.name());
}

}  // namespace dfe::io

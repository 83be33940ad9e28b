// SPDX-License-Identifier: Apache-2.0
// Decoded chunks, kept for the next box: a volume is read plane by plane, and a chunk holds many
// planes. One budget for all arrays of the process, because training opens hundreds; the chunk that
// was used least recently leaves first.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "io/volumes/zarr/codecs.hpp"

namespace dfe::io::zarr {

/// Several threads may use it simultaneously.
class ChunkCache {
 public:
  static constexpr std::int64_t kMostBytes = std::int64_t{1} << 30;

  using Chunk = std::shared_ptr<const Bytes>;

  static ChunkCache& shared();

  /// A number that no other array has.
  std::int64_t new_owner();

  /// Null where the chunk is not here.
  Chunk find(std::int64_t owner, std::int64_t index);

  void insert(std::int64_t owner, std::int64_t index, Chunk chunk);

  /// Drops all chunks of an array that is closed.
  void forget(std::int64_t owner);

 private:
  using Key = std::pair<std::int64_t, std::int64_t>;
  struct Entry {
    Key key;
    Chunk chunk;
  };

  void drop(std::list<Entry>::iterator entry);

  std::mutex mutex_;
  std::list<Entry> entries_;  ///< the one used last is in front
  std::map<Key, std::list<Entry>::iterator> places_;
  std::int64_t bytes_ = 0, owners_ = 0;
};

}  // namespace dfe::io::zarr

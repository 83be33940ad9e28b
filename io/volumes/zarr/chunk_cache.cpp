// SPDX-License-Identifier: Apache-2.0
// Decoded chunks, see the header.
#include "io/volumes/zarr/chunk_cache.hpp"

#include <limits>

namespace dfe::io::zarr {

ChunkCache& ChunkCache::shared() {
  static ChunkCache cache;
  return cache;
}

std::int64_t ChunkCache::new_owner() {
  const std::lock_guard lock(mutex_);
  return owners_++;
}

ChunkCache::Chunk ChunkCache::find(std::int64_t owner, std::int64_t index) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find({owner, index});
  if (found == places_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->chunk;
}

void ChunkCache::insert(std::int64_t owner, std::int64_t index, Chunk chunk) {
  const std::lock_guard lock(mutex_);
  const Key key{owner, index};
  if (places_.contains(key)) return;  // another thread was faster
  bytes_ += static_cast<std::int64_t>(chunk->size());
  entries_.push_front({key, std::move(chunk)});
  places_[key] = entries_.begin();
  while (bytes_ > kMostBytes && entries_.size() > 1) drop(std::prev(entries_.end()));
}

void ChunkCache::forget(std::int64_t owner) {
  const std::lock_guard lock(mutex_);
  const auto begin = places_.lower_bound({owner, std::numeric_limits<std::int64_t>::min()});
  for (auto place = begin; place != places_.end() && place->first.first == owner;)
    drop((place++)->second);
}

void ChunkCache::drop(std::list<Entry>::iterator entry) {
  bytes_ -= static_cast<std::int64_t>(entry->chunk->size());
  places_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace dfe::io::zarr

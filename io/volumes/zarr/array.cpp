// SPDX-License-Identifier: Apache-2.0
// Boxes from chunks. The order of dimensions, Fortran order and transposed chunks come down to the
// strides of z, y and x within a chunk.
#include "io/volumes/zarr/array.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/check_box.hpp"
#include "dfengine/error.hpp"
#include "io/byte_reader.hpp"

namespace dfe::io::zarr {
namespace {

std::size_t at(int dimension) { return static_cast<std::size_t>(dimension); }

std::int64_t divided_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

bool is_there(const std::filesystem::path& file) {
  std::error_code error;
  return std::filesystem::exists(file, error);
}

}  // namespace

Array::Array(std::filesystem::path folder, ArrayFacts facts, const std::array<int, 3>& axes)
    : folder_(std::move(folder)), facts_(std::move(facts)), axes_(axes) {
  std::vector<std::int64_t> strides(facts_.shape.size());
  std::int64_t stride = 1;
  for (std::size_t i = facts_.order.size(); i-- > 0;) {
    strides[at(facts_.order[i])] = stride;
    stride *= facts_.chunk[at(facts_.order[i])];
  }
  for (std::size_t i = 0; i < 3; ++i) {
    size_[i] = facts_.shape[at(axes[i])];
    chunk_[i] = facts_.chunk[at(axes[i])];
    stride_[i] = strides[at(axes[i])];
  }
  extent_ = {size_[0], size_[1], size_[2]};
  kept_bytes_ = layer_bytes();
  if (kept_bytes_ > 0) owner_ = ChunkCache::shared().new_owner();
}

Array::~Array() {
  if (owner_ >= 0) ChunkCache::shared().forget(owner_);
}

/// Bytes of all chunks under one plane, which are needed again for the next plane.
std::int64_t Array::layer_bytes() const {
  const double layer = static_cast<double>(facts_.chunk_bytes()) *
                       static_cast<double>(divided_up(size_[1], chunk_[1])) *
                       static_cast<double>(divided_up(size_[2], chunk_[2]));
  const double all = layer * static_cast<double>(divided_up(size_[0], chunk_[0]));
  if (layer > static_cast<double>(ChunkCache::kMostBytes)) return 0;
  return static_cast<std::int64_t>(std::min(all, layer));
}

void Array::read_box(const Box3& box, float* out) const {
  check_box(box, extent_, folder_.string());
  if (box.extent.voxels() == 0) return;
  const std::array begin{box.begin.z, box.begin.y, box.begin.x};
  const std::array count{box.extent.z, box.extent.y, box.extent.x};
  std::array<std::int64_t, 3> first{}, last{};
  for (std::size_t i = 0; i < 3; ++i) {
    first[i] = begin[i] / chunk_[i];
    last[i] = (begin[i] + count[i] - 1) / chunk_[i];
  }
  for (std::int64_t z = first[0]; z <= last[0]; ++z)
    for (std::int64_t y = first[1]; y <= last[1]; ++y)
      for (std::int64_t x = first[2]; x <= last[2]; ++x) read_chunk({z, y, x}, box, out);
}

Array::Need Array::need_of(const std::array<std::int64_t, 3>& grid, const Box3& box) const {
  const std::array begin{box.begin.z, box.begin.y, box.begin.x};
  const std::array count{box.extent.z, box.extent.y, box.extent.x};
  Need need;
  std::int64_t first = 0, last = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::int64_t origin = grid[i] * chunk_[i];
    need.begin[i] = std::max(begin[i], origin) - origin;
    need.count[i] =
        std::min({begin[i] + count[i], origin + chunk_[i], size_[i]}) - origin - need.begin[i];
    first += need.begin[i] * stride_[i];
    last += (need.begin[i] + need.count[i] - 1) * stride_[i];
  }
  need.first = element_bytes(facts_.element, first);
  need.bytes = element_bytes(facts_.element, last + 1) - need.first;
  return need;
}

Array::Place Array::place_of(const std::array<std::int64_t, 3>& grid) const {
  std::vector<std::int64_t> place(facts_.shape.size(), 0);
  for (std::size_t i = 0; i < 3; ++i) place[at(axes_[i])] = grid[i];
  Place result;
  std::string key = facts_.key_prefix;
  for (std::size_t i = 0; i < place.size(); ++i) {
    if (i > 0) key += facts_.separator;
    key += std::to_string(place[i] / facts_.per_file[i]);
    result.within = result.within * facts_.per_file[i] + place[i] % facts_.per_file[i];
  }
  result.file = folder_ / key;
  return result;
}

std::int64_t Array::index_of(const std::array<std::int64_t, 3>& grid) const {
  return (grid[0] * divided_up(size_[1], chunk_[1]) + grid[1]) * divided_up(size_[2], chunk_[2]) +
         grid[2];
}

/// The checksum of an index is compared once: the index of a large file takes longer than a chunk.
std::optional<Section> Array::find_inner(const RandomFile& file, const Place& place) const {
  constexpr std::int64_t kMost = std::int64_t{1} << 40;
  std::int64_t inner = 1;
  for (const std::int64_t n : facts_.per_file) inner = n > kMost / inner ? kMost : inner * n;
  bool fresh = false;
  {
    const std::lock_guard lock(mutex_);
    fresh = checked_.insert(place.file.string()).second;
  }
  if (fresh) check_shard_index(file, facts_.index, inner);
  return find_inner_chunk(file, facts_.index, inner, place.within);
}

ChunkCache::Chunk Array::load(const Place& place, std::int64_t first, std::int64_t bytes) const {
  if (!is_there(place.file)) return nullptr;
  const RandomFile file(place.file);
  Section section{0, file.size()};
  if (facts_.sharded) {
    const auto found = find_inner(file, place);
    if (!found) return nullptr;
    section = *found;
  }
  const std::int64_t chunk_bytes = facts_.chunk_bytes();
  const bool plain = facts_.codecs.empty();
  if (plain ? section.bytes != chunk_bytes : section.bytes > most_stored_bytes(chunk_bytes))
    throw Error("zarr", file.name(), "has a chunk of " + std::to_string(section.bytes) + " bytes",
                "expected " + std::string(plain ? "" : "about ") + std::to_string(chunk_bytes) +
                    (plain ? "; copy it again" : " or less; copy it again"));
  Bytes stored(static_cast<std::size_t>(plain ? bytes : section.bytes));
  file.read(section.offset + (plain ? first : 0), stored.data(), stored.size());
  if (!plain)
    stored = decode_chunk(std::move(stored), facts_.codecs, chunk_bytes, first, bytes, file.name());
  return std::make_shared<const Bytes>(std::move(stored));
}

void Array::read_chunk(const std::array<std::int64_t, 3>& grid, const Box3& box, float* out) const {
  const Need need = need_of(grid, box);
  const bool keep = kept_bytes_ > 0;
  const Need whole = keep ? need_of(grid, {{}, extent_}) : need;  // what is kept serves all boxes
  ChunkCache::Chunk chunk = keep ? ChunkCache::shared().find(owner_, index_of(grid)) : nullptr;
  if (!chunk) {
    chunk = load(place_of(grid), whole.first, whole.bytes);
    if (keep && chunk) ChunkCache::shared().insert(owner_, index_of(grid), chunk);
  }
  const std::array origin{grid[0] * chunk_[0] + need.begin[0] - box.begin.z,
                          grid[1] * chunk_[1] + need.begin[1] - box.begin.y,
                          grid[2] * chunk_[2] + need.begin[2] - box.begin.x};
  float* const target = out + (origin[0] * box.extent.y + origin[1]) * box.extent.x + origin[2];
  if (chunk) return copy(need, *chunk, whole.first, target, box.extent);
  for (std::int64_t z = 0; z < need.count[0]; ++z)
    for (std::int64_t y = 0; y < need.count[1]; ++y)
      std::fill_n(target + (z * box.extent.y + y) * box.extent.x, need.count[2], facts_.fill);
}

/// `bytes` are those of the chunk from byte `first`.
void Array::copy(const Need& need, const Bytes& bytes, std::int64_t first, float* out,
                 const Extent3& out_extent) const {
  const bool swapped = (facts_.big_endian ? ByteOrder::Big : ByteOrder::Little) != kNativeOrder;
  const std::int64_t width = element_bytes(facts_.element, 1), columns = need.count[2];
  Bytes row(stride_[2] == 1 ? 0 : static_cast<std::size_t>(columns * width));
  for (std::int64_t z = 0; z < need.count[0]; ++z)
    for (std::int64_t y = 0; y < need.count[1]; ++y) {
      const std::int64_t voxel = (need.begin[0] + z) * stride_[0] +
                                 (need.begin[1] + y) * stride_[1] + need.begin[2] * stride_[2];
      const std::byte* from = bytes.data() + (voxel * width - first);
      if (stride_[2] != 1) {
        for (std::int64_t x = 0; x < columns; ++x)
          std::memcpy(row.data() + x * width, from + x * stride_[2] * width,
                      static_cast<std::size_t>(width));
        from = row.data();
      }
      decode(facts_.element, swapped, from, columns, out + (z * out_extent.y + y) * out_extent.x);
    }
}

Array::FileCount Array::missing_files(std::int64_t most) const {
  FileCount count;
  std::array<std::int64_t, 3> files{}, step{};
  std::int64_t all = 1;
  for (std::size_t i = 0; i < 3; ++i) {
    step[i] = facts_.per_file[at(axes_[i])];
    files[i] = divided_up(divided_up(size_[i], chunk_[i]), step[i]);
    if (files[i] > most / all) return count;
    all *= files[i];
  }
  count.all = all;
  for (std::int64_t z = 0; z < files[0]; ++z)
    for (std::int64_t y = 0; y < files[1]; ++y)
      for (std::int64_t x = 0; x < files[2]; ++x)
        count.missing += !is_there(place_of({z * step[0], y * step[1], x * step[2]}).file);
  return count;
}

}  // namespace dfe::io::zarr

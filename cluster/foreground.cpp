// SPDX-License-Identifier: Apache-2.0
// Labels into bits, and sums of bits over balls, see the header.
#include "cluster/foreground.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "cluster/disc.hpp"
#include "cluster/progress_share.hpp"

namespace dfe {
namespace {

/// How many bits a piece of a row has and the sum of their places.
struct PieceSum {
  std::uint8_t count = 0, places = 0;
};

constexpr int kPieceBits = 11;  // a table of 4 KB; a ball of radius 5 needs one look-up per row
constexpr int kPiecesPerWindow = 4;
constexpr std::int64_t kWindowBits =
    kPieceBits * kPiecesPerWindow;         // a window starts at any bit of a byte and fits 64 bits
constexpr std::int64_t kPaddingBytes = 8;  // behind the last row, for whole loads

constexpr std::array<PieceSum, 1 << kPieceBits> make_piece_sums() {
  std::array<PieceSum, 1 << kPieceBits> sums{};
  for (std::size_t piece = 0; piece < sums.size(); ++piece)
    for (unsigned bit = 0; bit < kPieceBits; ++bit)
      if (piece >> bit & 1) {
        ++sums[piece].count;
        sums[piece].places = static_cast<std::uint8_t>(sums[piece].places + bit);
      }
  return sums;
}

constexpr std::array<PieceSum, 1 << kPieceBits> kPieceSums = make_piece_sums();

/// The bits of a row from place `first` on, at least kWindowBits of them.
std::uint64_t load_window(const std::uint8_t* row, std::int64_t first) {
  std::uint64_t word;
  std::memcpy(&word, row + (first >> 3), sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word >> (first & 7);
}

/// Packs one row and notes the labels it takes; returns its number of voxels.
std::int64_t pack_row(const std::uint8_t* labels, std::int64_t size, int class_label,
                      std::uint8_t* bits, LabelSet& taken) {
  std::int64_t count = 0;
  for (std::int64_t x = 0; x < size; x += 8) {
    const std::int64_t here = std::min<std::int64_t>(8, size - x);
    std::uint64_t eight = 0;
    std::memcpy(&eight, labels + x, static_cast<std::size_t>(here));
    unsigned byte = 0;
    if (eight != 0)  // most of a tomogram is background
      for (unsigned k = 0; k < static_cast<unsigned>(here); ++k) {
        const int label = labels[x + k];
        if (class_label == 0 ? label == 0 : label != class_label) continue;
        byte |= 1u << k;
        taken.set(static_cast<std::size_t>(label));
      }
    bits[x / 8] = static_cast<std::uint8_t>(byte);
    count += kPieceSums[byte].count;
  }
  return count;
}

/// Adds the voxels of a row from `first` to before `first + size` up: their number, and the sum of
/// x. The number of pieces is that of the longest row, so that the loop is straight; rows longer
/// than a window take several.
template <int Pieces>
void add_row(const std::uint8_t* row, std::int64_t first, std::int64_t size, std::int64_t& count,
             std::int64_t& sum_x) {
  std::uint64_t window = load_window(row, first) & ((std::uint64_t{1} << size) - 1);
  std::int64_t here = 0, places = 0;
  for (int piece = 0; piece < Pieces; ++piece, window >>= kPieceBits) {
    const PieceSum sums = kPieceSums[window & (kPieceSums.size() - 1)];
    here += sums.count;
    places += sums.places + piece * kPieceBits * sums.count;
  }
  count += here;
  sum_x += places + first * here;
}

}  // namespace

Foreground::Foreground(ThreadPool& pool, VolumeView<const std::uint8_t> labels, int class_label,
                       ProgressShare& progress)
    : extent_(labels.extent),
      row_bytes_((labels.extent.x + 7) / 8),
      bits_(static_cast<std::size_t>(extent_.z * extent_.y * row_bytes_ + kPaddingBytes)),
      plane_labels_(static_cast<std::size_t>(extent_.z)) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(pool.threads()));
  progress.begin(extent_.z);
  parallel_for(pool, 0, extent_.z, 1, [&](std::int64_t z, std::int64_t, int worker) {
    std::int64_t count = 0;
    LabelSet taken;
    for (std::int64_t y = 0; y < extent_.y; ++y)
      count += pack_row(labels.plane(z) + y * extent_.x, extent_.x, class_label,
                        bits_.data() + (z * extent_.y + y) * row_bytes_, taken);
    plane_labels_[static_cast<std::size_t>(z)] = taken;
    counts[static_cast<std::size_t>(worker)] += count;
    progress.done(1, worker);
  });
  for (const std::int64_t count : counts) count_ += count;
}

LabelSet Foreground::labels() const {
  LabelSet all;
  for (const LabelSet& of_plane : plane_labels_) all |= of_plane;
  return all;
}

std::int64_t Foreground::bytes(const Extent3& extent) {
  return extent.z *
             (extent.y * ((extent.x + 7) / 8) + static_cast<std::int64_t>(sizeof(LabelSet))) +
         kPaddingBytes;
}

PointSum Foreground::ball(const Point3& centre, const Bandwidth& bandwidth) const {
  const double longest = 2 * bandwidth.radius + 1;
  return longest <= kPieceBits       ? ball_of<1>(centre, bandwidth)
         : longest <= 2 * kPieceBits ? ball_of<2>(centre, bandwidth)
         : longest <= kWindowBits    ? ball_of<kPiecesPerWindow>(centre, bandwidth)
                                     : ball_of<0>(centre, bandwidth);
}

template <int Pieces>
PointSum Foreground::ball_of(const Point3& centre, const Bandwidth& bandwidth) const {
  static const ReachRows reach_rows = reach_rows_function();
  const double limit = bandwidth.radius * bandwidth.radius, edge_y = bandwidth.edges.y,
               inverse_edge_y = 1 / edge_y;
  const AxisReach planes = axis_reach(centre.z, bandwidth.along.z, extent_.z);
  PointSum sum;
  RowReaches reaches;
  for (std::int64_t z = planes.begin; z < planes.end; ++z) {
    const double dz = bandwidth.edges.z * (centre.z - static_cast<double>(z));
    const Disc disc{centre.y, centre.x, dz * dz, limit, edge_y};
    const double half = std::sqrt(std::max(limit - disc.base, 0.0)) * inverse_edge_y;
    const AxisReach all_rows =
        axis_reach(centre.y, half, extent_.y);  // those outside the ball turn out empty
    std::int64_t count_of_plane = 0;
    for (std::int64_t y = all_rows.begin; y < all_rows.end; y += RowReaches::kRows) {
      reach_rows(disc, y, extent_.x, reaches);
      const std::int64_t rows = std::min<std::int64_t>(RowReaches::kRows, all_rows.end - y);
      const std::uint8_t* bits = row(z, y);
      for (std::int64_t r = 0; r < rows; ++r, bits += row_bytes_) {
        const std::int64_t first = reaches.first[static_cast<std::size_t>(r)];
        const std::int64_t size =
            std::max<std::int64_t>(0, reaches.last[static_cast<std::size_t>(r)] - first + 1);
        std::int64_t count = 0;
        if constexpr (Pieces > 0)
          add_row<Pieces>(bits, first, size, count, sum.x);
        else
          for (std::int64_t done = 0; done < size; done += kWindowBits)
            add_row<kPiecesPerWindow>(bits, first + done, std::min(kWindowBits, size - done), count,
                                      sum.x);
        count_of_plane += count;
        sum.y += (y + r) * count;
      }
    }
    sum.count += count_of_plane;
    sum.z += z * count_of_plane;
  }
  return sum;
}

}  // namespace dfe

// SPDX-License-Identifier: Apache-2.0
// The steps of mean shift on a GPU. Voxels are bits and sums are integers, so the order of threads
// does not change the result. Kernels with items work like those of plane_ops.hpp. Kernels with
// warps are written against a Warp type (warp.hpp), and each warp has one piece of work.
#pragma once

#include <bit>
#include <variant>

#include "kernels/common/warp.hpp"
#include "kernels/mean_shift_math.hpp"

namespace dfe::card {

/// One bit per voxel: bit k of word w of a row is voxel x = 32·w + k, bits beyond the row's end are
/// 0. One word more lies behind the last.
struct BitVolume {
  std::uint32_t* words = nullptr;
  Extent3 extent;

  DFE_HOST_DEVICE std::int64_t row_words() const { return (extent.x + 31) / 32; }
  DFE_HOST_DEVICE std::int64_t rows() const { return extent.z * extent.y; }
  DFE_HOST_DEVICE std::uint32_t* row(std::int64_t number) const {
    return words + number * row_words();
  }
  DFE_HOST_DEVICE std::uint32_t* row(std::int64_t z, std::int64_t y) const {
    return row(z * extent.y + y);
  }

  /// The 32 bits from x on; bits beyond the row are unspecified.
  DFE_HOST_DEVICE std::uint32_t window(const std::uint32_t* row, std::int64_t x) const {
    const std::uint32_t* const word = row + x / 32;
    return static_cast<std::uint32_t>((static_cast<std::uint64_t>(word[1]) << 32 | word[0]) >>
                                      (x % 32));
  }
};

DFE_HOST_DEVICE inline int count_bits(std::uint32_t word) {
#ifdef __CUDA_ARCH__
  return __popc(word);
#else
  return std::popcount(word);
#endif
}
/// Place of the lowest bit; the word is not 0.
DFE_HOST_DEVICE inline int lowest_bit(std::uint32_t word) {
#ifdef __CUDA_ARCH__
  return __ffs(static_cast<int>(word)) - 1;
#else
  return std::countr_zero(word);
#endif
}
/// Sum of the places of all bits.
DFE_HOST_DEVICE inline int sum_places(std::uint32_t word) {
  return count_bits(word & 0xAAAAAAAAu) + 2 * count_bits(word & 0xCCCCCCCCu) +
         4 * count_bits(word & 0xF0F0F0F0u) + 8 * count_bits(word & 0xFF00FF00u) +
         16 * count_bits(word & 0xFFFF0000u);
}
/// The lowest `count` bits, 0 to 32.
DFE_HOST_DEVICE inline std::uint32_t low_bits(std::int64_t count) {
  return count >= 32 ? ~0u : (1u << count) - 1;
}

/// On the host nothing runs beside it.
DFE_HOST_DEVICE inline void add_to(std::int64_t& sum, std::int64_t value) {
#ifdef __CUDA_ARCH__
  atomicAdd(reinterpret_cast<unsigned long long*>(&sum), static_cast<unsigned long long>(value));
#else
  sum += value;
#endif
}
DFE_HOST_DEVICE inline void set_bits(std::uint32_t& word, std::uint32_t bits) {
#ifdef __CUDA_ARCH__
  atomicOr(&word, bits);
#else
  word |= bits;
#endif
}

/// Labels to bits, and which labels there are. One warp is one row; its lanes share the words.
struct TakeVoxels {
  const std::uint8_t* labels;
  BitVolume bits;
  int class_label;        ///< 0: all that are not 0
  std::uint8_t* present;  ///< (256) set to 1 for labels that occur
  std::int64_t warps() const { return bits.rows(); }

  template <class Warp>
  DFE_HOST_DEVICE void run(std::int64_t row) const {
    Warp::for_lanes([&](int lane) {
      for (std::int64_t w = lane; w < bits.row_words(); w += 32)
        bits.row(row)[w] = word(row, 32 * w);
    });
  }

  DFE_HOST_DEVICE std::uint32_t word(std::int64_t row, std::int64_t first) const {
    const std::uint8_t* const from = labels + row * bits.extent.x + first;
    const int here = bits.extent.x - first < 32 ? static_cast<int>(bits.extent.x - first) : 32;
    std::uint32_t taken = 0;
    for (int k = 0; k < here; ++k) {
      const int label = from[k];
      if (label == 0 || (class_label != 0 && label != class_label)) continue;
      taken |= 1u << k;
      if (!present[label]) present[label] = 1;  // every thread that comes here writes the same
    }
    return taken;
  }
};

/// How many bits each row has. One warp is one row.
struct CountRows {
  BitVolume bits;
  std::int32_t* counts;  ///< (z, y)
  std::int64_t warps() const { return bits.rows(); }

  template <class Warp>
  DFE_HOST_DEVICE void run(std::int64_t row) const {
    typename Warp::template Register<std::int32_t> sums;
    Warp::for_lanes([&](int lane) {
      std::int32_t sum = 0;
      for (std::int64_t w = lane; w < bits.row_words(); w += 32)
        sum += count_bits(bits.row(row)[w]);
      sums[lane] = sum;
    });
    const auto total =
        static_cast<std::int32_t>(Warp::sum(sums, [](std::int32_t sum) { return sum; }));
    Warp::for_lanes([&](int lane) {
      if (lane == 0) counts[row] = total;
    });
  }
};

/// Sets the bit of the first voxel, in memory order, of every cell that has one. One warp is one
/// cell.
struct MarkSeeds {
  BitVolume bits, seeds;  ///< `seeds` is all 0
  const std::int32_t *z_begins, *y_begins, *x_begins;
  std::int64_t cells_z, cells_y, cells_x;
  std::int64_t warps() const { return cells_z * cells_y * cells_x; }

  template <class Warp>
  DFE_HOST_DEVICE void run(std::int64_t cell) const {
    const std::int64_t row_of_cells = cell / cells_x, cx = cell % cells_x,
                       cy = row_of_cells % cells_y, cz = row_of_cells / cells_y;
    const std::int32_t x0 = x_begins[cx], x1 = x_begins[cx + 1], y0 = y_begins[cy],
                       z0 = z_begins[cz];
    const std::int32_t height = y_begins[cy + 1] - y0, rows = height * (z_begins[cz + 1] - z0);
    for (std::int32_t first = 0; first < rows; first += 32) {
      typename Warp::template Register<std::int32_t> found;
      Warp::for_lanes([&](int lane) {
        const std::int32_t row = first + lane;
        found[lane] =
            row < rows ? first_in_row(bits.row(z0 + row / height, y0 + row % height), x0, x1) : -1;
      });
      const int winner = Warp::first_lane(found, [](std::int32_t x) { return x >= 0; });
      if (winner == 32) continue;
      Warp::for_lanes([&](int lane) {
        const std::int32_t row = first + lane;
        if (lane == winner)
          set_bits(seeds.row(z0 + row / height, y0 + row % height)[found[lane] / 32],
                   1u << found[lane] % 32);
      });
      return;
    }
  }

  DFE_HOST_DEVICE std::int32_t first_in_row(const std::uint32_t* row, std::int32_t x0,
                                            std::int32_t x1) const {
    for (std::int32_t x = x0; x < x1; x += 32) {
      const std::uint32_t window = bits.window(row, x) & low_bits(x1 - x);
      if (window != 0) return x + lowest_bit(window);
    }
    return -1;
  }
};

/// Writes down where the seeds [first, last) begin, counted in memory order. One item is one row.
struct PlaceSeeds {
  BitVolume seeds;
  const std::int64_t* seeds_before;  ///< (z, y)
  std::int64_t first, last, z_begin, z_end;
  const double *place_z, *place_y, *place_x;
  Point3* places;
  std::int64_t planes() const { return z_end - z_begin; }
  std::int64_t rows() const { return 1; }
  std::int64_t items() const { return seeds.extent.y; }

  DFE_HOST_DEVICE void operator()(int plane, int, int y) const {
    const std::int64_t z = z_begin + plane;
    std::int64_t number = seeds_before[z * seeds.extent.y + y];
    const std::uint32_t* const row = seeds.row(z, y);
    for (int w = 0; w < static_cast<int>(seeds.row_words()) && number < last; ++w)
      for (std::uint32_t word = row[w]; word != 0; word &= word - 1, ++number)
        if (number >= first && number < last)
          places[number - first] = {place_z[z], place_y[y], place_x[32 * w + lowest_bit(word)]};
  }
};

/// One warp is one climb; its lanes share the rows of the ball.
struct ClimbSeeds {
  BitVolume bits;
  Bandwidth bandwidth;
  const Point3* seeds;
  Mode* ends;
  std::int64_t climbs;
  std::int64_t warps() const { return climbs; }

  template <class Warp>
  DFE_HOST_DEVICE void run(std::int64_t seed) const {
    const Mode end =
        climb_by([&](const Point3& centre) { return ball<Warp>(centre); }, seeds[seed], bandwidth);
    Warp::for_lanes([&](int lane) {
      if (lane == 0) ends[seed] = end;
    });
  }

  template <class Warp>
  DFE_HOST_DEVICE PointSum ball(const Point3& centre) const {
    const AxisReach z = axis_reach(centre.z, bandwidth.along.z, bits.extent.z),
                    y = axis_reach(centre.y, bandwidth.along.y, bits.extent.y);
    const auto height = static_cast<std::int32_t>(y.end - y.begin),
               rows = height * static_cast<std::int32_t>(z.end - z.begin);
    typename Warp::template Register<PointSum> sums;
    Warp::for_lanes([&](int lane) {
      PointSum sum;
      for (std::int32_t row = lane; row < rows; row += 32)
        add_row(centre, z.begin + row / height, y.begin + row % height, sum);
      sums[lane] = sum;
    });
    return {Warp::sum(sums, [](const PointSum& s) { return s.count; }),
            Warp::sum(sums, [](const PointSum& s) { return s.z; }),
            Warp::sum(sums, [](const PointSum& s) { return s.y; }),
            Warp::sum(sums, [](const PointSum& s) { return s.x; })};
  }

  DFE_HOST_DEVICE void add_row(const Point3& centre, std::int64_t z, std::int64_t y,
                               PointSum& sum) const {
    const double dz = bandwidth.edges.z * (centre.z - static_cast<double>(z)),
                 dy = bandwidth.edges.y * (centre.y - static_cast<double>(y));
    const RowReach reach =
        reach_row(dz * dz + dy * dy, centre.x, bandwidth.radius * bandwidth.radius,
                  static_cast<double>(bits.extent.x));
    const std::uint32_t* const row = bits.row(z, y);
    std::int64_t count = 0;
    for (std::int64_t x = reach.first; x <= reach.last; x += 32) {
      const std::uint32_t window = bits.window(row, x) & low_bits(reach.last - x + 1);
      const int here = count_bits(window);
      count += here;
      sum.x += x * here + sum_places(window);
    }
    sum.count += count;
    sum.y += y * count;
    sum.z += z * count;
  }
};

/// Every voxel to its nearest centre. One warp is one row; its lanes share the words, and
/// neighbouring voxels of one centre and label are added at once.
struct CountMembers {
  const std::uint8_t* labels;
  BitVolume bits;
  PointGridView grid;
  const Point3* centres;
  Bandwidth spacing;
  const std::int16_t* slot_of_label;
  std::int64_t slots;
  std::int64_t* sums;   ///< (centre; count, z, y, x) or null
  std::int64_t* votes;  ///< (centre, slot)
  std::int64_t warps() const { return bits.rows(); }

  template <class Warp>
  DFE_HOST_DEVICE void run(std::int64_t row) const {
    const int z = static_cast<int>(row / bits.extent.y), y = static_cast<int>(row % bits.extent.y);
    Warp::for_lanes([&](int lane) {
      for (std::int64_t w = lane; w < bits.row_words(); w += 32)
        if (const std::uint32_t word = bits.row(row)[w]; word != 0)
          count_word(z, y, static_cast<int>(32 * w), word);
    });
  }

  DFE_HOST_DEVICE void count_word(int z, int y, int first, std::uint32_t word) const {
    const std::uint8_t* const row = labels + (z * bits.extent.y + y) * bits.extent.x;
    std::uint32_t centre = 0;
    int label = 0;
    int count = 0, places = 0;
    for (; word != 0; word &= word - 1) {
      const int place = lowest_bit(word), label_here = row[first + place];
      const std::uint32_t centre_here = nearest(z, y, first + place);
      if (count > 0 && (centre_here != centre || label_here != label)) {
        add(centre, label, z, y, first, count, places);
        count = places = 0;
      }
      centre = centre_here;
      label = label_here;
      ++count;
      places += place;
    }
    if (count > 0) add(centre, label, z, y, first, count, places);
  }

  DFE_HOST_DEVICE void add(std::uint32_t centre, int label, int z, int y, int first, int count,
                           int places) const {
    const int slot = slot_of_label[label];
    if (slot >= 0) add_to(votes[centre * slots + slot], count);
    if (!sums) return;
    std::int64_t* const s = sums + std::int64_t{centre} * 4;
    add_to(s[0], count);
    add_to(s[1], std::int64_t{z} * count);
    add_to(s[2], std::int64_t{y} * count);
    add_to(s[3], std::int64_t{first} * count + places);
  }

  /// The nearest centre, however far; of equally near ones the first. There is at least one.
  DFE_HOST_DEVICE std::uint32_t nearest(double z, double y, double x) const {
    constexpr double kSlack = 1 + 1e-9;  // rounding must not lose a tie
    for (double reach = spacing.radius;; reach *= 2) {
      const Point3 along = spacing.voxels(reach);
      std::uint32_t found = 0;
      double best = INFINITY;
      grid.visit_box({z - along.z, y - along.y, x - along.x},
                     {z + along.z, y + along.y, x + along.x}, [&](std::uint32_t k) {
                       const double d = spacing.squared_distance(centres[k], z, y, x);
                       if (d < best || (d == best && k < found)) best = d, found = k;
                     });
      if (best * kSlack <= reach * reach) return found;  // the box holds all that are as near
    }
  }
};

using MeanShiftKernel =
    std::variant<TakeVoxels, CountRows, MarkSeeds, PlaceSeeds, ClimbSeeds, CountMembers>;

/// Calls items(kernel) or warps(kernel), whichever the kernel is.
template <class Items, class Warps>
void launch_mean_shift(const MeanShiftKernel& kernel, Items&& items, Warps&& warps) {
  std::visit(
      [&](const auto& k) {
        if constexpr (requires { k.warps(); })
          warps(k);
        else
          items(k);
      },
      kernel);
}

}  // namespace dfe::card

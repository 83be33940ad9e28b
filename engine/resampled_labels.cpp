// SPDX-License-Identifier: Apache-2.0
// Votes as whole numbers, see the header. Along an axis of m old and n new voxels everything is
// counted in 1 / (2n) of an old voxel: old centres are at 2n·j, new ones at (2i + 1)·m - n.
#include "engine/resampled_labels.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

namespace dfe {
namespace {

/// The old voxels that vote on a new one along an axis.
struct Voters {
  std::int64_t begin = 0;
  std::vector<std::int64_t> weights;
};

std::vector<Voters> voters_of(std::int64_t old_length, std::int64_t new_length) {
  const std::int64_t spacing = 2 * new_length, reach = 2 * std::max(old_length, new_length);
  const std::int64_t last = old_length - 1;
  std::vector<Voters> axis(static_cast<std::size_t>(new_length));
  for (std::int64_t i = 0; i < new_length; ++i) {
    const std::int64_t centre = (2 * i + 1) * old_length - new_length;
    const std::int64_t low = (centre - reach) / spacing - 1, high = (centre + reach) / spacing + 1;
    Voters& voters = axis[static_cast<std::size_t>(i)];
    voters.begin = std::clamp<std::int64_t>(low, 0, last);
    voters.weights.assign(
        static_cast<std::size_t>(std::clamp<std::int64_t>(high, 0, last) - voters.begin + 1), 0);
    for (std::int64_t j = low; j <= high; ++j) {  // the outermost voxels vote for those beyond
      const std::int64_t weight = reach - std::abs(spacing * j - centre);
      if (weight > 0)
        voters.weights[static_cast<std::size_t>(std::clamp<std::int64_t>(j, 0, last) -
                                                voters.begin)] += weight;
    }
    while (voters.weights.back() == 0) voters.weights.pop_back();
    const auto first = std::find_if(voters.weights.begin(), voters.weights.end(),
                                    [](std::int64_t weight) { return weight > 0; });
    voters.begin += first - voters.weights.begin();
    voters.weights.erase(voters.weights.begin(), first);
  }
  return axis;
}

/// A row of old labels that votes on a row of new ones.
struct VotingRow {
  const std::uint8_t* labels;
  std::int64_t weight;
};

std::uint8_t winner(const std::array<std::int64_t, 256>& votes) {
  std::size_t best = 0;
  for (std::size_t label = 1; label < votes.size(); ++label)
    if (votes[label] > votes[best] || (best == 0 && votes[label] == votes[0])) best = label;
  return static_cast<std::uint8_t>(best);
}

std::uint8_t vote(const std::vector<VotingRow>& rows, const Voters& x) {
  std::array<std::int64_t, 256> votes{};
  for (const VotingRow& row : rows)
    for (std::size_t i = 0; i < x.weights.size(); ++i)
      votes[row.labels[x.begin + static_cast<std::int64_t>(i)]] += row.weight * x.weights[i];
  return winner(votes);
}

constexpr std::int16_t kMixed = -1;

/// For each old column the label that all rows have there, or `kMixed`.
void agree(const std::vector<VotingRow>& rows, std::vector<std::int16_t>& common) {
  std::copy_n(rows.front().labels, common.size(), common.begin());
  for (const VotingRow& row : rows)
    for (std::size_t x = 0; x < common.size(); ++x)
      if (common[x] != row.labels[x]) common[x] = kMixed;
}

}  // namespace

Volume<std::uint8_t> resample_labels(const Volume<std::uint8_t>& labels, const Extent3& extent) {
  const Extent3 from = labels.extent();
  const std::vector<Voters> all_z = voters_of(from.z, extent.z),
                            all_y = voters_of(from.y, extent.y),
                            all_x = voters_of(from.x, extent.x);
  Volume<std::uint8_t> result(extent);
  std::vector<VotingRow> rows;
  std::vector<std::int16_t> common(static_cast<std::size_t>(from.x));
  std::uint8_t* out = result.data();
  for (const Voters& z : all_z)
    for (const Voters& y : all_y) {
      rows.clear();
      for (std::size_t iz = 0; iz < z.weights.size(); ++iz)
        for (std::size_t iy = 0; iy < y.weights.size(); ++iy)
          rows.push_back({&labels(z.begin + static_cast<std::int64_t>(iz),
                                  y.begin + static_cast<std::int64_t>(iy), 0),
                          z.weights[iz] * y.weights[iy]});
      agree(rows, common);
      for (const Voters& x : all_x) {
        const auto first = common.begin() + x.begin;
        const bool same = *first != kMixed &&
                          std::all_of(first, first + static_cast<std::int64_t>(x.weights.size()),
                                      [&](std::int16_t label) { return label == *first; });
        *out++ = same ? static_cast<std::uint8_t>(*first) : vote(rows, x);
      }
    }
  return result;
}

}  // namespace dfe

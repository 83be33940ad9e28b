// SPDX-License-Identifier: Apache-2.0
// Shortest augmenting paths with node prices. Every true particle ("row") also has a private way to
// stay alone at a price above any total distance: so every row ends assigned, and the cheapest
// assignment leaves as few alone as possible.
#include "evaluate/assignment.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <queue>
#include <string>

#include "dfengine/error.hpp"

namespace dfe {

namespace {

constexpr std::int64_t kNone = -1;

/// Union-find over rows and columns.
class Components {
 public:
  explicit Components(std::size_t nodes) : parent_(nodes) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }

  std::size_t root(std::size_t node) {
    while (parent_[node] != node) node = parent_[node] = parent_[parent_[node]];
    return node;
  }
  void join(std::size_t a, std::size_t b) { parent_[root(b)] = root(a); }

 private:
  std::vector<std::size_t> parent_;
};

class Solver {
 public:
  Solver(const std::vector<Neighbours>& pairs, std::size_t rows, std::size_t columns)
      : pairs_(pairs),
        begin_(rows + 1, 0),
        partner_of_row_(rows, kNone),
        row_of_column_(columns, kNone),
        row_price_(rows, 0),
        column_price_(columns, 0),
        distance_(columns, kInfinity),
        reached_by_(columns, kNone),
        visited_(columns, false) {
    for (const Neighbours& pair : pairs) ++begin_[static_cast<std::size_t>(pair.truth) + 1];
    std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
    find_prices_of_solitude(rows, columns);
  }

  std::vector<std::int64_t> run() {
    for (std::size_t row = 0; row + 1 < begin_.size(); ++row)
      if (begin_[row] < begin_[row + 1]) insert(row);
    return partner_of_row_;
  }

 private:
  static constexpr double kInfinity = std::numeric_limits<double>::infinity();

  /// Above what the distances of a component's pairs can sum to.
  void find_prices_of_solitude(std::size_t rows, std::size_t columns) {
    Components components(rows + columns);
    for (const Neighbours& pair : pairs_)
      components.join(static_cast<std::size_t>(pair.truth),
                      rows + static_cast<std::size_t>(pair.predicted));
    std::vector<double> longest(rows + columns, 0), members(rows + columns, 0),
        edges(rows + columns, 0);
    for (std::size_t row = 0; row < rows; ++row) members[components.root(row)] += 1;
    for (const Neighbours& pair : pairs_) {
      const std::size_t root = components.root(static_cast<std::size_t>(pair.truth));
      longest[root] = std::max(longest[root], pair.distance_voxels);
      edges[root] += 1;
    }
    alone_.resize(rows);
    for (std::size_t row = 0; row < rows; ++row) {
      const std::size_t root = components.root(row);
      if (members[root] * edges[root] > 1e11)
        throw Error("evaluate", "--distance",
                    "chains of " + std::to_string(static_cast<std::int64_t>(members[root])) +
                        " particles neighbour each other",
                    "choose a distance of about a particle's radius");
      alone_[row] = 2 * (members[root] + 1) * (longest[root] + 1);
    }
  }

  /// Finds the cheapest way to give `start` a partner, moving others or leaving one alone.
  void insert(std::size_t start) {
    using Reached = std::pair<double, std::size_t>;
    std::priority_queue<Reached, std::vector<Reached>, std::greater<>> queue;
    std::vector<std::size_t> touched, visited;
    double best_alone = kInfinity;
    std::size_t alone_row = start;
    const auto scan = [&](std::size_t row, double base) {
      if (const double cost = base + alone_[row] - row_price_[row]; cost < best_alone) {
        best_alone = cost;
        alone_row = row;
      }
      for (std::size_t e = begin_[row]; e < begin_[row + 1]; ++e) {
        const auto column = static_cast<std::size_t>(pairs_[e].predicted);
        if (visited_[column]) continue;
        const double cost =
            base + pairs_[e].distance_voxels - row_price_[row] - column_price_[column];
        if (!(cost < distance_[column])) continue;
        if (distance_[column] == kInfinity) touched.push_back(column);
        distance_[column] = cost;
        reached_by_[column] = static_cast<std::int64_t>(e);
        queue.emplace(cost, column);
      }
    };
    scan(start, 0);
    double length = 0;
    std::int64_t free_column = kNone;
    while (true) {
      if (queue.empty() || queue.top().first > best_alone) {
        length = best_alone;
        break;
      }
      const auto [cost, column] = queue.top();
      queue.pop();
      if (visited_[column] || cost > distance_[column]) continue;
      if (row_of_column_[column] == kNone) {
        length = cost;
        free_column = static_cast<std::int64_t>(column);
        break;
      }
      visited_[column] = true;
      visited.push_back(column);
      scan(static_cast<std::size_t>(row_of_column_[column]), cost);
    }

    row_price_[start] += length;
    for (const std::size_t column : visited) {
      row_price_[static_cast<std::size_t>(row_of_column_[column])] += length - distance_[column];
      column_price_[column] -= length - distance_[column];
    }
    if (free_column == kNone && alone_row != start) {
      free_column = pairs_[static_cast<std::size_t>(partner_of_row_[alone_row])].predicted;
      partner_of_row_[alone_row] = kNone;
    }
    while (free_column != kNone) {
      const std::int64_t edge = reached_by_[static_cast<std::size_t>(free_column)];
      const auto row = static_cast<std::size_t>(pairs_[static_cast<std::size_t>(edge)].truth);
      const std::int64_t left = partner_of_row_[row];
      partner_of_row_[row] = edge;
      row_of_column_[static_cast<std::size_t>(free_column)] = static_cast<std::int64_t>(row);
      free_column = left == kNone ? kNone : pairs_[static_cast<std::size_t>(left)].predicted;
    }
    for (const std::size_t column : touched) {
      distance_[column] = kInfinity;
      visited_[column] = false;
    }
  }

  const std::vector<Neighbours>& pairs_;
  std::vector<std::size_t> begin_;  // pairs of row r: begin_[r] to begin_[r + 1]
  std::vector<std::int64_t> partner_of_row_, row_of_column_;
  std::vector<double> row_price_, column_price_, alone_;
  std::vector<double> distance_;          // of columns from the row being inserted
  std::vector<std::int64_t> reached_by_;  // the pair over which a column was reached
  std::vector<bool> visited_;
};

}  // namespace

std::vector<std::int64_t> assign_one_to_one(const std::vector<Neighbours>& pairs, std::size_t truth,
                                            std::size_t predicted) {
  return Solver(pairs, truth, predicted).run();
}

}  // namespace dfe

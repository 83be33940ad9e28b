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
      longest[root] = std::max(longest[root], pair.distance);
      edges[root] += 1;
    }
    alone_.resize(rows);
    for (std::size_t row = 0; row < rows; ++row) {
      const std::size_t root = components.root(row);
      if (members[root] * edges[root] > 1e11)
        throw Error("evaluate", "--distance",
                    "links " + std::to_string(static_cast<std::int64_t>(members[root])) +
                        " particles into one group",
                    "choose a distance of about a particle's radius");
      alone_[row] = 2 * (members[root] + 1) * (longest[root] + 1);
    }
  }

  /// What the way from one row has reached so far.
  struct Search {
    using Reached = std::pair<double, std::size_t>;  // cost, column
    std::priority_queue<Reached, std::vector<Reached>, std::greater<>> queue;
    std::vector<std::size_t> touched, visited;  // columns
    std::size_t alone_row = 0;                  // the row that is cheapest to leave alone
    double best_alone = kInfinity;
    double length = 0;                 // of the cheapest way
    std::int64_t free_column = kNone;  // its end; none: it ends at `alone_row`
  };

  /// Finds the cheapest way to give `start` a partner, moving others or leaving one alone.
  void insert(std::size_t start) {
    Search search;
    find_way(start, search);
    row_price_[start] += search.length;
    for (const std::size_t column : search.visited) {
      const double less = search.length - distance_[column];
      row_price_[static_cast<std::size_t>(row_of_column_[column])] += less;
      column_price_[column] -= less;
    }
    if (search.free_column == kNone && search.alone_row != start) {
      std::int64_t& partner = partner_of_row_[search.alone_row];
      search.free_column = pairs_[static_cast<std::size_t>(partner)].predicted;
      partner = kNone;
    }
    move_partners(search.free_column);
    for (const std::size_t column : search.touched) {
      distance_[column] = kInfinity;
      visited_[column] = false;
    }
  }

  /// Visits columns by rising cost until one is free or leaving a row alone is cheaper.
  void find_way(std::size_t start, Search& search) {
    search.alone_row = start;
    scan(start, 0, search);
    while (!search.queue.empty() && search.queue.top().first <= search.best_alone) {
      const auto [cost, column] = search.queue.top();
      search.queue.pop();
      if (visited_[column] || cost > distance_[column]) continue;
      if (row_of_column_[column] == kNone) {
        search.length = cost;
        search.free_column = static_cast<std::int64_t>(column);
        return;
      }
      visited_[column] = true;
      search.visited.push_back(column);
      scan(static_cast<std::size_t>(row_of_column_[column]), cost, search);
    }
    search.length = search.best_alone;
  }

  /// Looks at all that can be reached from a row whose own way costs `base`.
  void scan(std::size_t row, double base, Search& search) {
    if (const double cost = base + alone_[row] - row_price_[row]; cost < search.best_alone) {
      search.best_alone = cost;
      search.alone_row = row;
    }
    for (std::size_t e = begin_[row]; e < begin_[row + 1]; ++e) {
      const auto column = static_cast<std::size_t>(pairs_[e].predicted);
      if (visited_[column]) continue;
      const double cost = base + pairs_[e].distance - row_price_[row] - column_price_[column];
      if (!(cost < distance_[column])) continue;
      if (distance_[column] == kInfinity) search.touched.push_back(column);
      distance_[column] = cost;
      reached_by_[column] = static_cast<std::int64_t>(e);
      search.queue.emplace(cost, column);
    }
  }

  /// Goes back along the way that ends at `column`: each row takes the column it was reached over.
  void move_partners(std::int64_t column) {
    while (column != kNone) {
      const std::int64_t edge = reached_by_[static_cast<std::size_t>(column)];
      const auto row = static_cast<std::size_t>(pairs_[static_cast<std::size_t>(edge)].truth);
      const std::int64_t left = partner_of_row_[row];
      partner_of_row_[row] = edge;
      row_of_column_[static_cast<std::size_t>(column)] = static_cast<std::int64_t>(row);
      column = left == kNone ? kNone : pairs_[static_cast<std::size_t>(left)].predicted;
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

// SPDX-License-Identifier: Apache-2.0
// The seam between the processes that train together. Sums are binary trees, over the samples of a
// process and then over processes, so that a power of two of processes, each with its equal share
// of consecutive samples, gets the bits of one process with all of them.
#pragma once

#include <span>

namespace dfe {

class Communicator {
 public:
  virtual ~Communicator() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;

  /// Replaces values by their sums over all processes, the same bits everywhere: neighbours first,
  /// (0+1)+(2+3), then pairs of pairs. Every process calls it with the same number of values.
  virtual void sum(std::span<double> values) = 0;
};

/// One process: nothing to add.
class SingleProcess final : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void sum(std::span<double>) override {}
};

}  // namespace dfe

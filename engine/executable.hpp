// SPDX-License-Identifier: Apache-2.0
// A network, a schedule and the memory for both: volumes of one padded extent stream through it,
// and running allocates nothing.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "core/arena.hpp"
#include "dfengine/observer.hpp"
#include "engine/memory_plan.hpp"
#include "engine/network.hpp"

namespace dfe {

class Executable {
 public:
  /// Fills one padded plane (y, x) of the network's input.
  using ReadPlane = std::function<void(std::int64_t z, float* plane)>;
  /// Writes plane z of the network's input where the backend keeps it.
  using StorePlane = std::function<void(const PlaneBuffer& x, std::int64_t z)>;
  /// Takes padded planes [z_begin, z_end): labels (z, y, x) and, if asked for, scores (z, class, y,
  /// x).
  using WritePlanes = std::function<void(std::int64_t z_begin, std::int64_t z_end,
                                         const std::uint8_t* labels, const float* scores)>;
  /// Told after each finished slab how many planes are done.
  using Progress = std::function<void(std::int64_t planes_done)>;

  /// `extent` is padded to the graph's multiple. The network must outlive the executable.
  Executable(const Network& network, const Extent3& extent, std::int64_t slab_planes,
             bool with_scores);
  ~Executable();
  Executable(const Executable&) = delete;
  Executable& operator=(const Executable&) = delete;

  void run(const StorePlane& store, const WritePlanes& write, const Progress& progress = {});
  void run(const ReadPlane& read, const WritePlanes& write, const Progress& progress = {});

  const Schedule& schedule() const { return schedule_; }
  std::size_t bytes() const { return memory_.bytes(); }

 private:
  /// What the head has been told to compute and has not yet delivered.
  struct Pending {
    std::int64_t begin, end;
    std::size_t set;
  };

  void prepare();
  void slide(const Step& step);
  /// Takes the oldest results over.
  Pending finish_oldest();

  const Network* network_;
  Extent3 extent_;
  bool with_scores_;
  Schedule schedule_;
  MemoryPlan memory_;
  Arena arena_;
  std::vector<PlaneBuffer> buffers_;
  std::vector<std::vector<PlaneBuffer>> op_inputs_;  // per op
  std::vector<float> input_plane_;
  std::vector<std::vector<std::uint8_t>> labels_;  // as many as may be in flight
  std::vector<std::vector<float>> scores_;
  std::deque<Pending> pending_;
};

}  // namespace dfe

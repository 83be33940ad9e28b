// SPDX-License-Identifier: Apache-2.0
// Pinned memory and its counterpart on the GPU, through which planes travel: the host fills one
// while another is on its way.
#pragma once

#include "kernels/cuda/machine/machine.hpp"

namespace dfe::card {

class Stages {
 public:
  explicit Stages(Machine& machine) : machine_(machine) {
    for (Stage& stage : stages_)
      stage.uploaded = machine.make_event(), stage.consumed = machine.make_event();
  }

  /// Sends to the GPU the `bytes` that fill(host) writes; what is queued for computing by
  /// consume(on_card) comes after. Where fill throws, nothing was sent.
  template <class Fill, class Consume>
  void send(std::size_t bytes, Fill&& fill, Consume&& consume) {
    Stage& stage = stages_[next_++ % kStages];
    if (stage.host.bytes() < bytes) {
      machine_.synchronize();
      stage.host = Block(machine_, bytes, true);
      stage.card = Block(machine_, bytes);
    }
    machine_.wait(stage.uploaded);
    fill(stage.host.data());
    machine_.wait(stage.consumed, Queue::Upload);
    machine_.copy(stage.card.data(), stage.host.data(), bytes, Queue::Upload);
    machine_.record(stage.uploaded, Queue::Upload);
    machine_.wait(stage.uploaded, Queue::Compute);
    consume(stage.card.data());
    machine_.record(stage.consumed, Queue::Compute);
  }

 private:
  static constexpr unsigned kStages =
      32;  // two slabs: the host reads one while the GPU computes another
  struct Stage {
    Block host, card;
    int uploaded = 0, consumed = 0;
  };
  Machine& machine_;
  Stage stages_[kStages];
  unsigned next_ = 0;
};

}  // namespace dfe::card

// SPDX-License-Identifier: Apache-2.0
// What the host does between the kernels: memory, and one running sum over rows. The sum has about
// 0.4 million terms and takes less than a millisecond. Seeds are in memory order like the bits, so
// no library of scans and sorts is needed.
#include "kernels/cuda/mean_shift/card_mean_shift.hpp"

#include <algorithm>
#include <cstring>

#include "dfengine/error.hpp"

namespace dfe::card {
namespace {

constexpr std::int64_t kSpareBytes = std::int64_t{64}
                                     << 20;  // for small arrays, and for who else is on the GPU
constexpr std::int64_t kMostVoteBytes = std::int64_t{1}
                                        << 28;  // of one count_members; its caller keeps to that
constexpr std::int64_t kMostSeedsAtOnce = std::int64_t{1} << 17;  // of one climb; likewise
constexpr std::int64_t kMostRows = std::int64_t{1}
                                   << 30;    // a kernel counts those of a ball by an int
constexpr std::int64_t kCellsPerCentre = 4;  // of the grid
constexpr std::size_t kStageBytes = std::size_t{8} << 20,
                      kStages = 3;                          // through which the map goes up
constexpr std::int64_t kCopyBytes = std::int64_t{1} << 19;  // a thread's share of filling a stage

std::size_t bit_bytes(const Extent3& extent) {
  return static_cast<std::size_t>(extent.z * extent.y * ((extent.x + 31) / 32) + 1) *
         sizeof(std::uint32_t);
}

template <class T>
T* as(const Block& block) {
  return reinterpret_cast<T*>(block.data());
}

class CardMeanShift final : public MeanShiftDevice {
 public:
  explicit CardMeanShift(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {
    for (Stage& stage : stages_) stage.uploaded = machine_->make_event();
    grow(present_, 256);
    grow(slots_, 256 * sizeof(std::int16_t));
  }
  ~CardMeanShift() override {
    try {
      machine_->synchronize();
    } catch (...) {  // of a GPU that has failed there is nothing to wait for
    }
  }

  std::string description() const override { return machine_->description(); }

  std::string refusal(const Extent3& extent, std::int64_t most_clusters) const override {
    if (extent.voxels() > 0 && extent.z > kMostRows / extent.y) return "more than 2^30 rows";
    const std::int64_t rows = extent.z * extent.y,
                       per_row = sizeof(std::int32_t) + sizeof(std::int64_t),
                       per_cluster = sizeof(Point3) + 4 * sizeof(std::int64_t) +
                                     (kCellsPerCentre + 2) * sizeof(std::uint32_t);
    const std::int64_t needed =
        extent.voxels() + 2 * static_cast<std::int64_t>(bit_bytes(extent)) + rows * per_row +
        (extent.z + extent.y + extent.x) *
            static_cast<std::int64_t>(sizeof(double) + sizeof(std::int32_t)) +
        std::min(kMostSeedsAtOnce, extent.voxels()) *
            static_cast<std::int64_t>(sizeof(Point3) + sizeof(Mode)) +
        most_clusters * per_cluster + std::min(kMostVoteBytes, most_clusters * 255 * 8) +
        kSpareBytes;
    const std::int64_t free = machine_->free_bytes();
    if (needed <= free) return "";
    return "the map needs up to " + std::to_string(needed >> 20) + " MiB, " +
           std::to_string(free >> 20) + " MiB are free";
  }

  void load(ThreadPool& pool, VolumeView<const std::uint8_t> labels,
            const std::function<void(std::int64_t)>& loaded) override {
    extent_ = labels.extent;
    const auto bytes = static_cast<std::size_t>(extent_.voxels()),
               plane = static_cast<std::size_t>(extent_.y * extent_.x);
    grow(labels_, bytes);
    grow(bits_, bit_bytes(extent_));
    grow(seeds_, bit_bytes(extent_));
    grow(row_counts_, static_cast<std::size_t>(extent_.z * extent_.y) * sizeof(std::int32_t));
    grow(seeds_before_, static_cast<std::size_t>(extent_.z * extent_.y) * sizeof(std::int64_t));
    std::int64_t told = 0;
    for (std::size_t done = 0, piece = 0; done < bytes; ++piece) {
      Stage& stage = stages_[piece % kStages];
      const std::size_t here = std::min(kStageBytes, bytes - done);
      if (stage.host.bytes() < here)
        stage.host = Block(*machine_, std::min(kStageBytes, bytes), true);
      machine_->wait(stage.uploaded);
      const auto* const from = reinterpret_cast<const std::byte*>(labels.data) + done;
      parallel_for(pool, 0, static_cast<std::int64_t>(here), kCopyBytes,
                   [&](std::int64_t first, std::int64_t last, int) {
                     std::memcpy(stage.host.data() + first, from + first,
                                 static_cast<std::size_t>(last - first));
                   });
      machine_->copy(labels_.data() + done, stage.host.data(), here, Queue::Upload);
      machine_->record(stage.uploaded, Queue::Upload);
      done += here;
      const auto planes = static_cast<std::int64_t>(done / plane);
      loaded(planes - told);
      told = planes;
    }
    for (const Stage& stage : stages_) machine_->wait(stage.uploaded, Queue::Compute);
  }

  Taken take(int class_label) override {
    machine_->zero(present_.data(), present_.bytes(), Queue::Compute);
    machine_->run(TakeVoxels{as<std::uint8_t>(labels_), volume(bits_), class_label,
                             as<std::uint8_t>(present_)});
    std::array<std::uint8_t, 256> present{};
    download(present.data(), present_, present.size());
    Taken taken;
    taken.voxels = count_rows(volume(bits_));
    for (std::size_t label = 0; label < 256; ++label) taken.labels.set(label, present[label] != 0);
    return taken;
  }

  std::int64_t mark_seeds(const Cells* cells) override {
    seed_bits_ = volume(cells ? seeds_ : bits_);
    if (!cells) return count_rows(seed_bits_);
    machine_->zero(seeds_.data(), seeds_.bytes(), Queue::Compute);
    for (std::size_t k = 0; k < 3; ++k)
      upload(begins_[k], (*cells)[k].data(), (*cells)[k].size() * sizeof(std::int32_t));
    const auto along = [&](std::size_t k) {
      return static_cast<std::int64_t>((*cells)[k].size()) - 1;
    };
    machine_->run(MarkSeeds{volume(bits_), seed_bits_, as<std::int32_t>(begins_[0]),
                            as<std::int32_t>(begins_[1]), as<std::int32_t>(begins_[2]), along(0),
                            along(1), along(2)});
    return count_rows(seed_bits_);
  }

  void climb(const SeedPlaces& places, const Bandwidth& bandwidth, std::int64_t first,
             std::span<Mode> ends) override {
    const auto count = static_cast<std::int64_t>(ends.size()), last = first + count;
    if (count == 0) return;
    for (std::size_t k = 0; k < 3; ++k)
      upload(places_[k], places[k].data(), places[k].size() * sizeof(double));
    grow(seed_places_, ends.size() * sizeof(Point3));
    grow(ends_, ends.size_bytes());
    // rows that hold seeds of this portion
    const auto row_of = [&](std::int64_t seed) {
      return std::upper_bound(before_.begin(), before_.end(), seed) - before_.begin() - 1;
    };
    machine_->run(PlaceSeeds{seed_bits_, as<std::int64_t>(seeds_before_), first, last,
                             row_of(first) / extent_.y, row_of(last - 1) / extent_.y + 1,
                             as<double>(places_[0]), as<double>(places_[1]), as<double>(places_[2]),
                             as<Point3>(seed_places_)});
    machine_->run(
        ClimbSeeds{volume(bits_), bandwidth, as<Point3>(seed_places_), as<Mode>(ends_), count});
    download(ends.data(), ends_, ends.size_bytes());
  }

  void count_members(const Centres& centres, std::span<const std::int16_t> slot_of_label,
                     std::span<std::int64_t> sums, std::span<std::int64_t> votes) override {
    PointGridView grid = centres.grid;
    const auto cells = static_cast<std::size_t>(grid.cells_z * grid.cells_y * grid.cells_x),
               count = centres.points.size();
    upload(centres_, centres.points.data(), centres.points.size_bytes());
    upload(starts_, grid.starts, (cells + 1) * sizeof(std::uint32_t));
    upload(order_, grid.order, count * sizeof(std::uint32_t));
    upload(slots_, slot_of_label.data(), slot_of_label.size_bytes());
    grid.starts = as<std::uint32_t>(starts_);
    grid.order = as<std::uint32_t>(order_);
    for (const auto& [block, bytes] :
         {std::pair{&sums_, sums.size_bytes()}, {&votes_, votes.size_bytes()}}) {
      grow(*block, bytes);
      if (bytes > 0) machine_->zero(block->data(), bytes, Queue::Compute);
    }
    machine_->run(CountMembers{
        as<std::uint8_t>(labels_), volume(bits_), grid, as<Point3>(centres_), centres.spacing,
        as<std::int16_t>(slots_), static_cast<std::int64_t>(votes.size() / count),
        sums.empty() ? nullptr : as<std::int64_t>(sums_), as<std::int64_t>(votes_)});
    if (!sums.empty()) download(sums.data(), sums_, sums.size_bytes());
    download(votes.data(), votes_, votes.size_bytes());
  }

 private:
  struct Stage {
    Block host;
    int uploaded = 0;
  };

  BitVolume volume(const Block& block) const { return {as<std::uint32_t>(block), extent_}; }

  void grow(Block& block, std::size_t bytes) {
    if (block.bytes() >= bytes) return;
    block = Block();  // gone before the larger one comes
    block = Block(*machine_, bytes);
  }
  /// `from` is read before the next download returns.
  void upload(Block& block, const void* from, std::size_t bytes) {
    grow(block, bytes);
    machine_->copy(block.data(), static_cast<const std::byte*>(from), bytes, Queue::Compute);
  }
  /// Waits for all that was to be computed.
  void download(void* to, const Block& block, std::size_t bytes) {
    machine_->copy(static_cast<std::byte*>(to), block.data(), bytes, Queue::Compute);
    machine_->synchronize();
  }

  /// How many bits are set; seeds_before_ and before_ get the number before each row.
  std::int64_t count_rows(const BitVolume& bits) {
    std::vector<std::int32_t> counts(static_cast<std::size_t>(extent_.z * extent_.y));
    machine_->run(CountRows{bits, as<std::int32_t>(row_counts_)});
    download(counts.data(), row_counts_, counts.size() * sizeof(std::int32_t));
    before_.resize(counts.size());
    std::int64_t sum = 0;
    for (std::size_t row = 0; row < counts.size(); ++row) {
      before_[row] = sum;
      sum += counts[row];
    }
    upload(seeds_before_, before_.data(), before_.size() * sizeof(std::int64_t));
    machine_->synchronize();
    return sum;
  }

  std::unique_ptr<Machine> machine_;
  Extent3 extent_;
  BitVolume seed_bits_;
  std::vector<std::int64_t> before_;
  Stage stages_[kStages];
  Block labels_, bits_, seeds_, row_counts_, seeds_before_, present_, slots_, seed_places_, ends_,
      centres_, starts_, order_, sums_, votes_;
  std::array<Block, 3> begins_, places_;
};

}  // namespace

std::unique_ptr<MeanShiftDevice> make_card_mean_shift(std::unique_ptr<Machine> machine) {
  return std::make_unique<CardMeanShift>(std::move(machine));
}

}  // namespace dfe::card

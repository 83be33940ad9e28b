// SPDX-License-Identifier: Apache-2.0
// The loop of training where it is asked to stop: a stop is a stop, and a failure at the same
// moment is a failure.
#include "dfengine/error.hpp"
#include "engine/training/trainer.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/memory_volume.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

constexpr Extent3 kExtent{16, 16, 16};

/// A stop asked for by whoever sets it.
struct Switch : Observer {
  bool on = false;
  bool cancelled() override { return on; }
};

/// A tomogram to validate on: its first voxels are read when the epoch's batches are over. The user
/// asks to stop just then, and the disk may fail.
class LateTomogram final : public VolumeSource {
 public:
  LateTomogram(Switch& stop, bool readable)
      : volume_(random_volume(kExtent, 2)), stop_(stop), readable_(readable) {}
  const VolumeInfo& info() const override { return volume_.info(); }
  void read_box(const Box3& box, float* out) const override {
    stop_.on = true;
    if (!readable_) throw Error("read", "late.mrc", "the disk is gone");
    volume_.read_box(box, out);
  }

 private:
  MemoryVolume volume_;
  Switch& stop_;
  bool readable_;
};

/// Two classes, one epoch of two batches, one tomogram.
struct Run {
  Switch stop;
  TrainSettings settings;
  TrainProgress progress;
  int checkpoints = 0;
  std::int64_t batches_kept = 0, epochs_kept = 0;

  TrainEnd train_with(bool readable) {
    settings.class_names = {"background", "ball"};
    settings.sampler.patch = {8, 8, 8};
    settings.sampler.classes = 2;
    settings.epochs = 1;
    settings.steps = 2;
    settings.batch = 1;
    progress.state.weights = random_weights({.widths = {4, 4, 4}, .classes = 2}, 5);
    progress.epoch.sums = ClassSums(2);
    Volume<float> labels(kExtent, 0);
    labels(8, 8, 8) = 1;
    const auto target = std::make_shared<MemoryVolume>(std::move(labels));
    const sampling::Sampler sampler(
        {{std::make_shared<MemoryVolume>(random_volume(kExtent, 1)), target, {}}},
        settings.sampler);
    const std::vector<ValidationTomogram> validation{
        {"late", std::make_shared<LateTomogram>(stop, readable), target, std::nullopt}};
    SingleProcess alone;
    ComputeOptions compute;
    compute.threads = 1;
    return train(settings, sampler, validation, compute, alone, progress,
                 {[&](const TrainProgress& kept) {
                    ++checkpoints;
                    batches_kept = kept.batches;
                    epochs_kept = kept.history.epochs();
                  },
                  [](const TrainProgress&, const Weights&) {},
                  [](const TrainProgress&, const std::string&) {}, &stop});
  }
};

}  // namespace

TEST_CASE("a stop during validation keeps the epoch's batches, and the epoch is not over") {
  Run run;
  CHECK(run.train_with(true) == TrainEnd::Stopped);
  CHECK(run.checkpoints == 1);
  CHECK(run.batches_kept == 2);
  CHECK(run.epochs_kept == 0);
}

TEST_CASE("an error while a stop is asked for is no stop") {
  Run run;
  CHECK_THROWS_WITH(run.train_with(false), "read: 'late.mrc': the disk is gone");
  CHECK(run.stop.on);
  CHECK(run.checkpoints == 0);
}

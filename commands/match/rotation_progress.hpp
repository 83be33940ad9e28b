// SPDX-License-Identifier: Apache-2.0
// Progress of several templates as that of one run, counted in orientations of the whole tomogram:
// what users know, and what a rate is given in.
#pragma once

#include "dfengine/observer.hpp"

namespace dfe {

class RotationProgress final : public Observer {
 public:
  RotationProgress(Observer& user, std::int64_t all) : user_(user), all_(all) {}

  /// The next template, which has so many orientations.
  void begin(std::int64_t rotations) {
    before_ += current_;
    current_ = rotations;
  }

  void progress(std::string_view stage, std::int64_t done, std::int64_t total) override {
    const double share = static_cast<double>(done) / static_cast<double>(total);
    user_.progress(
        stage, before_ + static_cast<std::int64_t>(share * static_cast<double>(current_)), all_);
  }
  void message(LogLevel level, std::string_view text) override { user_.message(level, text); }
  bool cancelled() override { return user_.cancelled(); }

 private:
  Observer& user_;
  std::int64_t all_, before_ = 0, current_ = 0;
};

}  // namespace dfe

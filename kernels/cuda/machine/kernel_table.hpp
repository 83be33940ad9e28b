// SPDX-License-Identifier: Apache-2.0
// From a call and a precision to a kernel of kernels/common. `launcher(kernel)` runs it for every
// item: as loops on the CPU, as a grid of threads on a card. Included once by each machine, so both
// have the same table.
#pragma once

#include "kernels/cuda/machine/machine.hpp"

namespace dfe::card {

template <class Launcher>
void launch_kernel(const Launcher& launcher, Precision precision, const FirstLayerCall& call) {
  with_element(precision, [&](auto e) { launcher(FirstLayer<decltype(e)>{call}); });
}
template <class Launcher>
void launch_kernel(const Launcher& launcher, Precision precision, const MaxPoolCall& call) {
  with_element(precision, [&](auto e) { launcher(MaxPool<decltype(e)>{call}); });
}
template <class Launcher>
void launch_kernel(const Launcher& launcher, Precision precision, const SpreadCall& call) {
  with_element(precision, [&](auto e) { launcher(Spread<decltype(e)>{call}); });
}
template <class Launcher>
void launch_kernel(const Launcher& launcher, Precision precision, const JoinCall& call) {
  with_element(precision, [&](auto e) { launcher(Join<decltype(e)>{call}); });
}
template <class Launcher>
void launch_kernel(const Launcher& launcher, Precision precision, const HeadCall& call) {
  with_element(precision, [&](auto e) {
    if (call.channels == 32)
      launcher(Head<decltype(e), 32>{call});
    else
      launcher(Head<decltype(e), 0>{call});
  });
}
template <class Launcher>
void launch_pack(const Launcher& launcher, Precision precision, const PlaneCall& call) {
  with_element(precision, [&](auto e) { launcher(PackPlane<decltype(e)>{call}); });
}
template <class Launcher>
void launch_unpack(const Launcher& launcher, Precision precision, const PlaneCall& call) {
  with_element(precision, [&](auto e) { launcher(UnpackPlane<decltype(e)>{call}); });
}
template <class Launcher>
void launch_kernel(const Launcher& launcher, const RowMomentsCall& call) {
  with_voxels(call.format, call.voxels, [&](auto voxels) {
    launcher(RowMomentsKernel<decltype(voxels)>{call, voxels});
  });
}
template <class Launcher>
void launch_kernel(const Launcher& launcher, const NormalizeCall& call) {
  with_voxels(call.format, call.voxels, [&](auto voxels) {
    launcher(NormalizeKernel<decltype(voxels)>{call, voxels});
  });
}

}  // namespace dfe::card

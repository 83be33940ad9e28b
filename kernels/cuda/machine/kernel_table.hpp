// SPDX-License-Identifier: Apache-2.0
// From what a machine is told to run to a kernel of kernels/common, for kernels that are a function
// of an item. `launcher(kernel)` runs it for every item: as loops on the CPU, as a grid of threads
// on a GPU. Included once by each machine, so both have the same table.
#pragma once

#include "kernels/cuda/machine/kernel.hpp"

namespace dfe::card {

template <class Launcher>
void launch_kernel(const Launcher& launcher, const InPrecision<FirstLayerCall>& k) {
  with_element(k.precision, [&](auto e) { launcher(FirstLayer<decltype(e)>{k.call}); });
}
template <class Launcher>
void launch_kernel(const Launcher& launcher, const InPrecision<MaxPoolCall>& k) {
  with_element(k.precision, [&](auto e) { launcher(MaxPool<decltype(e)>{k.call}); });
}
template <class Launcher>
void launch_kernel(const Launcher& launcher, const InPrecision<SpreadCall>& k) {
  with_element(k.precision, [&](auto e) { launcher(Spread<decltype(e)>{k.call}); });
}
template <class Launcher>
void launch_kernel(const Launcher& launcher, const InPrecision<JoinCall>& k) {
  with_element(k.precision, [&](auto e) { launcher(Join<decltype(e)>{k.call}); });
}
template <class Launcher>
void launch_kernel(const Launcher& launcher, const InPrecision<HeadCall>& k) {
  with_element(k.precision, [&](auto e) {
    if (k.call.channels == 32)
      launcher(Head<decltype(e), 32>{k.call});
    else
      launcher(Head<decltype(e), 0>{k.call});
  });
}
template <class Launcher>
void launch_kernel(const Launcher& launcher, const InPrecision<PackCall>& k) {
  with_element(k.precision, [&](auto e) { launcher(PackPlane<decltype(e)>{k.call}); });
}
template <class Launcher>
void launch_kernel(const Launcher& launcher, const InPrecision<UnpackCall>& k) {
  with_element(k.precision, [&](auto e) { launcher(UnpackPlane<decltype(e)>{k.call}); });
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

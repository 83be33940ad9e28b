// SPDX-License-Identifier: Apache-2.0
// The card's kernels as functions that plain C++ can call. `stream` is a cudaStream_t; each returns
// the launch's cudaError_t.
#pragma once

#include <cuda_runtime_api.h>

#include "kernels/cuda/machine/machine.hpp"

namespace dfe::card {

cudaError_t launch(cudaStream_t stream, Precision precision, const FirstLayerCall& call);
cudaError_t launch(cudaStream_t stream, Precision precision, const MaxPoolCall& call);
cudaError_t launch(cudaStream_t stream, Precision precision, const SpreadCall& call);
cudaError_t launch(cudaStream_t stream, Precision precision, const JoinCall& call);
cudaError_t launch(cudaStream_t stream, Precision precision, const HeadCall& call);
cudaError_t launch(cudaStream_t stream, Precision precision, const UpConvCall& call);
cudaError_t launch(cudaStream_t stream, Precision precision, const HaloConvCall& call);
/// Where has_halo_up_conv; weights are halo_up_conv_weights.
cudaError_t launch_halo(cudaStream_t stream, Precision precision, const UpConvCall& call);
cudaError_t launch(cudaStream_t stream, const MeanShiftKernel& kernel);
cudaError_t launch(cudaStream_t stream, const RowMomentsCall& call);
cudaError_t launch(cudaStream_t stream, const NormalizeCall& call);
cudaError_t launch_packing(cudaStream_t stream, Precision precision, const PlaneCall& call);
cudaError_t launch_unpacking(cudaStream_t stream, Precision precision, const PlaneCall& call);

}  // namespace dfe::card

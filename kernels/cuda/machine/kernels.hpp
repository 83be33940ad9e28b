// SPDX-License-Identifier: Apache-2.0
// The GPU's kernels as functions that plain C++ can call. `stream` is a cudaStream_t; each returns
// the launch's cudaError_t.
#pragma once

#include <cuda_runtime_api.h>

#include "kernels/cuda/machine/kernel.hpp"

namespace dfe::card {

cudaError_t launch(cudaStream_t stream, const InPrecision<FirstLayerCall>& kernel);
cudaError_t launch(cudaStream_t stream, const InPrecision<MaxPoolCall>& kernel);
cudaError_t launch(cudaStream_t stream, const InPrecision<SpreadCall>& kernel);
cudaError_t launch(cudaStream_t stream, const InPrecision<JoinCall>& kernel);
cudaError_t launch(cudaStream_t stream, const InPrecision<HeadCall>& kernel);
cudaError_t launch(cudaStream_t stream, const InPrecision<UpConvCall>& kernel);
cudaError_t launch(cudaStream_t stream, const InPrecision<HaloConvCall>& kernel);
cudaError_t launch(cudaStream_t stream, const InPrecision<HaloUpConvCall>& kernel);
cudaError_t launch(cudaStream_t stream, const InPrecision<PackCall>& kernel);
cudaError_t launch(cudaStream_t stream, const InPrecision<UnpackCall>& kernel);
cudaError_t launch(cudaStream_t stream, const MeanShiftKernel& kernel);
cudaError_t launch(cudaStream_t stream, const RowMomentsCall& kernel);
cudaError_t launch(cudaStream_t stream, const NormalizeCall& kernel);

}  // namespace dfe::card

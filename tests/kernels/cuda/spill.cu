// SPDX-License-Identifier: Apache-2.0
// A kernel whose registers cannot do: compiling it must fail, or the check that keeps spilling
// kernels out does not work.
__global__ void __launch_bounds__(1024, 2) spill(float* x) {
  float v[64];
#pragma unroll
  for (int i = 0; i < 64; ++i) v[i] = x[threadIdx.x + i * 1024];
#pragma unroll
  for (int k = 0; k < 8; ++k)
#pragma unroll
    for (int i = 0; i < 64; ++i) v[i] = v[i] * v[(i * 7 + k) % 64] + x[i];
#pragma unroll
  for (int i = 0; i < 64; ++i) x[threadIdx.x + i * 1024] = v[i];
}

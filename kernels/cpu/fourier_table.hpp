// SPDX-License-Identifier: Apache-2.0
// The Fourier kernels of each instruction set. isa_fourier.cpp includes nothing of the standard
// library but <cstdint>, by the rule of isa_table.hpp; kernels/fourier.hpp brings declarations
// only.
#pragma once

#include "kernels/fourier.hpp"

namespace dfe::cpu {

const FourierKernels& portable_fourier_table();
#ifdef DFE_CPU_X86
const FourierKernels& avx2_fourier_table();
const FourierKernels& avx512_fourier_table();
#endif

}  // namespace dfe::cpu

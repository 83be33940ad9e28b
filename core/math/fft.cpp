// SPDX-License-Identifier: Apache-2.0
// FFTW behind its plans: only making and destroying them needs the lock.
#include "core/math/fft.hpp"

#include <fftw3.h>

#include <algorithm>
#include <mutex>
#include <new>

#include "dfengine/error.hpp"

namespace dfe::math {

namespace {

std::mutex& planner() {
  static std::mutex mutex;
  return mutex;
}

std::shared_ptr<void> owned(std::string_view area, fftwf_plan plan) {
  if (!plan)
    throw Error(area, "", "the Fourier transform could not be planned",
                "the size is too large for FFTW");
  return {plan, [](void* p) {
            const std::lock_guard lock(planner());
            fftwf_destroy_plan(static_cast<fftwf_plan>(p));
          }};
}

fftwf_complex* as_fftw(Complex* p) { return reinterpret_cast<fftwf_complex*>(p); }

}  // namespace

template <class T>
FftBuffer<T>::FftBuffer(std::int64_t elements) : size_(elements) {
  data_.reset(static_cast<T*>(fftwf_malloc(static_cast<std::size_t>(elements) * sizeof(T))));
  if (!data_) throw std::bad_alloc();
  std::fill_n(data_.get(), elements, T{});
}

template <class T>
void FftBuffer<T>::Free::operator()(T* p) const {
  fftwf_free(p);
}

template class FftBuffer<float>;
template class FftBuffer<Complex>;

RealFft::RealFft(std::string_view area, std::vector<std::int64_t> extents) {
  std::vector<int> sizes;
  for (const std::int64_t n : extents) {
    if (n < 1 || n > 1 << 24)
      throw Error(area, "", "a Fourier transform of " + std::to_string(n) + " points",
                  "use a smaller volume");
    sizes.push_back(static_cast<int>(n));
    real_size_ *= n;
  }
  half_size_ = real_size_ / extents.back() * (extents.back() / 2 + 1);
  const FftBuffer<float> real(real_size_);
  const FftBuffer<Complex> half(half_size_);
  const int rank = static_cast<int>(sizes.size());
  fftwf_plan forward, backward;
  {
    const std::lock_guard lock(planner());
    forward = fftwf_plan_dft_r2c(rank, sizes.data(), real.data(), as_fftw(half.data()),
                                 FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
    backward =
        fftwf_plan_dft_c2r(rank, sizes.data(), as_fftw(half.data()), real.data(), FFTW_ESTIMATE);
  }
  forward_ = owned(area, forward);
  backward_ = owned(area, backward);
}

void RealFft::forward(const float* real, Complex* half) const {
  fftwf_execute_dft_r2c(static_cast<fftwf_plan>(forward_.get()), const_cast<float*>(real),
                        as_fftw(half));
}

void RealFft::backward(Complex* half, float* real) const {
  fftwf_execute_dft_c2r(static_cast<fftwf_plan>(backward_.get()), as_fftw(half), real);
}

VolumeSpectrum::VolumeSpectrum(std::string_view area, VolumeView<const float> volume)
    : fft_(area, {volume.extent.z, volume.extent.y, volume.extent.x}),
      real_(fft_.real_size()),
      half_(fft_.half_size()) {
  std::copy_n(volume.data, fft_.real_size(), real_.data());
  fft_.forward(real_.data(), half_.data());
}

void VolumeSpectrum::backward(VolumeView<float> volume) {
  fft_.backward(half_.data(), real_.data());
  std::copy_n(real_.data(), fft_.real_size(), volume.data);
}

std::int64_t fast_size(std::int64_t n) {
  for (std::int64_t m = std::max<std::int64_t>(n + n % 2, 2);; m += 2) {
    std::int64_t left = m;
    for (const std::int64_t prime : {2, 3, 5})
      while (left % prime == 0) left /= prime;
    if (left == 1) return m;
  }
}

}  // namespace dfe::math

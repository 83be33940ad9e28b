// SPDX-License-Identifier: Apache-2.0
// Real Fourier transforms in single precision through FFTW. Plans are made by estimate, not by
// measurement, so that the same size gives the same arithmetic in every run; making them is guarded
// by a mutex, running them needs none.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "dfengine/volume.hpp"

namespace dfe::math {

/// Memory as aligned as the plans expect. Zeroed.
template <class T>
class FftBuffer {
 public:
  FftBuffer() = default;
  explicit FftBuffer(std::int64_t elements);
  T* data() const { return data_.get(); }
  T& operator[](std::int64_t i) const { return data_[static_cast<std::size_t>(i)]; }
  std::int64_t size() const { return size_; }

 private:
  struct Free {
    void operator()(T* p) const;
  };
  std::unique_ptr<T[], Free> data_;
  std::int64_t size_ = 0;
};

using Complex = std::complex<float>;

/// Transform of real arrays of one to three axes, the last one fastest; the half spectrum has n/2 +
/// 1 values along it. Not normalised.
class RealFft {
 public:
  /// Throws `Error` of `area`, the caller's, for extents that FFTW does not take.
  RealFft(std::string_view area, std::vector<std::int64_t> extents);

  std::int64_t real_size() const { return real_size_; }
  std::int64_t half_size() const { return half_size_; }

  /// Both from buffers of an `FftBuffer` (its beginning, or a multiple of 16 floats after it); any
  /// number of threads at once.
  void forward(const float* real, Complex* half) const;
  /// Overwrites `half` too.
  void backward(Complex* half, float* real) const;

 private:
  std::shared_ptr<void> forward_, backward_;
  std::int64_t real_size_ = 1, half_size_ = 1;
};

/// The half spectrum of a volume, to look at or to change: x fastest, n/2 + 1 values along it.
class VolumeSpectrum {
 public:
  /// Throws `Error` of `area`, the caller's, for extents that FFTW does not take.
  VolumeSpectrum(std::string_view area, VolumeView<const float> volume);

  Complex* data() const { return half_.data(); }
  Complex& operator[](std::int64_t i) const { return half_[i]; }

  /// The values, times the number of voxels, into a volume of the same extent. Overwrites the
  /// spectrum, too.
  void backward(VolumeView<float> volume);

 private:
  RealFft fft_;
  FftBuffer<float> real_;
  FftBuffer<Complex> half_;
};

/// The least n' >= n of the form 2^a 3^b 5^c that is even: sizes that transform fast.
std::int64_t fast_size(std::int64_t n);

}  // namespace dfe::math

// SPDX-License-Identifier: Apache-2.0
// The stand-in for a GPU, see the header: convolutions by their definition (convolve), queues whose
// tasks run when someone waits for them (push, advance), one overload of `start` for each of the
// project's own kernels, and memory with checked bounds.
#include "kernels/cuda/machine/host_machine.hpp"

#include <array>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <new>
#include <variant>
#include <vector>

#include "dfengine/error.hpp"
#include "kernels/cuda/machine/host_halo.hpp"
#include "kernels/cuda/machine/kernel_table.hpp"

namespace dfe::card {
namespace {

/// Calls the kernel for every item, one after another.
struct HostLauncher {
  template <class Kernel>
  void operator()(const Kernel& kernel) const {
    for (std::int64_t plane = 0; plane < kernel.planes(); ++plane)
      for (std::int64_t row = 0; row < kernel.rows(); ++row)
        for (std::int64_t item = 0; item < kernel.items(); ++item)
          kernel(static_cast<int>(plane), static_cast<int>(row), static_cast<int>(item));
  }
};

/// A convolution as it is defined, on elements of type T.
template <class T>
void convolve(const ConvShape& s, const ConvArguments& a) {
  const Extent3 in = s.window, out = s.output();
  const auto* const x = reinterpret_cast<const T*>(a.x);
  const auto* const w = reinterpret_cast<const T*>(a.w);
  std::vector<float> filter(static_cast<std::size_t>(s.co * s.kernel.voxels() * s.ci));
  for (std::size_t i = 0; i < filter.size(); ++i) filter[i] = to_float(w[i]);
  std::vector<float> values(static_cast<std::size_t>(s.ci)), sums(static_cast<std::size_t>(s.co));
  for (std::int64_t z = 0; z < out.z; ++z)
    for (std::int64_t y = 0; y < out.y; ++y)
      for (std::int64_t col = 0; col < out.x; ++col) {
        std::fill(sums.begin(), sums.end(), 0.0f);
        for (std::int64_t tap = 0; tap < s.kernel.voxels(); ++tap) {
          const std::int64_t zi = z + tap / (s.kernel.y * s.kernel.x) - s.pad_lo.z,
                             yi = y + tap / s.kernel.x % s.kernel.y - s.pad_lo.y,
                             xi = col + tap % s.kernel.x - s.pad_lo.x;
          if (zi < 0 || zi >= in.z || yi < 0 || yi >= in.y || xi < 0 || xi >= in.x) continue;
          for (std::int64_t c = 0; c < s.ci; ++c)
            values[static_cast<std::size_t>(c)] =
                to_float(x[((zi * in.y + yi) * in.x + xi) * s.ci + c]);
          for (std::int64_t k = 0; k < s.co; ++k) {
            const float* const row =
                &filter[static_cast<std::size_t>((k * s.kernel.voxels() + tap) * s.ci)];
            float sum = 0;
            for (std::int64_t c = 0; c < s.ci; ++c)
              sum += values[static_cast<std::size_t>(c)] * row[c];
            sums[static_cast<std::size_t>(k)] += sum;
          }
        }
        const std::int64_t at = ((z * out.y + y) * out.x + col) * s.co;
        for (std::int64_t k = 0; k < s.co; ++k) {
          float value = sums[static_cast<std::size_t>(k)];
          if (s.residual) value += to_float(reinterpret_cast<const T*>(a.residual)[at + k]);
          if (s.bias) value += to_float(reinterpret_cast<const T*>(a.bias)[k]);
          if (s.relu && value < 0) value = 0;
          from_float(value, reinterpret_cast<T*>(a.y)[at + k]);
        }
      }
}

/// The up-convolution of up_conv_block.hpp, one block after another.
void run_up_conv(Precision precision, const UpConvCall& call) {
  with_up_conv_kernel(precision == Precision::Bf16, call.co, [&](auto element, auto columns) {
    using T = decltype(element);
    constexpr int kColumns = decltype(columns)::value;
    const std::int64_t blocks =
        (call.width + 16 * kUpConvRows<kColumns> - 1) / (16 * kUpConvRows<kColumns>);
    std::vector<Pack<T>> shared(up_conv_shared_bytes<kColumns>(call.ci) / sizeof(Pack<T>));
    for (std::int64_t z = 0; z < (call.z_end + 1) / 2 - call.z_begin / 2; ++z)
      for (std::int64_t y = 0; y < call.height; ++y)
        for (std::int64_t x = 0; x < blocks; ++x) {
          const UpConvBlock<T, kColumns> block{call, static_cast<int>(x), static_cast<int>(y),
                                               static_cast<int>(z)};
          std::memset(static_cast<void*>(shared.data()), 0xFF, shared.size() * sizeof(Pack<T>));
          T* const tile = reinterpret_cast<T*>(shared.data());
          for (int thread = 0; thread < 32 * kUpConvWarps; ++thread)
            block.load(tile, thread, 32 * kUpConvWarps);
          for (int warp = 0; warp < kUpConvWarps; ++warp)
            block.template compute<HostWarp>(tile, warp);
        }
  });
}

class HostMachine final : public Machine {
 public:
  explicit HostMachine(std::int64_t card_bytes) : free_(card_bytes) {}

  std::string description() const override { return "stand-in for a GPU"; }
  std::int64_t free_bytes() const override { return free_; }

  std::byte* allocate(std::size_t bytes) override {
    if (static_cast<std::int64_t>(bytes) > free_) throw std::bad_alloc();
    free_ -= static_cast<std::int64_t>(bytes);
    return make(bytes);
  }
  void release(std::byte* memory) noexcept override {
    synchronize();  // as cudaFree does
    free_ += static_cast<std::int64_t>(memories_.at(memory).size());
    memories_.erase(memory);
  }
  std::byte* allocate_pinned(std::size_t bytes) override { return make(bytes); }
  void release_pinned(std::byte* memory) noexcept override {
    synchronize();
    memories_.erase(memory);
  }

  void zero(std::byte* memory, std::size_t bytes, Queue queue) override {
    check(memory, bytes);
    push(queue, [=] { std::memset(memory, 0, bytes); });
  }
  void copy(std::byte* to, const std::byte* from, std::size_t bytes, Queue queue) override {
    if (!known(to) && !known(from)) throw Error("GPU", "copy", "neither end is the GPU's memory");
    if (known(to)) check(to, bytes);
    if (known(from)) check(from, bytes);
    if (to < from + bytes && from < to + bytes) throw Error("GPU", "copy", "the two ends overlap");
    push(queue, [=] { std::memcpy(to, from, bytes); });
  }

  int make_event() override {
    events_.push_back({});
    return static_cast<int>(events_.size()) - 1;
  }
  void record(int event, Queue queue) override {
    events_.at(static_cast<std::size_t>(event)) = {queue, line(queue).end};
  }
  void wait(int event, Queue queue) override {
    const Place place = events_.at(static_cast<std::size_t>(event));
    push(queue, [=, this] { advance(place); });
  }
  void wait(int event) override { advance(events_.at(static_cast<std::size_t>(event))); }
  void synchronize() override {
    for (const Queue queue : {Queue::Upload, Queue::Compute, Queue::Download})
      advance({queue, line(queue).end});
  }
  double milliseconds(int, int) override { return 0; }

  std::unique_ptr<ConvPlan> plan(const ConvShape& shape, const ConvPlan*,
                                 const ConvArguments*) override {
    class Plan final : public ConvPlan {
     public:
      Plan(HostMachine& machine, const ConvShape& shape) : machine_(machine), shape_(shape) {}
      std::string name() const override { return "by definition"; }
      std::size_t workspace_bytes() const override { return 100; }
      void run(const ConvArguments& a) override {
        const std::size_t element = static_cast<std::size_t>(element_bytes(shape_.precision));
        const auto bytes = [&](const Extent3& e, std::int64_t c) {
          return static_cast<std::size_t>(e.voxels() * c) * element;
        };
        machine_.check(a.x, bytes(shape_.window, shape_.ci));
        machine_.check(a.w, bytes(shape_.kernel, shape_.ci * shape_.co));
        machine_.check(a.y, bytes(shape_.output(), shape_.co));
        if (shape_.bias) machine_.check(a.bias, bytes({1, 1, 1}, shape_.co));
        if (shape_.residual) machine_.check(a.residual, bytes(shape_.output(), shape_.co));
        machine_.check(a.workspace, workspace_bytes());
        machine_.push(Queue::Compute, [shape = shape_, a] {
          std::memset(a.workspace, 0xFF, 100);
          with_element(shape.precision, [&](auto e) { convolve<decltype(e)>(shape, a); });
        });
      }

     private:
      HostMachine& machine_;
      ConvShape shape_;
    };
    if (shape.ci % pack_size(shape.precision) != 0 || shape.co % pack_size(shape.precision) != 0)
      throw Error("GPU", "conv", shape.to_string(), "channels are no whole packs");
    return std::make_unique<Plan>(*this, shape);
  }

  void run(const Kernel& kernel) override {
    std::visit([this](const auto& k) { start(k); }, kernel);
  }
  bool has_up_conv(Precision precision, std::int64_t ci, std::int64_t co) const override {
    return element_bytes(precision) == 2 && has_up_conv_kernel(ci, co);
  }
  bool runs_halo_conv() const override { return true; }

  std::optional<std::string> recall(const std::string&) const override { return std::nullopt; }
  void remember(const std::string&, const std::string&, double) override {}

 private:
  struct Place {
    Queue queue = Queue::Compute;
    std::uint64_t number = 0;  ///< tasks of the queue that must be done
  };
  struct Line {
    std::deque<std::function<void()>> tasks;
    std::uint64_t done = 0, end = 0;
  };

  // One for each alternative of Kernel. Those of kernel_table:
  void start(const InPrecision<FirstLayerCall>& k) { start_items(k); }
  void start(const InPrecision<MaxPoolCall>& k) { start_items(k); }
  void start(const InPrecision<SpreadCall>& k) { start_items(k); }
  void start(const InPrecision<JoinCall>& k) { start_items(k); }
  void start(const InPrecision<HeadCall>& k) { start_items(k); }
  void start(const InPrecision<PackCall>& k) { start_items(k); }
  void start(const InPrecision<UnpackCall>& k) { start_items(k); }
  void start(const RowMomentsCall& call) {
    const std::int64_t rows = call.planes * call.height;
    check_voxels(call.voxels, call.format, rows * call.width);
    check(reinterpret_cast<const std::byte*>(call.results),
          static_cast<std::size_t>(rows) * sizeof(RowMoments));
    start_items(call);
  }
  void start(const NormalizeCall& call) {
    if (call.rows > 0)
      check_voxels(call.voxels, call.format, (call.rows - 1) * call.stride + call.columns);
    check(reinterpret_cast<const std::byte*>(call.to),
          static_cast<std::size_t>(call.height * call.width) * sizeof(float));
    start_items(call);
  }
  // Those that work in blocks, groups and warps:
  void start(const InPrecision<UpConvCall>& k) {
    push(Queue::Compute, [=] { run_up_conv(k.precision, k.call); });
  }
  void start(const InPrecision<HaloConvCall>& k) {
    const HaloConvCall& call = k.call;
    const auto check_planes = [&](const void* p, std::int64_t planes, std::int64_t channels) {
      check(static_cast<const std::byte*>(p),
            static_cast<std::size_t>(planes * call.height * call.width * channels) * 2);
    };
    check_planes(call.x0, call.planes, call.c0);
    if (call.c1 > 0) check_planes(call.x1, call.planes, call.c1);
    check_planes(call.y, call.z_end - call.z_begin, call.co);
    push(Queue::Compute, [=] {
      with_halo_conv(k.call.c0, k.call.c1, k.call.co, [&](auto shape, int parts) {
        using Shape = decltype(shape);
        with_16_bits(k.precision,
                     [&](auto element) { run_halo_conv<decltype(element), Shape>(k.call, parts); });
      });
    });
  }
  void start(const InPrecision<HaloUpConvCall>& k) {
    push(Queue::Compute, [=] {
      with_16_bits(k.precision, [&](auto element) {
        run_halo_up_conv<decltype(element), HaloUpConvShape48>(k.call);
      });
    });
  }
  void start(const MeanShiftKernel& kernel) {
    push(Queue::Compute, [=] {
      launch_mean_shift(kernel, HostLauncher{}, [](const auto& k) {
        for (std::int64_t warp = 0; warp < k.warps(); ++warp) k.template run<HostWarp>(warp);
      });
    });
  }

  template <class K>
  void start_items(const K& kernel) {
    push(Queue::Compute, [=] { launch_kernel(HostLauncher{}, kernel); });
  }

  Line& line(Queue queue) { return lines_[static_cast<std::size_t>(queue)]; }
  void push(Queue queue, std::function<void()> task) {
    line(queue).tasks.push_back(std::move(task));
    ++line(queue).end;
  }
  void advance(const Place& place) {
    Line& line = this->line(place.queue);
    while (line.done < place.number) {
      const std::function<void()> task = std::move(line.tasks.front());
      line.tasks.pop_front();
      ++line.done;  // before it runs: what it waits for never waits for it
      task();
    }
  }

  std::byte* make(std::size_t bytes) {
    std::vector<std::byte> memory(bytes, std::byte{0xFF});
    std::byte* const data = memory.data();
    if (data) memories_.emplace(data, std::move(memory));
    return data;
  }
  /// The allocation that holds `p`, or null.
  const std::vector<std::byte>* known(const std::byte* p) const {
    auto at = memories_.upper_bound(const_cast<std::byte*>(p));
    if (at == memories_.begin()) return nullptr;
    --at;
    return p < at->first + at->second.size() ? &at->second : nullptr;
  }
  void check(const std::byte* p, std::size_t bytes) const {
    const auto* const memory = known(p);
    if (!memory || p + bytes > memory->data() + memory->size())
      throw Error("GPU", "memory", "access beyond an allocation");
  }
  void check_voxels(const void* p, const VoxelFormat& format, std::int64_t count) const {
    check(static_cast<const std::byte*>(p),
          static_cast<std::size_t>(count * voxel_bytes(format.type)));
  }

  std::int64_t free_;
  std::array<Line, 3> lines_;
  std::vector<Place> events_;
  std::map<std::byte*, std::vector<std::byte>> memories_;
};

}  // namespace

std::unique_ptr<Machine> make_host_machine(std::int64_t card_bytes) {
  return std::make_unique<HostMachine>(card_bytes);
}

}  // namespace dfe::card

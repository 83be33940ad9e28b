// SPDX-License-Identifier: Apache-2.0
// The machine that is a GPU: CUDA's runtime for memory, streams and events; plans of cuDNN, timed
// once and remembered (plan, fastest); and one overload of `start` for each of the project's own
// kernels. Only a GPU can test this file, so every decision that can be made above machine.hpp is
// made there. See docs/design/cuda.md, "Layers, from the program down".
#include "kernels/cuda/machine/cuda_machine.hpp"

#include <cuda_runtime_api.h>
#include <cudnn.h>

#include <algorithm>
#include <limits>
#include <variant>
#include <vector>

#include "kernels/cuda/cudnn/cudnn_graph.hpp"
#include "kernels/cuda/cudnn/plan_cache.hpp"
#include "kernels/cuda/machine/cuda_check.hpp"
#include "kernels/cuda/machine/kernels.hpp"

namespace dfe::card {

std::string cuda_version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

namespace {

/// A kernel may ask for this much scratch memory; some of cuDNN's transpose whole tensors there.
constexpr std::int64_t kMostWorkspace = std::int64_t{1} << 30;
constexpr int kTimedRuns = 3;

class CudaMachine;

class CudnnPlan final : public ConvPlan {
 public:
  CudnnPlan(cudnnHandle_t handle, const ConvShape& shape, EngineChoice choice, ConvGraph::Plan plan)
      : handle_(handle), shape_(shape), choice_(std::move(choice)), plan_(std::move(plan)) {}
  std::string name() const override { return "cudnn " + choice_.to_string(); }
  std::size_t workspace_bytes() const override {
    return static_cast<std::size_t>(plan_.workspace_bytes);
  }
  void run(const ConvArguments& arguments) override { execute(handle_, plan_, shape_, arguments); }
  const EngineChoice& choice() const { return choice_; }

 private:
  cudnnHandle_t handle_;
  ConvShape shape_;
  EngineChoice choice_;
  ConvGraph::Plan plan_;
};

class CudaMachine final : public Machine {
 public:
  CudaMachine(int index, const std::string& plan_cache)
      : index_(index), name_("cuda:" + std::to_string(index)), plans_(plan_cache) {
    use();
    cudaDeviceProp properties{};
    DFE_CUDA(cudaGetDeviceProperties(&properties, index), name_);
    capability_ = properties.major * 10 + properties.minor;
    card_ = std::string(properties.name) + " sm_" + std::to_string(capability_);
    for (cudaStream_t& stream : streams_)
      DFE_CUDA(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), name_);
  }
  ~CudaMachine() override {
    cudaSetDevice(index_);
    cudaDeviceSynchronize();
    if (target_.handle) cudnnDestroy(target_.handle);
    for (const cudaEvent_t event : events_) cudaEventDestroy(event);
    for (const cudaStream_t stream : streams_)
      if (stream) cudaStreamDestroy(stream);
  }

  std::string description() const override {
    return name_ + " (" + card_ + ", cuDNN " + std::to_string(cudnnGetVersion()) + ")";
  }
  std::int64_t free_bytes() const override {
    use();
    std::size_t free = 0, total = 0;
    DFE_CUDA(cudaMemGetInfo(&free, &total), name_);
    return static_cast<std::int64_t>(free);
  }

  std::byte* allocate(std::size_t bytes) override {
    use();
    void* memory = nullptr;
    if (bytes > 0)
      DFE_CUDA(cudaMalloc(&memory, bytes), name_ + ", " + std::to_string(bytes) + " bytes");
    return static_cast<std::byte*>(memory);
  }
  void release(std::byte* memory) noexcept override { cudaFree(memory); }
  std::byte* allocate_pinned(std::size_t bytes) override {
    use();
    void* memory = nullptr;
    if (bytes > 0)
      DFE_CUDA(cudaMallocHost(&memory, bytes),
               name_ + ", " + std::to_string(bytes) + " pinned bytes");
    return static_cast<std::byte*>(memory);
  }
  void release_pinned(std::byte* memory) noexcept override { cudaFreeHost(memory); }

  void zero(std::byte* memory, std::size_t bytes, Queue queue) override {
    use();
    DFE_CUDA(cudaMemsetAsync(memory, 0, bytes, stream(queue)), name_);
  }
  void copy(std::byte* to, const std::byte* from, std::size_t bytes, Queue queue) override {
    use();
    DFE_CUDA(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, stream(queue)),
             name_ + ", copy of " + std::to_string(bytes) + " bytes");
  }

  int make_event() override {
    use();
    cudaEvent_t event{};
    DFE_CUDA(cudaEventCreate(&event), name_);
    events_.push_back(event);
    return static_cast<int>(events_.size()) - 1;
  }
  void record(int event, Queue queue) override {
    DFE_CUDA(cudaEventRecord(at(event), stream(queue)), name_);
  }
  void wait(int event, Queue queue) override {
    DFE_CUDA(cudaStreamWaitEvent(stream(queue), at(event), 0), name_);
  }
  void wait(int event) override { DFE_CUDA(cudaEventSynchronize(at(event)), name_); }
  void synchronize() override {
    use();
    for (const cudaStream_t stream : streams_) DFE_CUDA(cudaStreamSynchronize(stream), name_);
  }
  double milliseconds(int begin, int end) override {
    float result = 0;
    DFE_CUDA(cudaEventElapsedTime(&result, at(begin), at(end)), name_);
    return static_cast<double>(result);
  }

  std::unique_ptr<ConvPlan> plan(const ConvShape& shape, const ConvPlan* like,
                                 const ConvArguments* sample) override {
    need_cudnn();
    const std::int64_t most = std::min(kMostWorkspace, free_bytes() / 2);
    const ConvGraph graph(target_, shape);
    if (const auto* const other = dynamic_cast<const CudnnPlan*>(like))
      if (auto plan = attempt(graph, other->choice(), most)) return plan;
    const std::string key =
        "cudnn " + std::to_string(cudnnGetVersion()) + " | " + card_ + " | " + shape.to_string();
    EngineChoice remembered;
    if (const auto text = plans_.find(key); text && EngineChoice::parse(*text, remembered))
      if (auto plan = attempt(graph, remembered, most)) return plan;

    std::vector<std::unique_ptr<CudnnPlan>> candidates;
    for (const Candidate& candidate : graph.usable_candidates())
      if (auto plan = attempt(graph, candidate.choice, most)) candidates.push_back(std::move(plan));
    if (candidates.empty())
      throw Error("cuda", "conv " + shape.to_string(),
                  "cuDNN " + std::to_string(cudnnGetVersion()) + " has no kernel for it on " +
                      card_ + " that is deterministic and needs less than " +
                      std::to_string(most >> 20) + " MiB of scratch memory",
                  shape.precision == Precision::Fp16 ? "use --device cpu"
                                                     : "try --precision fp16, or --device cpu");
    if (!sample) return std::move(candidates.front());
    return fastest(std::move(candidates), key, *sample);
  }

  void run(const Kernel& kernel) override {
    use();
    std::visit([this](const auto& k) { start(k); }, kernel);
  }
  bool has_up_conv(Precision precision, std::int64_t ci, std::int64_t co) const override {
    return capability_ >= 80 && element_bytes(precision) == 2 && has_up_conv_kernel(ci, co);
  }
  bool runs_halo_conv() const override { return capability_ == 90; }

  std::optional<std::string> recall(const std::string& key) const override {
    return plans_.find(card_ + " | " + key);
  }
  void remember(const std::string& key, const std::string& choice, double ms) override {
    plans_.store(card_ + " | " + key, choice, ms);
  }

 private:
  void use() const { DFE_CUDA(cudaSetDevice(index_), name_); }
  /// Only convolutions need cuDNN, and its start costs more than all of mean shift.
  void need_cudnn() {
    if (target_.handle) return;
    use();
    DFE_CUDNN(cudnnCreate(&target_.handle), name_);
    DFE_CUDNN(cudnnSetStream(target_.handle, stream(Queue::Compute)), name_);
  }
  cudaStream_t stream(Queue queue) const { return streams_[static_cast<std::size_t>(queue)]; }
  cudaEvent_t at(int event) const { return events_.at(static_cast<std::size_t>(event)); }
  cudaStream_t compute() const { return stream(Queue::Compute); }

  // One for each alternative of Kernel.
  void start(const InPrecision<FirstLayerCall>& k) {
    launched(launch(compute(), k), "first layer", k.call);
  }
  void start(const InPrecision<MaxPoolCall>& k) {
    launched(launch(compute(), k), "pooling", k.call);
  }
  void start(const InPrecision<SpreadCall>& k) {
    launched(launch(compute(), k), "spreading", k.call);
  }
  void start(const InPrecision<JoinCall>& k) { launched(launch(compute(), k), "joining", k.call); }
  void start(const InPrecision<HeadCall>& k) { launched(launch(compute(), k), "head", k.call); }
  void start(const InPrecision<UpConvCall>& k) {
    launched(launch(compute(), k), "up-convolution", k.call);
  }
  void start(const InPrecision<HaloConvCall>& k) {
    launched(launch(compute(), k), "convolution", k.call);
  }
  void start(const InPrecision<HaloUpConvCall>& k) {
    launched(launch(compute(), k), "up-convolution", k.call);
  }
  void start(const InPrecision<PackCall>& k) { launched(launch(compute(), k), "packing", k.call); }
  void start(const InPrecision<UnpackCall>& k) {
    launched(launch(compute(), k), "unpacking", k.call);
  }
  void start(const MeanShiftKernel& k) { DFE_CUDA(launch(compute(), k), name_ + ", mean shift"); }
  void start(const RowMomentsCall& k) { launched(launch(compute(), k), "statistics", k); }
  void start(const NormalizeCall& k) { launched(launch(compute(), k), "normalizing", k); }

  template <class Call>
  static void launched(cudaError_t code, const char* kernel, const Call& call) {
    if (code != cudaSuccess)
      throw Error("cuda",
                  std::string(kernel) + " " + std::to_string(call.height) + "x" +
                      std::to_string(call.width),
                  "launch gave " + cuda_error_text(code));
  }

  /// A plan, unless the choice does not fit or wants too much scratch memory.
  std::unique_ptr<CudnnPlan> attempt(const ConvGraph& graph, const EngineChoice& choice,
                                     std::int64_t most) const {
    try {
      ConvGraph::Plan plan = graph.build(choice);
      if (plan.workspace_bytes > most) return nullptr;
      return std::make_unique<CudnnPlan>(target_.handle, graph.shape(), choice, std::move(plan));
    } catch (const Error&) {
      return nullptr;  // a proposal that cuDNN cannot keep
    }
  }

  /// Milliseconds of the fastest of a few runs; a first run far slower than `best` is enough to
  /// know.
  double time(ConvPlan& plan, const ConvArguments& arguments, double best) {
    double fastest = std::numeric_limits<double>::infinity();
    for (int i = 0; i <= kTimedRuns;
         ++i) {  // the first run loads the kernel and does not count unless it is hopeless
      record(timing_[0], Queue::Compute);
      plan.run(arguments);
      record(timing_[1], Queue::Compute);
      wait(timing_[1]);
      const double ms = milliseconds(timing_[0], timing_[1]);
      if (i > 0) fastest = std::min(fastest, ms);
      if (i == 1 && ms > 1.5 * best) return ms;
    }
    return fastest;
  }

  std::unique_ptr<ConvPlan> fastest(std::vector<std::unique_ptr<CudnnPlan>> candidates,
                                    const std::string& key, const ConvArguments& sample) {
    if (timing_[0] < 0)
      for (int& event : timing_) event = make_event();
    std::size_t most = 0;
    for (const auto& plan : candidates) most = std::max(most, plan->workspace_bytes());
    const Block workspace(*this, most);
    ConvArguments arguments = sample;
    arguments.workspace = workspace.data();
    std::size_t best = candidates.size();
    double best_ms = std::numeric_limits<double>::infinity();
    std::string trouble;
    for (std::size_t i = 0; i < candidates.size(); ++i) try {
        const double ms = time(*candidates[i], arguments, best_ms);
        if (ms < best_ms) best_ms = ms, best = i;
      } catch (const Error& error) {  // one that does not run here is no choice
        trouble = error.what();
        cudaGetLastError();
      }
    if (best == candidates.size())
      throw Error("cuda", key, "none of " + std::to_string(candidates.size()) + " kernels runs",
                  trouble);
    plans_.store(key, candidates[best]->choice().to_string(), best_ms);
    return std::move(candidates[best]);
  }

  int index_, capability_ = 0;
  std::string name_, card_;
  PlanCache plans_;
  PlanTarget target_;
  cudaStream_t streams_[3] = {};
  std::vector<cudaEvent_t> events_;
  int timing_[2] = {-1, -1};
};

}  // namespace

std::unique_ptr<Machine> make_cuda_machine(int index, const std::string& plan_cache) {
  return std::make_unique<CudaMachine>(index, plan_cache);
}

}  // namespace dfe::card

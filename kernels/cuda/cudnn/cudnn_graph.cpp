// SPDX-License-Identifier: Apache-2.0
// cuDNN's backend API for one convolution: describing it (ConvOps), asking what kernels there are
// (ConvGraph::candidates), building one (ConvGraph::build) and running it (execute). Which is taken
// is decided by time in cuda_machine.cpp. See docs/design/cuda.md, "Kernels are chosen by time".
#include "kernels/cuda/cudnn/cudnn_graph.hpp"

#include <algorithm>
#include <sstream>

#include "dfengine/error.hpp"
#include "kernels/cuda/cudnn/cudnn_builder.hpp"

// cuDNN 9.19 marks the handle attributes as deprecated, and versions before 9.8 know nothing else.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace dfe::card {

void check_cudnn(cudnnStatus_t status, const char* expression, const std::string& object) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  char message[1024] = {};
  cudnnGetLastErrorString(message, sizeof message);
  throw Error("cuda", object,
              "cuDNN " + std::to_string(cudnnGetVersion()) + ": " + expression + " gave " +
                  std::to_string(static_cast<int>(status)) + " " + cudnnGetErrorString(status) +
                  (message[0] ? std::string(": ") + message : ""));
}

Descriptor::Descriptor(cudnnBackendDescriptorType_t type) {
  DFE_CUDNN(cudnnBackendCreateDescriptor(type, &raw_), "descriptor");
}
Descriptor::~Descriptor() {
  if (raw_) cudnnBackendDestroyDescriptor(raw_);
}

namespace {

#if CUDNN_VERSION >= 90800
constexpr int kHeurDescription = CUDNN_ATTR_ENGINEHEUR_DEVICEPROP,
              kEngineDescription = CUDNN_ATTR_ENGINE_DEVICEPROP,
              kPlanDescription = CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP;
#else
constexpr int kHeurDescription = 0, kEngineDescription = 0, kPlanDescription = 0;
#endif

enum Uid : std::int64_t { kX = 1, kW, kY, kBias, kResidual, kFirstVirtual };

cudnnDataType_t stored_type(Precision p) {
  return p == Precision::Fp16   ? CUDNN_DATA_HALF
         : p == Precision::Bf16 ? CUDNN_DATA_BFLOAT16
                                : CUDNN_DATA_FLOAT;
}

/// Describes a convolution and what is fused behind it, op after op: each reads what the one before
/// wrote, and the last writes y. Whatever it makes goes to `parts` and must stay with the graph.
class ConvOps {
 public:
  ConvOps(const ConvShape& shape, std::vector<Descriptor>& parts)
      : shape_(shape),
        object_(shape.to_string()),
        parts_(parts),
        left_(shape.residual + shape.bias + shape.relu) {}

  void convolve() {
    const auto x = tensor(kX, 1, shape_.ci, shape_.window),
               w = tensor(kW, shape_.co, shape_.ci, shape_.kernel);
    last_ = result();
    const auto convolution =
        keep(Builder(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR, object_)
                 .set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE,
                      std::vector{CUDNN_DATA_FLOAT})
                 .set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE,
                      std::vector{CUDNN_CROSS_CORRELATION})
                 .set(CUDNN_ATTR_CONVOLUTION_DILATIONS, CUDNN_TYPE_INT64, triple({1, 1, 1}))
                 .set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, CUDNN_TYPE_INT64, triple({1, 1, 1}))
                 .set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, CUDNN_TYPE_INT64, triple(shape_.pad_lo))
                 .set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, CUDNN_TYPE_INT64, triple(shape_.pad_hi))
                 .set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, std::int64_t{3})
                 .finish());
    ops_.push_back(keep(
        Builder(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR, object_)
            .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, x)
            .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, w)
            .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, last_)
            .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, convolution)
            .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_TYPE_FLOAT,
                 std::vector{1.0f})
            .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, CUDNN_TYPE_FLOAT, std::vector{0.0f})
            .finish()));
  }

  /// Adds a tensor of the result's channels.
  void add(Uid uid, const Extent3& extent) {
    pointwise(CUDNN_POINTWISE_ADD, tensor(uid, 1, shape_.co, extent));
  }
  void relu() { pointwise(CUDNN_POINTWISE_RELU_FWD, nullptr); }

  const std::vector<cudnnBackendDescriptor_t>& raw() const { return ops_; }

 private:
  static std::vector<std::int64_t> triple(const Extent3& e) { return {e.z, e.y, e.x}; }

  cudnnBackendDescriptor_t keep(Descriptor made) {
    parts_.push_back(std::move(made));
    return parts_.back().raw();
  }

  /// cuDNN's order of dimensions is N, C, D, H, W; the strides say that channels lie innermost.
  cudnnBackendDescriptor_t tensor(std::int64_t uid, std::int64_t n, std::int64_t c,
                                  const Extent3& e) {
    const bool is_virtual = uid >= kFirstVirtual;
    return keep(
        Builder(CUDNN_BACKEND_TENSOR_DESCRIPTOR, object_)
            .set(CUDNN_ATTR_TENSOR_UNIQUE_ID, uid)
            .set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE,
                 std::vector{is_virtual ? CUDNN_DATA_FLOAT : stored_type(shape_.precision)})
            .set(CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64,
                 std::vector<std::int64_t>{n, c, e.z, e.y, e.x})
            .set(CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64,
                 std::vector<std::int64_t>{e.voxels() * c, 1, e.y * e.x * c, e.x * c, c})
            .set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, std::int64_t{16})
            .set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, std::vector<char>{is_virtual})
            .finish());
  }

  /// What the next op writes.
  cudnnBackendDescriptor_t result() {
    return tensor(left_ == 0 ? std::int64_t{kY} : next_virtual_++, 1, shape_.co, shape_.output());
  }

  void pointwise(cudnnPointwiseMode_t mode, cudnnBackendDescriptor_t other) {
    --left_;
    const cudnnBackendDescriptor_t y = result();
    const auto what =
        keep(Builder(CUDNN_BACKEND_POINTWISE_DESCRIPTOR, object_)
                 .set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, std::vector{mode})
                 .set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_TYPE_DATA_TYPE,
                      std::vector{CUDNN_DATA_FLOAT})
                 .finish());
    Builder op(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR, object_);
    op.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, what)
        .set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, last_);
    if (other) op.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, other);
    ops_.push_back(keep(op.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, y).finish()));
    last_ = y;
  }

  const ConvShape& shape_;
  std::string object_;
  std::vector<Descriptor>& parts_;
  std::vector<cudnnBackendDescriptor_t> ops_;
  int left_;  // ops that still come
  std::int64_t next_virtual_ = kFirstVirtual;
  cudnnBackendDescriptor_t last_ = nullptr;  // what the last op wrote
};

/// Values of an attribute that is a list of descriptors, which the caller makes. Of some lists
/// cuDNN does not tell the length (it answers 0): `most` is for those.
std::vector<Descriptor> list_of(cudnnBackendDescriptor_t from, cudnnBackendAttributeName_t name,
                                cudnnBackendDescriptorType_t type, const std::string& object,
                                std::int64_t most = 0) {
  std::int64_t count = most;
  if (count == 0)
    DFE_CUDNN(
        cudnnBackendGetAttribute(from, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, &count, nullptr),
        object);
  std::vector<Descriptor> made;
  std::vector<cudnnBackendDescriptor_t> raw;
  for (std::int64_t i = 0; i < count; ++i) {
    made.emplace_back(type);
    raw.push_back(made.back().raw());
  }
  std::int64_t got = 0;
  if (count > 0)
    DFE_CUDNN(cudnnBackendGetAttribute(from, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, count, &got,
                                       raw.data()),
              object);
  made.resize(static_cast<std::size_t>(std::min(got, count)));
  return made;
}

std::int64_t number_of(cudnnBackendDescriptor_t from, cudnnBackendAttributeName_t name,
                       cudnnBackendAttributeType_t type, const std::string& object) {
  std::int64_t value = 0, got = 0;
  DFE_CUDNN(cudnnBackendGetAttribute(from, name, type, 1, &got, &value), object);
  return value;
}

}  // namespace

PlanTarget describe_card([[maybe_unused]] const std::string& json) {
#if CUDNN_VERSION >= 90800
  const std::string object = "description of a GPU";
  PlanTarget target;
  target.description = Builder(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR, object)
                           .set(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR,
                                std::vector<char>(json.begin(), json.end()))
                           .finish();
  return target;
#else
  throw Error("cuda", "description of a GPU", "cuDNN before 9.8 takes none");
#endif
}

std::string EngineChoice::to_string() const {
  std::string text = std::to_string(engine);
  for (const auto& [kind, value] : knobs)
    text += " " + std::to_string(kind) + "=" + std::to_string(value);
  return text;
}

bool EngineChoice::parse(const std::string& text, EngineChoice& choice) {
  std::istringstream in(text);
  EngineChoice read;
  if (!(in >> read.engine) || read.engine < 0) return false;
  for (std::string word; in >> word;) {
    std::istringstream pair(word);
    std::int64_t kind = 0, value = 0;
    char sign = 0;
    if (!(pair >> kind >> sign >> value) || sign != '=' || !pair.eof()) return false;
    read.knobs.emplace_back(kind, value);
  }
  choice = std::move(read);
  return true;
}

ConvGraph::ConvGraph(const PlanTarget& target, const ConvShape& shape)
    : target_(target), shape_(shape) {
  ConvOps ops(shape, parts_);
  ops.convolve();
  if (shape.residual) ops.add(kResidual, shape.output());
  if (shape.bias) ops.add(kBias, {1, 1, 1});
  if (shape.relu) ops.relu();
  const std::string object = shape.to_string();
  Builder graph(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR, object);
  graph.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, ops.raw());
  if (target.handle)
    graph.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, std::vector{target.handle});
  graph_ = graph.finish();
}

std::vector<Candidate> ConvGraph::candidates() const {
  const std::string object = shape_.to_string();
  std::vector<Candidate> found;
  for (const cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
    Builder query(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR, object);
    query.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph_)
        .set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, std::vector{mode});
#if CUDNN_VERSION >= 90800
    if (!target_.handle) query.set(target_, CUDNN_ATTR_OPERATIONGRAPH_HANDLE, kHeurDescription);
#endif
    const Descriptor answer = query.finish();
    for (const Descriptor& config : list_of(answer.raw(), CUDNN_ATTR_ENGINEHEUR_RESULTS,
                                            CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, object)) {
      Candidate c;
      const std::vector<Descriptor> engines = list_of(config.raw(), CUDNN_ATTR_ENGINECFG_ENGINE,
                                                      CUDNN_BACKEND_ENGINE_DESCRIPTOR, object);
      if (engines.empty()) continue;
      const cudnnBackendDescriptor_t engine = engines[0].raw();
      c.choice.engine = number_of(engine, CUDNN_ATTR_ENGINE_GLOBAL_INDEX, CUDNN_TYPE_INT64, object);
      for (const Descriptor& knob :
           list_of(config.raw(), CUDNN_ATTR_ENGINECFG_KNOB_CHOICES,
                   CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR, object, CUDNN_KNOB_TYPE_COUNTS)) {
        cudnnBackendKnobType_t kind{};
        std::int64_t got = 0;
        DFE_CUDNN(cudnnBackendGetAttribute(knob.raw(), CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE,
                                           CUDNN_TYPE_KNOB_TYPE, 1, &got, &kind),
                  object);
        c.choice.knobs.emplace_back(
            static_cast<std::int64_t>(kind),
            number_of(knob.raw(), CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE, CUDNN_TYPE_INT64, object));
      }
      cudnnBackendNumericalNote_t notes[CUDNN_NUMERICAL_NOTE_TYPE_COUNT + 16];
      cudnnBackendBehaviorNote_t habits[CUDNN_BEHAVIOR_NOTE_TYPE_COUNT + 16];
      std::int64_t count = 0;
      DFE_CUDNN(
          cudnnBackendGetAttribute(engine, CUDNN_ATTR_ENGINE_NUMERICAL_NOTE,
                                   CUDNN_TYPE_NUMERICAL_NOTE, std::size(notes), &count, notes),
          object);
      for (std::int64_t i = 0; i < count; ++i) {
        c.deterministic &= notes[i] != CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC;
        c.tensor_core |= notes[i] == CUDNN_NUMERICAL_NOTE_TENSOR_CORE;
      }
      DFE_CUDNN(
          cudnnBackendGetAttribute(engine, CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE,
                                   CUDNN_TYPE_BEHAVIOR_NOTE, std::size(habits), &count, habits),
          object);
      for (std::int64_t i = 0; i < count; ++i)
        c.runtime_compiled |= habits[i] == CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION;
      found.push_back(std::move(c));
    }
  }
  return found;
}

std::vector<Candidate> ConvGraph::usable_candidates() const {
  std::vector<Candidate> usable;
  for (Candidate& c : candidates())
    if (c.deterministic && !(shape_.precision == Precision::Fp32 && c.tensor_core))
      usable.push_back(std::move(c));
  // what is compiled at run time costs seconds: only where there is nothing else
  const auto precompiled = [](const Candidate& c) { return !c.runtime_compiled; };
  if (std::any_of(usable.begin(), usable.end(), precompiled))
    usable.erase(std::remove_if(usable.begin(), usable.end(),
                                [&](const Candidate& c) { return !precompiled(c); }),
                 usable.end());
  return usable;
}

ConvGraph::Plan ConvGraph::build(const EngineChoice& choice) const {
  const std::string object = shape_.to_string() + " engine " + choice.to_string();
  Plan made;
  Builder engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR, object);
  engine.set(CUDNN_ATTR_ENGINE_OPERATION_GRAPH, graph_)
      .set(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, choice.engine);
  if (!target_.handle) engine.set(target_, CUDNN_ATTR_OPERATIONGRAPH_HANDLE, kEngineDescription);
  made.engine = engine.finish();
  std::vector<cudnnBackendDescriptor_t> knobs;
  for (const auto& [kind, value] : choice.knobs) {
    made.knobs.push_back(Builder(CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR, object)
                             .set(CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE, CUDNN_TYPE_KNOB_TYPE,
                                  std::vector{static_cast<cudnnBackendKnobType_t>(kind)})
                             .set(CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE, value)
                             .finish());
    knobs.push_back(made.knobs.back().raw());
  }
  Builder config(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, object);
  config.set(CUDNN_ATTR_ENGINECFG_ENGINE, made.engine);
  if (!knobs.empty())
    config.set(CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, CUDNN_TYPE_BACKEND_DESCRIPTOR, knobs);
  made.config = config.finish();
  made.plan = Builder(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR, object)
                  .set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, made.config)
                  .set(target_, CUDNN_ATTR_EXECUTION_PLAN_HANDLE, kPlanDescription)
                  .finish();
  made.workspace_bytes = number_of(made.plan.raw(), CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE,
                                   CUDNN_TYPE_INT64, object);
  return made;
}

void execute(cudnnHandle_t handle, const ConvGraph::Plan& plan, const ConvShape& shape,
             const ConvArguments& a) {
  std::vector<std::int64_t> uids{kX, kW, kY};
  std::vector<const void*> pointers{a.x, a.w, a.y};
  if (shape.bias) uids.push_back(kBias), pointers.push_back(a.bias);
  if (shape.residual) uids.push_back(kResidual), pointers.push_back(a.residual);
  const std::string object = shape.to_string();
  const Descriptor pack =
      Builder(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR, object)
          .set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, uids)
          .set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, pointers)
          .set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR,
               std::vector<const void*>{a.workspace})
          .finish();
  DFE_CUDNN(cudnnBackendExecute(handle, plan.plan.raw(), pack.raw()), object);
}

}  // namespace dfe::card

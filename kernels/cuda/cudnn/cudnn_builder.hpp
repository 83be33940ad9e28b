// SPDX-License-Identifier: Apache-2.0
// How a descriptor of cuDNN's backend API is filled in: attribute by attribute, each checked.
#pragma once

#include "dfengine/error.hpp"
#include "kernels/cuda/cudnn/cudnn_graph.hpp"

namespace dfe::card {

/// Fills in a descriptor; `object` is what an error names.
class Builder {
 public:
  Builder(cudnnBackendDescriptorType_t type, const std::string& object)
      : made_(type), object_(object) {}

  template <class T>
  Builder& set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
               const std::vector<T>& values) {
    DFE_CUDNN(cudnnBackendSetAttribute(made_.raw(), name, type,
                                       static_cast<std::int64_t>(values.size()), values.data()),
              object_);
    return *this;
  }
  Builder& set(cudnnBackendAttributeName_t name, cudnnBackendDescriptor_t value) {
    return set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, std::vector{value});
  }
  Builder& set(cudnnBackendAttributeName_t name, const Descriptor& value) {
    return set(name, value.raw());
  }
  Builder& set(cudnnBackendAttributeName_t name, std::int64_t value) {
    return set(name, CUDNN_TYPE_INT64, std::vector{value});
  }
  /// Tells the GPU or its description.
  Builder& set(const PlanTarget& target, cudnnBackendAttributeName_t handle,
               [[maybe_unused]] int description) {
    if (target.handle) return set(handle, CUDNN_TYPE_HANDLE, std::vector{target.handle});
#if CUDNN_VERSION >= 90800
    return set(static_cast<cudnnBackendAttributeName_t>(description), target.description);
#else
    throw Error("cuda", object_, "this cuDNN needs a GPU to make plans",
                "build with cuDNN 9.8 or later");
#endif
  }
  Descriptor finish() {
    DFE_CUDNN(cudnnBackendFinalize(made_.raw()), object_);
    return std::move(made_);
  }

 private:
  Descriptor made_;
  const std::string& object_;
};

}  // namespace dfe::card

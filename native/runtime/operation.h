// What TensorFlow's C interface needs for an operation of our own, for float32 on the CPU.
#pragma once

#include <cstdint>
#include <vector>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

namespace atto {

struct Status {
  TF_Status* const status = TF_NewStatus();
  Status() = default;
  ~Status() { TF_DeleteStatus(status); }
  Status(const Status&) = delete;
  Status& operator=(const Status&) = delete;
};

// An input of an operation; freed with the object.
class Input {
 public:
  Input(TF_OpKernelContext* context, int index) {
    Status s;
    TF_GetInput(context, index, &tensor_, s.status);
  }
  ~Input() {
    if (tensor_ != nullptr) TF_DeleteTensor(tensor_);
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  int Rank() const { return TF_NumDims(tensor_); }
  int64_t Size(int dimension) const { return TF_Dim(tensor_, dimension); }
  std::vector<int64_t> Shape() const {
    std::vector<int64_t> shape;
    for (int i = 0; i < Rank(); i++) shape.push_back(Size(i));
    return shape;
  }
  bool Has(const std::vector<int64_t>& shape) const { return Shape() == shape; }
  // How many values there are.
  int64_t Count() const { return TF_TensorElementCount(tensor_); }
  // Null where there are none.
  const float* Values() const { return Count() == 0 ? nullptr : static_cast<const float*>(TF_TensorData(tensor_)); }

 private:
  TF_Tensor* tensor_ = nullptr;
};

inline void Refuse(TF_OpKernelContext* context, const char* message) {
  Status s;
  TF_SetStatus(s.status, TF_INVALID_ARGUMENT, message);
  TF_OpKernelContext_Failure(context, s.status);
}

// An output's memory; null after a failure, which TensorFlow knows then.
inline float* Allocate(TF_OpKernelContext* context, const std::vector<int64_t>& shape, int index = 0) {
  Status s;
  size_t count = 1;
  for (const int64_t size : shape) count *= static_cast<size_t>(size);
  TF_Tensor* output = TF_AllocateOutput(context, index, TF_FLOAT, shape.data(), static_cast<int>(shape.size()),
                                        count * sizeof(float), s.status);
  if (TF_GetCode(s.status) != TF_OK) {
    TF_OpKernelContext_Failure(context, s.status);
    return nullptr;
  }
  float* values = static_cast<float*>(TF_TensorData(output));
  // The operation keeps the memory.
  TF_DeleteTensor(output);
  return values;
}

inline int64_t IntegerAttribute(TF_OpKernelConstruction* construction, const char* name) {
  Status s;
  int64_t value = 0;
  TF_OpKernelConstruction_GetAttrInt64(construction, name, &value, s.status);
  return value;
}

inline float FloatAttribute(TF_OpKernelConstruction* construction, const char* name) {
  Status s;
  float value = 0;
  TF_OpKernelConstruction_GetAttrFloat(construction, name, &value, s.status);
  return value;
}

inline bool BoolAttribute(TF_OpKernelConstruction* construction, const char* name) {
  Status s;
  unsigned char value = 0;
  TF_OpKernelConstruction_GetAttrBool(construction, name, &value, s.status);
  return value != 0;
}

// The range that a result is clamped to, as attributes `low` and `high`.
struct Range {
  const float low, high;
  explicit Range(TF_OpKernelConstruction* construction)
      : low(FloatAttribute(construction, "low")), high(FloatAttribute(construction, "high")) {}
};

// Makes an operation known to TensorFlow. `Attributes` is made from the construction of each kernel, and given to
// `compute`.
template <class Attributes, void (*compute)(const Attributes&, TF_OpKernelContext*)>
void Register(const char* name, const std::vector<const char*>& inputs, const std::vector<const char*>& outputs,
              const std::vector<const char*>& attributes) {
  Status s;
  TF_OpDefinitionBuilder* definition = TF_NewOpDefinitionBuilder(name);
  for (const char* input : inputs) TF_OpDefinitionBuilderAddInput(definition, input);
  for (const char* attribute : attributes) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  for (const char* output : outputs) TF_OpDefinitionBuilderAddOutput(definition, output);
  TF_RegisterOpDefinition(definition, s.status);
  TF_KernelBuilder* kernel = TF_NewKernelBuilder(
      name, "CPU", [](TF_OpKernelConstruction* construction) -> void* { return new Attributes(construction); },
      [](void* made, TF_OpKernelContext* context) { compute(*static_cast<const Attributes*>(made), context); },
      [](void* made) { delete static_cast<Attributes*>(made); });
  TF_RegisterKernelBuilder(name, kernel, s.status);
}

// For operations without attributes.
struct NoAttributes {
  explicit NoAttributes(TF_OpKernelConstruction*) {}
};

}  // namespace atto

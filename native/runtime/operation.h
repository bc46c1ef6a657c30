// Operations of our own in TensorFlow: float32, on the CPU, through its C interface.
//
// What an operation throws becomes its error. The interface's functions set a status; each is checked.
#pragma once

#include <cstdint>
#include <memory>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

namespace atto {

using Shape = std::vector<int64_t>;

std::ostream& operator<<(std::ostream& out, const Shape& shape);

// An error with TensorFlow's code for its kind.
struct OperationError : std::runtime_error {
  const TF_Code code;
  OperationError(TF_Code kind, const std::string& message) : std::runtime_error(message), code(kind) {}
};

// Throws OperationError, made of the parts in a row, unless the condition is met.
template <class... Parts>
void Require(bool condition, const Parts&... parts) {
  if (condition) return;
  std::ostringstream message;
  (message << ... << parts);
  throw OperationError(TF_INVALID_ARGUMENT, message.str());
}

// A status to hand to TensorFlow's functions.
class Status {
 public:
  Status() = default;
  ~Status() { TF_DeleteStatus(status_); }
  Status(const Status&) = delete;
  Status& operator=(const Status&) = delete;

  operator TF_Status*() const { return status_; }
  // Throws OperationError unless what was tried went well.
  void Check(const char* tried) const;

 private:
  TF_Status* const status_ = TF_NewStatus();
};

// An input of an operation; printed as its name and shape. Freed with the object.
class Input {
 public:
  Input(TF_OpKernelContext* context, int index, const char* name);

  int Rank() const { return static_cast<int>(shape_.size()); }
  int64_t Size(int dimension) const { return shape_[static_cast<size_t>(dimension)]; }
  const Shape& Dimensions() const { return shape_; }
  bool Has(const Shape& shape) const { return shape_ == shape; }
  // An input that may be left out then has the shape [0].
  bool IsLeftOut() const { return Has({0}); }
  // Product of all dimensions but the last one.
  int64_t Rows() const;
  // Number of values.
  int64_t Count() const { return count_; }
  // Null where there are none.
  const float* Values() const { return values_; }

 private:
  friend std::ostream& operator<<(std::ostream& out, const Input& input);

  const char* const name_;
  std::unique_ptr<TF_Tensor, decltype(&TF_DeleteTensor)> tensor_{nullptr, TF_DeleteTensor};
  Shape shape_;
  int64_t count_ = 0;
  const float* values_ = nullptr;
};

// Memory of an output, which the caller fills. Throws OperationError for a shape that no tensor can have.
float* Allocate(TF_OpKernelContext* context, const Shape& shape, int index = 0);

// Settings of an operation, by their names.
class Attributes {
 public:
  explicit Attributes(TF_OpKernelConstruction* construction) : construction_(construction) {}

  // Throws OperationError for a value outside of the range.
  int64_t Integer(const char* name, int64_t low, int64_t high) const;
  float Float(const char* name) const;
  bool Bool(const char* name) const;

 private:
  TF_OpKernelConstruction* const construction_;
};

// Largest size of a dimension that attributes may ask for. Products of two such numbers and a tensor's size are no overflow.
constexpr int64_t kLargestSize = 1 << 20;

// What TensorFlow needs to know of an operation.
struct Definition {
  const char* name;
  // As "name: type".
  std::vector<const char*> inputs, outputs, attributes;
  void* (*create)(TF_OpKernelConstruction*);
  void (*compute)(void* kernel, TF_OpKernelContext*);
  void (*destroy)(void* kernel);
};

// Makes an operation known to TensorFlow. Throws OperationError when TensorFlow refuses or already knows it.
void RegisterOperation(const Definition& definition);

// Reports the exception that is being handled.
void Fail(TF_OpKernelConstruction* construction);
void Fail(TF_OpKernelContext* context);

// The same for an operation whose `Settings` are made from its attributes once, and given to each call of `compute`.
template <class Settings, void (*compute)(const Settings&, TF_OpKernelContext*)>
void RegisterOperation(const char* name, const std::vector<const char*>& inputs, const std::vector<const char*>& outputs,
                       const std::vector<const char*>& attributes) {
  RegisterOperation({name, inputs, outputs, attributes,
                     [](TF_OpKernelConstruction* construction) -> void* {
                       try {
                         return new Settings(Attributes(construction));
                       } catch (...) {
                         Fail(construction);
                         return nullptr;
                       }
                     },
                     [](void* kernel, TF_OpKernelContext* context) {
                       try {
                         compute(*static_cast<const Settings*>(kernel), context);
                       } catch (...) {
                         Fail(context);
                       }
                     },
                     [](void* kernel) { delete static_cast<Settings*>(kernel); }});
}

// Settings of operations without attributes.
struct NoSettings {
  explicit NoSettings(const Attributes&) {}
};

}  // namespace atto

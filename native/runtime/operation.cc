#include "operation.h"

#include <memory>
#include <new>

#include "tensorflow/c/c_api.h"
#include "tensorflow/c/ops.h"

namespace atto {
namespace {

// Gives the exception that is being handled to `report`, as a status.
template <class Report>
void ReportCurrentException(const Report& report) {
  const Status status;
  try {
    throw;
  } catch (const OperationError& error) {
    TF_SetStatus(status, error.code, error.what());
  } catch (const std::bad_alloc&) {
    TF_SetStatus(status, TF_RESOURCE_EXHAUSTED, "out of memory");
  } catch (const std::exception& error) {
    TF_SetStatus(status, TF_INTERNAL, error.what());
  } catch (...) {
    TF_SetStatus(status, TF_INTERNAL, "an exception of unknown type");
  }
  report(status);
}

// Whether TensorFlow has a kernel for an operation.
bool IsRegistered(const char* name) {
  const Status status;
  const std::unique_ptr<TF_Buffer, decltype(&TF_DeleteBuffer)> kernels(TF_GetRegisteredKernelsForOp(name, status),
                                                                       TF_DeleteBuffer);
  status.Check("looking for kernels");
  return kernels->length > 0;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  out << "[";
  for (size_t i = 0; i < shape.size(); i++) out << (i == 0 ? "" : ", ") << shape[i];
  return out << "]";
}

std::ostream& operator<<(std::ostream& out, const Input& input) { return out << input.name_ << " " << input.shape_; }

void Status::Check(const char* tried) const {
  const TF_Code code = TF_GetCode(status_);
  if (code != TF_OK) throw OperationError(code, std::string(tried) + ": " + TF_Message(status_));
}

Input::Input(TF_OpKernelContext* context, int index, const char* name) : name_(name) {
  const Status status;
  TF_Tensor* tensor = nullptr;
  TF_GetInput(context, index, &tensor, status);
  status.Check(name);
  tensor_.reset(tensor);
  Require(TF_TensorType(tensor) == TF_FLOAT, name, " isn't float32");
  for (int i = 0; i < TF_NumDims(tensor); i++) shape_.push_back(TF_Dim(tensor, i));
  count_ = TF_TensorElementCount(tensor);
  if (count_ > 0) values_ = static_cast<const float*>(TF_TensorData(tensor));
}

int64_t Input::Rows() const {
  int64_t rows = 1;
  for (int i = 0; i + 1 < Rank(); i++) rows *= Size(i);
  return rows;
}

float* Allocate(TF_OpKernelContext* context, const Shape& shape, int index) {
  // TensorFlow ends the process for shapes that aren't possible.
  int64_t bytes = sizeof(float);
  bool possible = true;
  for (const int64_t size : shape) possible = possible && size >= 0 && !__builtin_mul_overflow(bytes, size, &bytes);
  Require(possible, "the output's shape would be ", shape);
  const Status status;
  const std::unique_ptr<TF_Tensor, decltype(&TF_DeleteTensor)> output(
      TF_AllocateOutput(context, index, TF_FLOAT, shape.data(), static_cast<int>(shape.size()), static_cast<size_t>(bytes),
                        status),
      TF_DeleteTensor);
  status.Check("allocating an output");
  // The operation keeps the memory.
  return static_cast<float*>(TF_TensorData(output.get()));
}

int64_t Attributes::Integer(const char* name, int64_t low, int64_t high) const {
  const Status status;
  int64_t value = 0;
  TF_OpKernelConstruction_GetAttrInt64(construction_, name, &value, status);
  status.Check(name);
  Require(value >= low && value <= high, name, " is ", value, "; it must be from ", low, " to ", high);
  return value;
}

float Attributes::Float(const char* name) const {
  const Status status;
  float value = 0;
  TF_OpKernelConstruction_GetAttrFloat(construction_, name, &value, status);
  status.Check(name);
  return value;
}

bool Attributes::Bool(const char* name) const {
  const Status status;
  unsigned char value = 0;
  TF_OpKernelConstruction_GetAttrBool(construction_, name, &value, status);
  status.Check(name);
  return value != 0;
}

void RegisterOperation(const Definition& definition) {
  // TensorFlow ends the process when an operation is defined twice.
  if (IsRegistered(definition.name)) throw OperationError(TF_ALREADY_EXISTS, std::string(definition.name) + " is there twice");
  TF_OpDefinitionBuilder* const builder = TF_NewOpDefinitionBuilder(definition.name);
  for (const char* input : definition.inputs) TF_OpDefinitionBuilderAddInput(builder, input);
  for (const char* attribute : definition.attributes) TF_OpDefinitionBuilderAddAttr(builder, attribute);
  for (const char* output : definition.outputs) TF_OpDefinitionBuilderAddOutput(builder, output);
  const Status status;
  TF_RegisterOpDefinition(builder, status);
  status.Check(definition.name);
  TF_RegisterKernelBuilder(
      definition.name, TF_NewKernelBuilder(definition.name, "CPU", definition.create, definition.compute, definition.destroy),
      status);
  status.Check(definition.name);
  if (!IsRegistered(definition.name))
    throw OperationError(TF_INTERNAL, std::string(definition.name) + " isn't known after its registration");
}

void Fail(TF_OpKernelConstruction* construction) {
  ReportCurrentException([construction](TF_Status* status) { TF_OpKernelConstruction_Failure(construction, status); });
}

void Fail(TF_OpKernelContext* context) {
  ReportCurrentException([context](TF_Status* status) { TF_OpKernelContext_Failure(context, status); });
}

}  // namespace atto

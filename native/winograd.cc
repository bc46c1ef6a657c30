// Built into tfjs-node's addon: 3×3 convolutions by Winograd's algorithm, as three TensorFlow operations for the CPU.
//
//   AttoWinogradKernel(kernel [3, 3, in, out], transposed) → what AttoWinogradConvolution takes
//   AttoWinogradConvolution(x [N, H, W, in], kernel, bias [out] or [0], residual [N, H, W, out] or [0], out, relu)
//     → relu(convolution + bias + residual) [N, H, W, out], stride 1, one zero around the image
//   AttoWinogradKernelGradient(x [N, H, W, in], gradient [N, H, W, out] of such a convolution's result)
//     → the gradient of its kernel [3, 3, in, out]
//
// in and out are multiples of 16.
#include "winograd.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include "parallel.h"
#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

namespace atto {
namespace {

// The algorithm for one set of instructions.
struct Implementation {
  int panel;
  int64_t (*panels)(int64_t columns);
  int64_t (*scratch)(const ConvolutionShape&, int64_t tiles);
  void (*prepare)(const float* kernel, int64_t in, int64_t out, bool transposed, int64_t panel, float* to);
  void (*run)(const ConvolutionShape&, const float* x, const float* kernels, const Epilogue&, float* y, int64_t first,
              int64_t last, float* scratch);
  void (*read_pairs)(const ConvolutionShape&, const float* x, const float* gradient, int64_t begin, int64_t block,
                     int64_t first, int64_t last, float* values, float* slopes);
  void (*add_products)(const ConvolutionShape&, int64_t block, int64_t count, const float* values, const float* slopes,
                       bool fresh, float* sums);
  void (*write_gradient)(const ConvolutionShape&, const float* sums, int64_t channel, float* to);
};

#define ATTO_IMPLEMENTATION(NAME, TARGET, BYTES, ROWS, COLUMNS)                                                      \
  struct NAME {                                                                                                     \
    typedef float V __attribute__((vector_size(BYTES)));                                                            \
    using Algorithm = Winograd<V, ROWS, COLUMNS>;                                                                   \
    TARGET static void Prepare(const float* kernel, int64_t in, int64_t out, bool transposed, int64_t panel,        \
                               float* to) {                                                                         \
      Algorithm::Prepare(kernel, in, out, transposed, panel, to);                                                   \
    }                                                                                                               \
    TARGET static void Run(const ConvolutionShape& s, const float* x, const float* kernels, const Epilogue& after,  \
                           float* y, int64_t first, int64_t last, float* scratch) {                                 \
      Algorithm::Run(s, x, kernels, after, y, first, last, scratch);                                                \
    }                                                                                                               \
    TARGET static void ReadPairs(const ConvolutionShape& s, const float* x, const float* gradient, int64_t begin,   \
                                 int64_t block, int64_t first, int64_t last, float* values, float* slopes) {        \
      Algorithm::ReadPairs(s, x, gradient, begin, block, first, last, values, slopes);                              \
    }                                                                                                               \
    TARGET static void AddProducts(const ConvolutionShape& s, int64_t block, int64_t count, const float* values,    \
                                   const float* slopes, bool fresh, float* sums) {                                  \
      Algorithm::AddProducts(s, block, count, values, slopes, fresh, sums);                                         \
    }                                                                                                               \
    TARGET static void WriteGradient(const ConvolutionShape& s, const float* sums, int64_t channel, float* to) {    \
      Algorithm::WriteGradient(s, sums, channel, to);                                                               \
    }                                                                                                               \
    static constexpr Implementation kImplementation = {Algorithm::kPanel, Algorithm::Panels, Algorithm::Scratch,    \
                                                       Prepare, Run, ReadPairs, AddProducts, WriteGradient};        \
  };

#if defined(__x86_64__)
ATTO_IMPLEMENTATION(Avx512, __attribute__((target("avx512f,fma"))), 64, 5, 4)
ATTO_IMPLEMENTATION(Avx2, __attribute__((target("avx2,fma"))), 32, 6, 2)
ATTO_IMPLEMENTATION(Sse, , 16, 6, 2)
#else
ATTO_IMPLEMENTATION(Neon, , 16, 6, 4)
#endif

const Implementation& Chosen() {
#if defined(__x86_64__)
  static const Implementation chosen = __builtin_cpu_supports("avx512f") ? Avx512::kImplementation
                                       : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
                                           ? Avx2::kImplementation
                                           : Sse::kImplementation;
#else
  static const Implementation chosen = Neon::kImplementation;
#endif
  return chosen;
}

// An input of an operation; freed with the object.
class Input {
 public:
  Input(TF_OpKernelContext* context, int index, TF_Status* status) { TF_GetInput(context, index, &tensor_, status); }
  ~Input() {
    if (tensor_ != nullptr) TF_DeleteTensor(tensor_);
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  int64_t Size(int dimension) const { return TF_Dim(tensor_, dimension); }
  bool Has(const std::vector<int64_t>& shape) const {
    if (TF_NumDims(tensor_) != static_cast<int>(shape.size())) return false;
    for (size_t i = 0; i < shape.size(); i++)
      if (TF_Dim(tensor_, static_cast<int>(i)) != shape[i]) return false;
    return true;
  }
  int Rank() const { return TF_NumDims(tensor_); }
  const float* Values() const {
    return TF_TensorElementCount(tensor_) == 0 ? nullptr : static_cast<const float*>(TF_TensorData(tensor_));
  }

 private:
  TF_Tensor* tensor_ = nullptr;
};

void Refuse(TF_OpKernelContext* context, TF_Status* status, const char* message) {
  TF_SetStatus(status, TF_INVALID_ARGUMENT, message);
  TF_OpKernelContext_Failure(context, status);
}

// The output's memory, null after a failure. TensorFlow keeps the output when the handle is freed.
float* Allocate(TF_OpKernelContext* context, const std::vector<int64_t>& shape, TF_Status* status) {
  size_t count = 1;
  for (const int64_t size : shape) count *= static_cast<size_t>(size);
  TF_Tensor* output = TF_AllocateOutput(context, 0, TF_FLOAT, shape.data(), static_cast<int>(shape.size()),
                                        count * sizeof(float), status);
  if (TF_GetCode(status) != TF_OK) {
    TF_OpKernelContext_Failure(context, status);
    return nullptr;
  }
  float* values = static_cast<float*>(TF_TensorData(output));
  TF_DeleteTensor(output);
  return values;
}

struct Status {
  TF_Status* const status = TF_NewStatus();
  ~Status() { TF_DeleteStatus(status); }
};

// The attributes of both operations.
struct Attributes {
  bool transposed = false, relu = false;
  int64_t out = 0;
};

void* CreateKernel(TF_OpKernelConstruction* construction) {
  Status s;
  unsigned char transposed = 0;
  TF_OpKernelConstruction_GetAttrBool(construction, "transposed", &transposed, s.status);
  auto* attributes = new Attributes;
  attributes->transposed = transposed != 0;
  return attributes;
}

void* CreateConvolution(TF_OpKernelConstruction* construction) {
  Status s;
  unsigned char relu = 0;
  auto* attributes = new Attributes;
  TF_OpKernelConstruction_GetAttrBool(construction, "relu", &relu, s.status);
  TF_OpKernelConstruction_GetAttrInt64(construction, "out", &attributes->out, s.status);
  attributes->relu = relu != 0;
  return attributes;
}

void Delete(void* attributes) { delete static_cast<Attributes*>(attributes); }

void ComputeKernel(void* attributes, TF_OpKernelContext* context) {
  const bool transposed = static_cast<Attributes*>(attributes)->transposed;
  Status s;
  const Input kernel(context, 0, s.status);
  if (kernel.Rank() != 4 || kernel.Size(0) != 3 || kernel.Size(1) != 3)
    return Refuse(context, s.status, "the kernel isn't [3, 3, in, out]");
  const int64_t in = kernel.Size(2), out = kernel.Size(3);
  const Implementation& winograd = Chosen();
  const int64_t panels = winograd.panels(transposed ? in : out);
  float* to = Allocate(context, {kValues, panels, transposed ? out : in, winograd.panel}, s.status);
  if (to == nullptr) return;
  ParallelFor(panels, [&](int64_t panel, int) { winograd.prepare(kernel.Values(), in, out, transposed, panel, to); });
}

// About so many values of a block of tiles lie in the scratch memory of a thread.
constexpr int64_t kBlockValues = 3 << 19;

void ComputeConvolution(void* attributes, TF_OpKernelContext* context) {
  const auto& [transposed, relu, out] = *static_cast<Attributes*>(attributes);
  Status s;
  const Input x(context, 0, s.status), kernel(context, 1, s.status), bias(context, 2, s.status),
      residual(context, 3, s.status);
  const Implementation& winograd = Chosen();
  if (x.Rank() != 4) return Refuse(context, s.status, "the image isn't [N, H, W, in]");
  const ConvolutionShape shape = {x.Size(0), x.Size(1), x.Size(2), x.Size(3), out};
  if (shape.in % 16 != 0 || out % 16 != 0) return Refuse(context, s.status, "channels aren't a multiple of 16");
  if (!kernel.Has({kValues, winograd.panels(out), shape.in, winograd.panel}))
    return Refuse(context, s.status, "the kernel isn't what AttoWinogradKernel made for such channels");
  const std::vector<int64_t> output = {shape.batch, shape.height, shape.width, out};
  if (!bias.Has({0}) && !bias.Has({out})) return Refuse(context, s.status, "the bias isn't [out] or [0]");
  if (!residual.Has({0}) && !residual.Has(output)) return Refuse(context, s.status, "the residual doesn't fit the output");
  float* to = Allocate(context, output, s.status);
  if (to == nullptr) return;

  const int64_t tiles = shape.Tiles();
  const int64_t per_thread = (tiles + ThreadCount() - 1) / ThreadCount();
  const int64_t block = std::max<int64_t>(std::min(kBlockValues / (kValues * (shape.in + out)), per_thread), 1);
  // Kept from one call to the next: fresh memory would cost more time than the transforms.
  static std::vector<std::vector<float>> scratch(ThreadCount());
  const size_t needed = static_cast<size_t>(winograd.scratch(shape, block));
  const Epilogue epilogue = {bias.Values(), residual.Values(), relu};
  ParallelFor((tiles + block - 1) / block, [&](int64_t item, int thread) {
    std::vector<float>& mine = scratch[thread];
    if (mine.size() < needed) mine.resize(needed);
    winograd.run(shape, x.Values(), kernel.Values(), epilogue, to, item * block, std::min(tiles, (item + 1) * block),
                 mine.data());
  });
}

// Tiles that are transformed before they are multiplied, and how many of them a thread transforms at a time.
constexpr int64_t kGradientBlock = 256, kGradientShare = 16;

void ComputeKernelGradient(void*, TF_OpKernelContext* context) {
  Status s;
  const Input x(context, 0, s.status), gradient(context, 1, s.status);
  const Implementation& winograd = Chosen();
  if (x.Rank() != 4 || gradient.Rank() != 4) return Refuse(context, s.status, "the image isn't [N, H, W, in]");
  const ConvolutionShape shape = {x.Size(0), x.Size(1), x.Size(2), x.Size(3), gradient.Size(3)};
  if (!gradient.Has({shape.batch, shape.height, shape.width, shape.out}))
    return Refuse(context, s.status, "image and gradient differ in size");
  if (shape.in % 16 != 0 || shape.out % 16 != 0) return Refuse(context, s.status, "channels aren't a multiple of 16");
  float* to = Allocate(context, {3, 3, shape.in, shape.out}, s.status);
  if (to == nullptr) return;

  const int64_t tiles = shape.Tiles(), columns = winograd.panels(shape.out) * winograd.panel;
  const int64_t block = std::min(kGradientBlock, tiles);
  const int64_t value_step = block * shape.in, slope_step = block * columns, sum_step = shape.in * columns;
  // Kept from one call to the next, as above.
  static std::mutex one_caller;
  const std::lock_guard<std::mutex> lock(one_caller);
  static std::vector<float> scratch;
  const size_t needed = static_cast<size_t>(kValues * (value_step + slope_step + sum_step));
  if (scratch.size() < needed) scratch.resize(needed);
  float* const values = scratch.data();
  float* const slopes = values + kValues * value_step;
  float* const sums = slopes + kValues * slope_step;
  for (int64_t begin = 0; begin < tiles; begin += block) {
    const int64_t count = std::min(block, tiles - begin);
    ParallelFor((count + kGradientShare - 1) / kGradientShare, [&](int64_t share, int) {
      winograd.read_pairs(shape, x.Values(), gradient.Values(), begin, block, share * kGradientShare,
                          std::min(count, (share + 1) * kGradientShare), values, slopes);
    });
    ParallelFor(kValues, [&](int64_t p, int) {
      winograd.add_products(shape, block, count, values + p * value_step, slopes + p * slope_step, begin == 0,
                            sums + p * sum_step);
    });
  }
  ParallelFor(shape.in, [&](int64_t channel, int) { winograd.write_gradient(shape, sums, channel, to); });
}

void* CreateNothing(TF_OpKernelConstruction*) { return nullptr; }

struct Operation {
  const char* name;
  std::vector<const char*> inputs;
  const char* output;
  std::vector<const char*> attributes;
  void* (*create)(TF_OpKernelConstruction*);
  void (*compute)(void*, TF_OpKernelContext*);
};

void Register(const Operation& operation) {
  Status s;
  TF_OpDefinitionBuilder* definition = TF_NewOpDefinitionBuilder(operation.name);
  for (const char* input : operation.inputs) TF_OpDefinitionBuilderAddInput(definition, input);
  for (const char* attribute : operation.attributes) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  TF_OpDefinitionBuilderAddOutput(definition, operation.output);
  TF_RegisterOpDefinition(definition, s.status);
  TF_KernelBuilder* kernel = TF_NewKernelBuilder(operation.name, "CPU", operation.create, operation.compute, Delete);
  TF_RegisterKernelBuilder(operation.name, kernel, s.status);
}

const bool registered = [] {
  Register({"AttoWinogradKernel", {"kernel: float"}, "prepared: float", {"transposed: bool"}, CreateKernel, ComputeKernel});
  Register({"AttoWinogradConvolution",
            {"x: float", "kernel: float", "bias: float", "residual: float"},
            "y: float",
            {"out: int", "relu: bool"},
            CreateConvolution,
            ComputeConvolution});
  Register({"AttoWinogradKernelGradient",
            {"x: float", "gradient: float"},
            "kernel_gradient: float",
            {},
            CreateNothing,
            ComputeKernelGradient});
  return true;
}();

}  // namespace
}  // namespace atto

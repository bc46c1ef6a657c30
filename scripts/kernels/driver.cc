// Runs the kernels of native/kernels over random shapes, sizes of 0 among them, with each instruction set that the processor
// has, and compares them with reference.h; and the loops of native/runtime/parallel.h with all that may go wrong in them.
//
//   driver [rounds] [seed]
//
// Every array is an allocation of its own of exactly its size, and results start as NaN: a sanitizer sees what is read or
// written beside them, the comparison what isn't written. Exits with 1 at the first difference, naming it and its shape.
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <limits>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>

#include "../../native/runtime/instructions.h"
#include "../../native/runtime/parallel.h"
#include "reference.h"

namespace {

using atto::Range;
using reference::Doubles;

std::mt19937_64 generator;
std::string now;  // what is being compared

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "%s: %s\n", now.c_str(), what.c_str());
  std::exit(1);
}

void Expect(bool condition, const char* what) {
  if (!condition) Fail(what);
}

int64_t Between(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(generator); }

bool Sometimes() { return Between(0, 1) == 1; }

// 0 once in a while, often the odd sizes around those of vectors.
int64_t Size(int64_t high) { return Between(0, 11) == 0 ? 0 : Between(1, Sometimes() ? std::min<int64_t>(high, 9) : high); }

class Array {
 public:
  explicit Array(int64_t count, float value = std::numeric_limits<float>::quiet_NaN())
      : count_(count), values_(new float[static_cast<size_t>(count)]) {
    std::fill(values_.get(), values_.get() + count, value);
  }

  static Array Random(int64_t count, float low = -1, float high = 1) {
    Array array(count);
    std::uniform_real_distribution<float> values(low, high);
    for (int64_t i = 0; i < count; i++) array.values_[i] = values(generator);
    return array;
  }

  // Null for none, as operations give it.
  float* Values() const { return count_ == 0 ? nullptr : values_.get(); }
  int64_t Count() const { return count_; }

 private:
  int64_t count_;
  std::unique_ptr<float[]> values_;
};

void Compare(const Array& result, const Doubles& expected, const char* name) {
  Expect(result.Count() == static_cast<int64_t>(expected.size()), "the reference has another size");
  double largest = 1;
  for (const double value : expected) largest = std::max(largest, std::abs(value));
  for (size_t i = 0; i < expected.size(); i++) {
    const double value = result.Values()[i];
    if (std::abs(value - expected[i]) <= 3e-5 * largest) continue;
    Fail(std::string(name) + "[" + std::to_string(i) + "] is " + std::to_string(value) + " instead of " +
         std::to_string(expected[i]));
  }
}

void Start(const char* kernel, std::initializer_list<int64_t> shape) {
  now = std::string(kernel) + " with " + atto::NameOf(atto::CurrentInstructions()) + ", shape";
  for (const int64_t size : shape) now += " " + std::to_string(size);
}

Range RandomRange() {
  const float infinity = std::numeric_limits<float>::infinity();
  const Range ranges[] = {{-infinity, infinity}, {0, infinity}, {0, 6}};
  return ranges[Between(0, 2)];
}

// Bias and residual, either of which may be left out.
struct Added {
  Array bias, residual;
  Range range = RandomRange();

  Added(int64_t biases, int64_t residuals)
      : bias(Array::Random(Sometimes() ? biases : 0)), residual(Array::Random(Sometimes() ? residuals : 0)) {}
  atto::Epilogue Epilogue() const { return {bias.Values(), residual.Values(), range}; }
};

atto::MatmulShape RandomMatmul() {
  // Large ones are worth several threads.
  if (Between(0, 9) == 0) return {Between(150, 400), Between(150, 300), Between(150, 300)};
  return {Size(90), Size(300), Size(150)};
}

void CheckMatmul() {
  const atto::MatmulShape s = RandomMatmul();
  Start("Matmul", {s.rows, s.depth, s.columns});
  const Array a = Array::Random(s.rows * s.depth), b = Array::Random(s.depth * s.columns), y(s.rows * s.columns);
  const Added added(s.columns, s.rows * s.columns);
  atto::Matmul(s, a.Values(), b.Values(), added.Epilogue(), y.Values());
  Compare(y, reference::Matmul(s, {false, false}, a.Values(), b.Values(), added.Epilogue()), "y");
}

void CheckBfloat16Matmul() {
  atto::MatmulShape s = RandomMatmul();
  if (Between(0, 19) == 0) s.depth = Between(2040, 2060);
  const atto::Transposed transposed = {Sometimes(), Sometimes()};
  Start("Bfloat16Matmul", {s.rows, s.depth, s.columns, transposed.a, transposed.b});
  const Array a = Array::Random(s.rows * s.depth), b = Array::Random(s.depth * s.columns), y(s.rows * s.columns);
  const Added added(s.columns, s.rows * s.columns);
  if (!atto::HasBfloat16()) {
    try {
      atto::Bfloat16Matmul(s, transposed, a.Values(), b.Values(), added.Epilogue(), y.Values());
    } catch (const std::logic_error&) {
      return;
    }
    Fail("wasn't refused");
  }
  atto::Bfloat16Matmul(s, transposed, a.Values(), b.Values(), added.Epilogue(), y.Values());
  for (const Array* factor : {&a, &b})
    std::transform(factor->Values(), factor->Values() + factor->Count(), factor->Values(), reference::RoundToBfloat16);
  Compare(y, reference::Matmul(s, transposed, a.Values(), b.Values(), added.Epilogue()), "y");
}

void CheckDepthwise() {
  const int64_t padding = Between(0, 3), smallest = std::max<int64_t>(1, 3 - 2 * padding);
  const atto::DepthwiseShape s = {Size(3),  Between(smallest, 40), Between(smallest, 40), Size(70),
                                  Size(4), Between(1, 5),         padding};
  Start("DepthwiseConvolution", {s.batch, s.height, s.width, s.in, s.multiplier, s.stride, s.padding});
  const Array x = Array::Random(s.batch * s.height * s.width * s.in), kernel = Array::Random(9 * s.Out());
  const Array bias = Array::Random(Sometimes() ? s.Out() : 0), y(s.batch * s.OutHeight() * s.OutWidth() * s.Out());
  const Range range = RandomRange();
  atto::DepthwiseConvolution(s, x.Values(), kernel.Values(), bias.Values(), range, y.Values());
  Compare(y, reference::DepthwiseConvolution(s, x.Values(), kernel.Values(), bias.Values(), range), "y");
}

void CheckBatchNorm() {
  const atto::BatchNormShape s = {Between(1, 1500), Between(1, Sometimes() ? 9 : 150)};
  Start("BatchNorm", {s.rows, s.channels});
  const int64_t count = s.rows * s.channels;
  const Array x = Array::Random(count, 1, 3), scale = Array::Random(s.channels), shift = Array::Random(s.channels);
  const Array mean = Array::Random(s.channels), variance = Array::Random(s.channels, 0);
  const Array residual = Array::Random(Sometimes() ? count : 0);
  const atto::BatchNormInputs in = {x.Values(),    scale.Values(),    shift.Values(),
                                    mean.Values(), variance.Values(), residual.Values()};
  const atto::BatchNormSettings settings = {RandomRange(), 1e-3f, 0.1f};
  const Array y(count), new_mean(s.channels), deviation(s.channels), running_mean(s.channels), running_variance(s.channels);
  atto::BatchNorm(s, in, settings,
                  {y.Values(), new_mean.Values(), deviation.Values(), running_mean.Values(), running_variance.Values()});
  const reference::Norm expected = reference::BatchNorm(s, in, settings);
  Compare(y, expected.y, "y");
  Compare(new_mean, expected.mean, "mean");
  Compare(deviation, expected.inverse_deviation, "inverse_deviation");
  Compare(running_mean, expected.running_mean, "running_mean");
  Compare(running_variance, expected.running_variance, "running_variance");

  Start("BatchNormGradient", {s.rows, s.channels});
  const Array gradient = Array::Random(count), of_x(count), of_scale(s.channels), of_shift(s.channels);
  const Array of_residual(residual.Count());
  const atto::BatchNormGradientInputs known = {gradient.Values(), y.Values(),        x.Values(),
                                               scale.Values(),    new_mean.Values(), deviation.Values()};
  atto::BatchNormGradient(s, known, settings.range,
                          {of_x.Values(), of_scale.Values(), of_shift.Values(), of_residual.Values()});
  reference::NormGradients gradients = reference::BatchNormGradient(s, known, settings.range);
  if (of_residual.Count() == 0) gradients.residual.clear();
  Compare(of_x, gradients.x, "x");
  Compare(of_scale, gradients.scale, "scale");
  Compare(of_shift, gradients.shift, "shift");
  Compare(of_residual, gradients.residual, "residual");
}

void CheckRoiAlign() {
  const atto::MapShape s = {Between(1, 3), Between(1, 30), Between(1, 30), Size(80)};
  const int64_t count = Size(20), size = Between(1, 8);
  Start("RoiAlign", {s.images, s.height, s.width, s.channels, count, size});
  const Array boxes = Array::Random(5 * count, -5, 35);
  for (int64_t i = 0; i < count; i++) boxes.Values()[5 * i] = static_cast<float>(Between(0, s.images - 1));
  if (count > 1) boxes.Values()[Between(1, 4)] = std::numeric_limits<float>::quiet_NaN();
  if (count > 2) boxes.Values()[5 + Between(1, 4)] = std::numeric_limits<float>::infinity();
  const atto::Rois rois = {boxes.Values(), count, size};
  const Array maps = Array::Random(s.images * s.height * s.width * s.channels), y(count * size * size * s.channels);
  atto::RoiAlign(s, maps.Values(), rois, y.Values());
  Doubles expected(y.Count());
  reference::RoiAlignTerms(s, rois, [&](int64_t from, int64_t to, double weight) {
    expected[to] += weight * maps.Values()[from];
  });
  Compare(y, expected, "y");

  Start("RoiAlignGradient", {s.images, s.height, s.width, s.channels, count, size});
  const Array gradient = Array::Random(y.Count()), of_maps(maps.Count());
  atto::RoiAlignGradient(s, gradient.Values(), rois, of_maps.Values());
  Doubles gradients(maps.Count());
  reference::RoiAlignTerms(s, rois, [&](int64_t from, int64_t to, double weight) {
    gradients[from] += weight * gradient.Values()[to];
  });
  Compare(of_maps, gradients, "gradient");
}

void CheckWinograd() {
  const atto::WinogradShape s = {Size(3), Size(23), Size(23), 16 * Between(0, 4), 16 * Between(0, 4)};
  const int64_t pixels = s.batch * s.height * s.width;
  const Array x = Array::Random(pixels * s.in), kernel = Array::Random(9 * s.in * s.out);
  for (const bool transposed : {false, true}) {
    Start("WinogradConvolution", {s.batch, s.height, s.width, s.in, s.out, transposed});
    const Array y(pixels * s.out);
    const Added added(s.out, pixels * s.out);
    atto::WinogradConvolution(s, x.Values(), {kernel.Values(), transposed}, added.Epilogue(), y.Values());
    Doubles expected(y.Count());
    reference::ConvolutionTerms(s, [&](int64_t from, int64_t weight, int64_t to) {
      // Turned by 180 degrees, and from out to in.
      const int64_t tap = weight / (s.in * s.out), i = weight / s.out % s.in, o = weight % s.out;
      const int64_t at = transposed ? ((8 - tap) * s.out + o) * s.in + i : weight;
      expected[to] += static_cast<double>(x.Values()[from]) * kernel.Values()[at];
    });
    for (size_t i = 0; i < expected.size(); i++) {
      if (added.bias.Count() > 0) expected[i] += added.bias.Values()[i % s.out];
      if (added.residual.Count() > 0) expected[i] += added.residual.Values()[i];
      expected[i] = reference::Clamp(expected[i], added.range);
    }
    Compare(y, expected, "y");
  }

  Start("WinogradKernelGradient", {s.batch, s.height, s.width, s.in, s.out});
  const Array gradient = Array::Random(pixels * s.out), of_kernel(kernel.Count());
  atto::WinogradKernelGradient(s, x.Values(), gradient.Values(), of_kernel.Values());
  Doubles expected(kernel.Count());
  reference::ConvolutionTerms(s, [&](int64_t from, int64_t weight, int64_t to) {
    expected[weight] += static_cast<double>(x.Values()[from]) * gradient.Values()[to];
  });
  Compare(of_kernel, expected, "gradient");
}

// The sum of 0 to count - 1 by a loop of several threads.
void CheckSum(int64_t count) {
  std::vector<int64_t> items(static_cast<size_t>(count), -1);
  atto::ParallelFor(count, [&](int64_t item) { items[item] = item; });
  for (int64_t i = 0; i < count; i++) Expect(items[i] == i, "an item was left out");
}

template <class Error>
void ExpectThrown(const std::function<void()>& run, const char* what) {
  try {
    run();
  } catch (const Error&) {
    return;
  }
  Fail(what);
}

void CheckLoops() {
  now = "loops";
  for (const int64_t count : {0, 1, 2, 3, 1000}) CheckSum(count);

  for (int i = 0; i < 50; i++) {
    const int64_t guilty = Between(0, 99);
    try {
      atto::ParallelFor(100, [&](int64_t item) {
        if (item == guilty) throw std::out_of_range("on purpose");
      });
      Fail("an exception was lost");
    } catch (const std::out_of_range& error) {
      Expect(std::string(error.what()) == "on purpose", "another exception arrived");
    }
    CheckSum(10);
  }

  for (const auto outer : {atto::ParallelFor, atto::SerialFor})
    for (const auto inner : {atto::ParallelFor, atto::SerialFor})
      ExpectThrown<std::logic_error>([&] { outer(5, [&](int64_t) { inner(2, [](int64_t) {}); }); }, "a nested loop ran");
  CheckSum(10);

  std::vector<std::thread> callers;
  for (int i = 0; i < 4; i++) {
    callers.emplace_back([] {
      for (int round = 0; round < 200; round++) CheckSum(round % 17);
    });
  }
  for (std::thread& caller : callers) caller.join();

  ExpectThrown<std::logic_error>([] { atto::StartThreads(2); }, "threads were started twice");
}

void CheckChoice() {
  now = "instruction sets";
  const auto& available = atto::AvailableInstructions();
  Expect(available.back() == atto::Instructions::kPlain, "plain isn't available");
  for (const atto::Instructions instructions :
       {atto::Instructions::kPlain, atto::Instructions::kAvx2, atto::Instructions::kAvx512}) {
    if (std::find(available.begin(), available.end(), instructions) != available.end()) continue;
    ExpectThrown<std::invalid_argument>([&] { atto::UseInstructions(instructions); }, "one was used that isn't there");
  }
}

}  // namespace

int main(int count, char** arguments) {
  const int rounds = count > 1 ? std::atoi(arguments[1]) : 200;
  const uint64_t seed = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 1;
  atto::StartThreads(3);
  CheckLoops();
  CheckChoice();
  for (const atto::Instructions instructions : atto::AvailableInstructions()) {
    atto::UseInstructions(instructions);
    generator.seed(seed);
    for (int round = 0; round < rounds; round++) {
      CheckMatmul();
      CheckBfloat16Matmul();
      CheckDepthwise();
      CheckBatchNorm();
      CheckRoiAlign();
      CheckWinograd();
    }
    std::printf("%s: %d rounds equal the reference%s\n", atto::NameOf(instructions), rounds,
                atto::HasBfloat16() ? ", bfloat16 included" : "");
  }
}

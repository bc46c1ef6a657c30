// Instruction sets that kernels are compiled for, and the choice between them when they run.
//
// A kernel's inner functions are templates of a path: one of the structs at the end of this file, which has the vectors and
// the registers of an instruction set. `Path::template kCompiled<&Function>` is a function with that set's instructions,
// into which `Function`, marked ATTO_INLINE, is inlined.
#pragma once

#include <vector>

#include "vectors.h"

namespace atto {

enum class Instructions { kPlain, kAvx2, kAvx512 };

// `plain`, `avx2` or `avx512`.
const char* NameOf(Instructions instructions);

// Sets that this processor has, the fastest first. kPlain is among them everywhere: SSE2 on x86-64, NEON on arm64.
const std::vector<Instructions>& AvailableInstructions();

// The set that kernels use: the fastest, until UseInstructions is called.
Instructions CurrentInstructions();

// Makes kernels use a set from now on. Not while one is running.
//
// Throws std::invalid_argument for one that the processor doesn't have.
void UseInstructions(Instructions instructions);

// The one of a kernel's implementations that belongs to the current set.
template <class Implementation>
const Implementation& ForCurrentInstructions(const Implementation& plain, const Implementation& avx2,
                                             const Implementation& avx512) {
  switch (CurrentInstructions()) {
    case Instructions::kAvx512: return avx512;
    case Instructions::kAvx2: return avx2;
    case Instructions::kPlain: break;
  }
  return plain;
}

#if defined(__x86_64__)
#define ATTO_AVX2 __attribute__((target("avx2,fma")))
#define ATTO_AVX512 __attribute__((target("avx512f,fma")))
#else
// Never called there, and not worth compiling twice.
#define ATTO_AVX2
#define ATTO_AVX512
#endif

template <class Function>
struct CompiledFor;

template <class Result, class... Arguments>
struct CompiledFor<Result (*)(Arguments...)> {
  template <Result (*kFunction)(Arguments...)>
  static Result Plain(Arguments... arguments) {
    return kFunction(arguments...);
  }
  template <Result (*kFunction)(Arguments...)>
  ATTO_AVX2 static Result Avx2(Arguments... arguments) {
    return kFunction(arguments...);
  }
  template <Result (*kFunction)(Arguments...)>
  ATTO_AVX512 static Result Avx512(Arguments... arguments) {
    return kFunction(arguments...);
  }
};

// kRows × kColumns vectors of sums fit into a set's registers beside what they are computed from: SSE has 16, NEON 32.
struct PlainPath {
  using V = Vector<16>::Type;
#if defined(__x86_64__)
  static constexpr int kRows = 6, kColumns = 2;
#else
  static constexpr int kRows = 6, kColumns = 4;
#endif
  template <auto kFunction>
  static constexpr auto kCompiled = &CompiledFor<decltype(kFunction)>::template Plain<kFunction>;
};

#if defined(__x86_64__)
struct Avx2Path {
  using V = Vector<32>::Type;
  static constexpr int kRows = 6, kColumns = 2;
  template <auto kFunction>
  static constexpr auto kCompiled = &CompiledFor<decltype(kFunction)>::template Avx2<kFunction>;
};

struct Avx512Path {
  using V = Vector<64>::Type;
  static constexpr int kRows = 5, kColumns = 4;
  template <auto kFunction>
  static constexpr auto kCompiled = &CompiledFor<decltype(kFunction)>::template Avx512<kFunction>;
};
#else
using Avx2Path = PlainPath;
using Avx512Path = PlainPath;
#endif

}  // namespace atto

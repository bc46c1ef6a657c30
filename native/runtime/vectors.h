// Vectors of floats of the compiler, for algorithms that are written once and made for AVX-512, AVX2 and NEON.
#pragma once

#include <cstdint>
#include <cstring>

#define ATTO_INLINE inline __attribute__((always_inline))

namespace atto {

template <int kBytes>
struct Vector {
  typedef float Type __attribute__((vector_size(kBytes)));
};

template <class V>
ATTO_INLINE V Load(const float* from) {
  V value;
  std::memcpy(&value, from, sizeof(V));
  return value;
}

template <class V>
ATTO_INLINE void Store(float* to, V value) {
  std::memcpy(to, &value, sizeof(V));
}

// The first `count` of a vector's values, zeros behind them.
template <class V>
ATTO_INLINE V LoadSome(const float* from, int64_t count) {
  if (count >= static_cast<int64_t>(sizeof(V) / sizeof(float))) return Load<V>(from);
  V value = {};
  if (count > 0) std::memcpy(&value, from, count * sizeof(float));
  return value;
}

template <class V>
ATTO_INLINE void StoreSome(float* to, V value, int64_t count) {
  if (count >= static_cast<int64_t>(sizeof(V) / sizeof(float))) return Store(to, value);
  if (count > 0) std::memcpy(to, &value, count * sizeof(float));
}

// Values below `low` become it, those above `high` that; NaN stays.
template <class V>
ATTO_INLINE V Clamp(V value, float low, float high) {
  value = value < low ? V{} + low : value;
  return value > high ? V{} + high : value;
}

enum class Instructions { kPlain, kAvx2, kAvx512 };

// What this processor can do.
inline Instructions Supported() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return Instructions::kAvx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Instructions::kAvx2;
#endif
  return Instructions::kPlain;
}

// The one of three implementations that is fastest here; each class has its own as `kImplementation`.
template <class Avx512, class Avx2, class Plain>
const auto& Fastest() {
  static const auto fastest = [] {
    switch (Supported()) {
      case Instructions::kAvx512: return Avx512::kImplementation;
      case Instructions::kAvx2: return Avx2::kImplementation;
      default: return Plain::kImplementation;
    }
  }();
  return fastest;
}

// Before a function whose instructions the processor may not have. On other processors it is never chosen.
#if defined(__x86_64__)
#define ATTO_AVX2 __attribute__((target("avx2,fma")))
#define ATTO_AVX512 __attribute__((target("avx512f,fma")))
#else
#define ATTO_AVX2
#define ATTO_AVX512
#endif

// How many vectors wide the sums of six rows may be without such instructions: SSE has 16 registers, NEON 32.
#if defined(__x86_64__)
constexpr int kPlainColumns = 2;
#else
constexpr int kPlainColumns = 4;
#endif

}  // namespace atto

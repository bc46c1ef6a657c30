// Vectors of floats of the compiler, for algorithms that are written once and compiled for each instruction set.
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
  if (count > 0) std::memcpy(&value, from, static_cast<size_t>(count) * sizeof(float));
  return value;
}

template <class V>
ATTO_INLINE void StoreSome(float* to, V value, int64_t count) {
  if (count >= static_cast<int64_t>(sizeof(V) / sizeof(float))) return Store(to, value);
  if (count > 0) std::memcpy(to, &value, static_cast<size_t>(count) * sizeof(float));
}

// Range that results are clamped to.
struct Range {
  float low, high;
};

// Values outside of the range become its nearer end. NaN stays.
template <class V>
ATTO_INLINE V Clamp(V value, const Range& range) {
  value = value < range.low ? V{} + range.low : value;
  return value > range.high ? V{} + range.high : value;
}

}  // namespace atto

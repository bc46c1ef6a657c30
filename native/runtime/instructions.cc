#include "instructions.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace atto {
namespace {

std::vector<Instructions> FindInstructions() {
  std::vector<Instructions> found;
#if defined(__x86_64__)
  const bool fma = __builtin_cpu_supports("fma");
  if (fma && __builtin_cpu_supports("avx512f")) found.push_back(Instructions::kAvx512);
  if (fma && __builtin_cpu_supports("avx2")) found.push_back(Instructions::kAvx2);
#endif
  found.push_back(Instructions::kPlain);
  return found;
}

Instructions current = AvailableInstructions().front();

}  // namespace

const char* NameOf(Instructions instructions) {
  switch (instructions) {
    case Instructions::kAvx512: return "avx512";
    case Instructions::kAvx2: return "avx2";
    case Instructions::kPlain: break;
  }
  return "plain";
}

const std::vector<Instructions>& AvailableInstructions() {
  static const std::vector<Instructions> available = FindInstructions();
  return available;
}

Instructions CurrentInstructions() { return current; }

void UseInstructions(Instructions instructions) {
  const std::vector<Instructions>& available = AvailableInstructions();
  if (std::find(available.begin(), available.end(), instructions) == available.end())
    throw std::invalid_argument(std::string("this processor doesn't have ") + NameOf(instructions));
  current = instructions;
}

}  // namespace atto

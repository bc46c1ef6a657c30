// Built into tfjs-node's addon: makes TF_CPP_MIN_LOG_LEVEL choose what libtensorflow logs (0 everything, 1 warnings,
// 2 errors, 3 only what ends the process). libtensorflow reads no setting for that itself; the Python package does.
#include <cstdlib>

#include "absl/base/log_severity.h"
#include "absl/log/globals.h"

namespace {

const bool chosen = [] {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  if (level == nullptr) return false;
  absl::SetMinLogLevel(static_cast<absl::LogSeverityAtLeast>(std::atoi(level)));
  return true;
}();

}  // namespace

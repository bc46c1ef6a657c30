// A Node addon: withoutStderr(callback) calls the callback while what the process writes to standard error is dropped.
// libtensorflow_framework logs while its own static objects are made, before any code could choose its log level.
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

#include <cstdio>

namespace {

napi_value WithoutStderr(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value callback, self, result = nullptr;
  if (napi_get_cb_info(env, info, &count, &callback, nullptr, nullptr) != napi_ok || count < 1 ||
      napi_get_undefined(env, &self) != napi_ok) {
    napi_throw_type_error(env, nullptr, "withoutStderr takes a function");
    return nullptr;
  }
  std::fflush(stderr);
  const int kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (kept >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  // What the callback throws stays pending and reaches the caller of this function.
  napi_call_function(env, self, callback, 0, nullptr, &result);
  std::fflush(stderr);
  if (kept >= 0) {
    dup2(kept, STDERR_FILENO);
    close(kept);
  }
  if (nowhere >= 0) close(nowhere);
  return result;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value function;
  if (napi_create_function(env, nullptr, 0, WithoutStderr, nullptr, &function) != napi_ok ||
      napi_set_named_property(env, exports, "withoutStderr", function) != napi_ok) {
    napi_throw_error(env, nullptr, "without_stderr could not be initialized");
  }
  return exports;
}

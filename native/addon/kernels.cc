// A Node addon that makes the kernels of this folder known to the libtensorflow that is loaded.
//
//   instructions: the instruction sets that this processor has, the fastest first
//   register(threads, instructions): registers the kernels as operations that use so many threads and one of these sets;
//     both are fixed for the life of the process
//   hasBfloat16(): whether they can round to bfloat16, with the set that was chosen
#include <node_api.h>

#include <mutex>
#include <stdexcept>
#include <string>

#include "../kernels/bfloat16_matmul.h"
#include "../kernels/operations.h"
#include "../runtime/instructions.h"
#include "../runtime/parallel.h"

namespace {

void Check(napi_status status, const char* tried) {
  if (status != napi_ok) throw std::runtime_error(tried);
}

// The value that `run` gives; what it throws becomes an exception in JavaScript.
template <class Run>
napi_value Guarded(napi_env env, const Run& run) {
  try {
    return run();
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
    return nullptr;
  }
}

atto::Instructions InstructionsNamed(const std::string& name) {
  for (const atto::Instructions instructions : atto::AvailableInstructions())
    if (atto::NameOf(instructions) == name) return instructions;
  throw std::invalid_argument("this processor doesn't have " + name);
}

// The addon is one for all threads of Node, each of which may load it.
void RegisterOnce(int32_t threads, atto::Instructions instructions) {
  static std::mutex mutex;
  static bool registered = false;
  const std::lock_guard<std::mutex> lock(mutex);
  if (registered) {
    if (threads == atto::ThreadCount() && instructions == atto::CurrentInstructions()) return;
    throw std::logic_error("the kernels are registered with other threads or instructions");
  }
  atto::UseInstructions(instructions);
  atto::StartThreads(threads);
  atto::RegisterOperations();
  registered = true;
}

napi_value Register(napi_env env, napi_callback_info info) {
  return Guarded(env, [&]() -> napi_value {
    size_t count = 2;
    napi_value arguments[2];
    int32_t threads = 0;
    char name[16];
    Check(napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr), "register takes two arguments");
    Check(count == 2 ? napi_ok : napi_invalid_arg, "register takes two arguments");
    Check(napi_get_value_int32(env, arguments[0], &threads), "threads is no number");
    Check(napi_get_value_string_utf8(env, arguments[1], name, sizeof name, nullptr), "instructions is no string");
    RegisterOnce(threads, InstructionsNamed(name));
    return nullptr;
  });
}

napi_value HasBfloat16(napi_env env, napi_callback_info) {
  return Guarded(env, [&] {
    napi_value answer;
    Check(napi_get_boolean(env, atto::HasBfloat16(), &answer), "hasBfloat16 gave no value");
    return answer;
  });
}

napi_value ListInstructions(napi_env env) {
  napi_value list;
  Check(napi_create_array(env, &list), "no list of instruction sets");
  uint32_t index = 0;
  for (const atto::Instructions instructions : atto::AvailableInstructions()) {
    napi_value name;
    Check(napi_create_string_utf8(env, atto::NameOf(instructions), NAPI_AUTO_LENGTH, &name), "no name of an instruction set");
    Check(napi_set_element(env, list, index++, name), "no element of a list");
  }
  return list;
}

}  // namespace

NAPI_MODULE_INIT() {
  return Guarded(env, [&] {
    const auto set = [&](const char* name, napi_value value) {
      Check(napi_set_named_property(env, exports, name, value), "the addon's exports can't be set");
    };
    const auto function = [&](const char* name, napi_callback callback) {
      napi_value value;
      Check(napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &value), "a function can't be made");
      set(name, value);
    };
    set("instructions", ListInstructions(env));
    function("register", Register);
    function("hasBfloat16", HasBfloat16);
    return exports;
  });
}

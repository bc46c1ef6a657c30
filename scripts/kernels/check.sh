#!/usr/bin/env bash
# Builds the kernels of native/ without TensorFlow and compares them with plain sums over random shapes (driver.cc), with each
# instruction set that the processor has. Warnings are errors.
#
#   scripts/kernels/check.sh address   with AddressSanitizer and UndefinedBehaviorSanitizer
#   scripts/kernels/check.sh thread    with ThreadSanitizer
#   scripts/kernels/check.sh neon      for arm64, under qemu; needs the packages g++-aarch64-linux-gnu and qemu-user (Debian)
#   scripts/kernels/check.sh           the first two
#
# CXX chooses the compiler, ROUNDS the number of shapes for each kernel, SEED other shapes.
set -euo pipefail
cd "$(dirname "$0")/../.."

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

# Compiles with the compiler $1 and the remaining arguments as its options.
compile() {
  local compiler=$1
  shift
  local sources=(native/runtime/instructions.cc native/runtime/parallel.cc scripts/kernels/driver.cc)
  for source in native/kernels/*.cc; do
    # Operations need TensorFlow.
    [[ $source == *_op.cc ]] || sources+=("$source")
  done
  printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -I{} sh -c '
    source=$1 build=$2
    shift 2
    "$@" -c "$source" -o "$build/$(basename "$source" .cc).o"
  ' compile {} "$build" "$compiler" -std=c++17 -O2 -g -pthread -Wall -Wextra -Wshadow -Werror -Wno-psabi "$@"
  "$compiler" -pthread "$@" "$build"/*.o -o "$build/driver"
}

address() {
  compile "${CXX:-c++}" -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
  "$build/driver" "${ROUNDS:-100}" "${SEED:-1}"
}

thread() {
  compile "${CXX:-c++}" -fsanitize=thread
  # ThreadSanitizer needs addresses where it expects them.
  setarch -R "$build/driver" "${ROUNDS:-20}" "${SEED:-1}"
}

neon() {
  for program in aarch64-linux-gnu-g++ qemu-aarch64; do
    command -v "$program" > /dev/null || {
      echo "$program is missing: apt install g++-aarch64-linux-gnu qemu-user" >&2
      exit 2
    }
  done
  compile aarch64-linux-gnu-g++ -static
  qemu-aarch64 "$build/driver" "${ROUNDS:-20}" "${SEED:-1}"
}

case ${1:-} in
  address | thread | neon) "$1" ;;
  '')
    scripts/kernels/check.sh address
    scripts/kernels/check.sh thread
    ;;
  *)
    echo "usage: $0 [address|thread|neon]" >&2
    exit 2
    ;;
esac

# shellcheck shell=bash
# Sourced by the scripts beside it: installs what is missing, builds, and runs a measurement.
set -uo pipefail
export LC_ALL=C.UTF-8
# shellcheck source=packaging/prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/../packaging/prepare.sh"

build_benchmarks() {
  cmake -S "$root" -B "$root/build/bench" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCLAVIGER_TESTS=OFF -DCLAVIGER_BENCH=ON &&
    cmake --build "$root/build/bench" --target benchmarks
}

# measure MODULE [ARGUMENT…] : does not return.
measure() {
  local module=$1 argument
  shift
  for argument in "$@"; do
    if [[ $argument == -h || $argument == --help ]]; then
      exec /usr/bin/python3 "$root/bench/measure/$module.py" --help
    fi
  done
  install_packages build node bench
  step "Building the server" "$logs/release.log" build_preset release claviger || exit 1
  step "Building the benchmarks" "$logs/bench.log" build_benchmarks || exit 1
  exec /usr/bin/python3 "$root/bench/measure/$module.py" "$@"
}

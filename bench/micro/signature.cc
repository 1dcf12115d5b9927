// The first layer alone, for each algorithm.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "base/environment.h"
#include "token/jws.h"

namespace claviger::bench {
namespace {

constexpr std::string_view kPayload =
    R"({"iss":"urn:claviger:benchmark","aud":"urn:claviger:benchmark",)"
    R"("sub":"01a208dd-5ce5-7a4c-9715-df9496fe4eea",)"
    R"("client_id":"01a203b7-00df-7a72-b91e-b3cd1c40b4e1",)"
    R"("jti":"01a20e03-b8e5-71b1-b7fe-75f3ed9ea3b0",)"
    R"("iat":1795531454,"exp":1821451454,"scope":"read:all"})";

Environment environment() {
  return *Environment::parse("benchmark");
}

Key new_key(SignatureKey::Kind kind) {
  return Key::asymmetric(environment(), *SignatureKey::from_pem(SignatureKey::generate_pem(kind)));
}

KeyRing ring_of(Key key) {
  std::vector<Key> keys;
  keys.push_back(std::move(key));
  return KeyRing(std::move(keys));
}

/// Checks one token again and again: all but the first time, an asymmetric key remembers it.
void check_again(benchmark::State& state, Key key) {
  const auto keys = ring_of(std::move(key));
  const auto token = sign_token(keys.signing(), kPayload);
  const auto buffer = std::make_unique<SignedPayload::Buffer>();
  for (auto _ : state) {
    auto payload = check_signature(token, keys, *buffer);
    if (!payload) state.SkipWithError("refused");
    benchmark::DoNotOptimize(payload);
  }
}

void signature_hs256(benchmark::State& state) {
  check_again(state, Key::hs256(environment(), SigningSecret("the signing secret of a benchmark")));
}
BENCHMARK(signature_hs256);

void signature_es256_known(benchmark::State& state) {
  check_again(state, new_key(SignatureKey::Kind::p256));
}
BENCHMARK(signature_es256_known);

void signature_eddsa_known(benchmark::State& state) {
  check_again(state, new_key(SignatureKey::Kind::ed25519));
}
BENCHMARK(signature_eddsa_known);

/// What the memo saves.
void verify(benchmark::State& state, SignatureKey::Kind kind) {
  const auto key = *SignatureKey::from_pem(SignatureKey::generate_pem(kind));
  const auto signature = key.sign(bytes_of(kPayload));
  for (auto _ : state) {
    if (!key.verify(bytes_of(kPayload), signature)) state.SkipWithError("refused");
  }
}

void signature_es256_new(benchmark::State& state) {
  verify(state, SignatureKey::Kind::p256);
}
BENCHMARK(signature_es256_new);

void signature_eddsa_new(benchmark::State& state) {
  verify(state, SignatureKey::Kind::ed25519);
}
BENCHMARK(signature_eddsa_new);

}  // namespace
}  // namespace claviger::bench

// The first layer alone, for each algorithm.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "base/environment.h"
#include "crypto/system_random.h"
#include "token/claims.h"
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
  SystemRandom random;
  return KeyRing(std::move(keys), random);
}

/// Computes the signature of one token again and again.
void check(benchmark::State& state, Key key) {
  const auto keys = ring_of(std::move(key));
  const auto token = sign_token(*keys.signing(), kPayload);
  const auto buffer = std::make_unique<SignedPayload::Buffer>();
  for (auto _ : state) {
    auto payload = check_signature(token, keys, *buffer);
    if (!payload) state.SkipWithError("refused");
    benchmark::DoNotOptimize(payload);
  }
}

Key hs256() {
  return Key::hs256(environment(), SigningSecret("the signing secret of a benchmark"));
}

void signature_hs256(benchmark::State& state) {
  check(state, hs256());
}
BENCHMARK(signature_hs256);

void signature_es256(benchmark::State& state) {
  check(state, new_key(SignatureKey::Kind::p256));
}
BENCHMARK(signature_es256);

void signature_eddsa(benchmark::State& state) {
  check(state, new_key(SignatureKey::Kind::ed25519));
}
BENCHMARK(signature_eddsa);

void claims(benchmark::State& state) {
  const auto keys = ring_of(hs256());
  const auto token = sign_token(*keys.signing(), kPayload);
  const auto buffer = std::make_unique<SignedPayload::Buffer>();
  const auto payload = check_signature(token, keys, *buffer);
  for (auto _ : state) {
    auto parsed = parse_claims(*payload, "urn:claviger:benchmark");
    if (!parsed) state.SkipWithError("refused");
    benchmark::DoNotOptimize(parsed);
  }
}
BENCHMARK(claims);

/// What a token costs that was seen before, instead of signature and claims.
void known_token(benchmark::State& state) {
  const auto keys = ring_of(hs256());
  const auto token = sign_token(*keys.signing(), kPayload);
  const auto buffer = std::make_unique<SignedPayload::Buffer>();
  const auto payload = check_signature(token, keys, *buffer);
  keys.known_tokens().remember(token, *parse_claims(*payload, "urn:claviger:benchmark"));
  for (auto _ : state) {
    auto known = keys.known_tokens().find(token);
    if (!known) state.SkipWithError("forgotten");
    benchmark::DoNotOptimize(known);
  }
}
BENCHMARK(known_token);

}  // namespace
}  // namespace claviger::bench

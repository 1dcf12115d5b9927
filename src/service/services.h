#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/origin.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/signature_key.h"
#include "fence/fence.h"
#include "fence/live_view.h"
#include "policy/policy.h"
#include "service/usage.h"
#include "store/store.h"
#include "token/key_ring.h"

namespace claviger {

/// What every use case works with; made once by wire.cc.
struct Services {
  Store& store;
  LiveView& view;
  Fence& fence;
  Usage& usage;
  const KeyRing& keys;
  const Policy& policy;
  const Clock& clock;
  Random& random;
  IdSource& ids;
  const SignatureKey* audit_key =
      nullptr;  // signs the audit trail's checkpoints; null: nothing does
};

class FoundClients;

/// Who acts on a client's objects: the holder of its API key, or the operator on the command line
/// or an administrator, who act for any. Only authenticate_client and act_for make one.
class ActingClient {
 public:
  ClientId id() const { return id_; }
  /// The key that was presented; nullopt for operators and administrators.
  const std::optional<ApiKeyHash>& key() const { return key_; }
  /// The same, named by a request in the audit trail.
  ActingClient asked_by(const RequestRef& request) const {
    ActingClient acting = *this;
    acting.request_ = request;
    return acting;
  }
  /// Whose changes these are, for the audit trail.
  Origin origin() const { return origin_ ? *origin_ : Origin::client(id_, request_); }

 private:
  friend Result<ActingClient> authenticate_client(Services&, std::string_view, FoundClients&);
  friend Result<ActingClient> act_for(Services&, ClientId, const Origin&);
  ActingClient(ClientId id, const ApiKeyHash& key) : id_(id), key_(key) {}
  ActingClient(ClientId id, const Origin& origin) : id_(id), origin_(origin) {}
  ClientId id_;
  std::optional<ApiKeyHash> key_{};
  std::optional<RequestRef> request_{};
  std::optional<Origin> origin_{};  // nullopt: the client itself
};

/// Clients by their keys, as they were found for requests that are answered together: each key is
/// looked up once.
class FoundClients {
 public:
  /// As Store::find_client_by_key.
  Result<std::optional<Client>> find(Store& store, const ApiKeyHash& hash, Instant now);

 private:
  std::vector<std::pair<ApiKeyHash, std::optional<Client>>> found_;
};

/// The client whose API key this is. Errors: invalid_credential (unknown, a typo, or the client is
/// inactive), wrong_environment.
Result<ActingClient> authenticate_client(Services& services, std::string_view api_key,
                                         FoundClients& found);
Result<ActingClient> authenticate_client(Services& services, std::string_view api_key);
/// Somebody who may do so acts for a client, active or not: an administrator. Errors: not_found.
Result<ActingClient> act_for(Services& services, ClientId client, const Origin& origin);
/// The operator on the command line does. Errors: not_found.
Result<ActingClient> operator_for(Services& services, ClientId client);

}  // namespace claviger

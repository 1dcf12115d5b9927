// Runs on a server that tests/postgres/with starts.
#include <cstdlib>
#include <utility>

#include "store/contract/administrators.h"
#include "store/contract/all_clients.h"
#include "store/contract/audit.h"
#include "store/contract/lists.h"
#include "store/contract/objects.h"
#include "store/contract/processes.h"
#include "store/contract/races.h"
#include "store/contract/taking_back.h"
#include "store/postgres/test_place.h"

namespace claviger::postgres {

std::string test_server() {
  const char* url = std::getenv("CLAVIGER_TEST_POSTGRES");
  if (url == nullptr) throw std::runtime_error("to be run by tests/postgres/with");
  return url;
}

}  // namespace claviger::postgres

namespace claviger::contract {
namespace {

const Engine server{"server", postgres::server_place};

INSTANTIATE_TEST_SUITE_P(Postgres, StoreContract, testing::Values(server), engine_name);
INSTANTIATE_TEST_SUITE_P(Postgres, AdministratorsContract, testing::Values(server), engine_name);
INSTANTIATE_TEST_SUITE_P(Postgres, AllClients, testing::Values(server), engine_name);
INSTANTIATE_TEST_SUITE_P(Postgres, AuditContract, testing::Values(server), engine_name);
INSTANTIATE_TEST_SUITE_P(Postgres, TakingBackRace, testing::Values(server), engine_name);
INSTANTIATE_TEST_SUITE_P(Postgres, SharedStoreContract, testing::Values(server), engine_name);

/// Reads of a server that another epoch was seen on: it lags behind, or was deposed.
class ReadsElsewhere : public AdministratorsContract {};
INSTANTIATE_TEST_SUITE_P(Postgres, ReadsElsewhere, testing::Values(server), engine_name);

TEST_P(ReadsElsewhere, ProveNothing) {
  const auto token = add_token(add_user(add_client().id));
  const auto change =
      must_have(store_->revoke_token(token.client_id, token.id, make_.now, Origin::command_line()));
  const auto known = change.committed.epoch();
  auto later = known;
  ++later.number;
  auto other = known;
  other.stamp = make_.id<TokenId>().bytes;
  for (const auto& [epoch, is_current] :
       {std::pair(known, true), std::pair(later, false), std::pair(other, false)}) {
    EXPECT_EQ(must(store_->read_live(token.id, epoch)).is_current, is_current);
    EXPECT_EQ(must(store_->read_keys(epoch)).is_current, is_current);
  }
}

TEST_P(ReadsElsewhere, DecideOnNoCredential) {
  const auto client = add_client();
  const auto open = begun("a@example.com");
  must(store_->add_administrator(listed("b@example.com"), somebody));
  const auto b = email("b@example.com");
  const auto known =
      must_have(store_->set_role(b, AdminRole::auditor, make_.now, somebody)).epoch();
  EXPECT_TRUE(must(store_->find_client_by_key(client.api_key_hash, make_.now, known)));
  EXPECT_TRUE(must(store_->find_session(open.hash, known)));
  EXPECT_TRUE(must(store_->find_administrator(b, known)));
  auto later = known;
  ++later.number;
  auto other = known;
  other.stamp = make_.id<TokenId>().bytes;
  for (const auto& epoch : {later, other}) {
    const auto by_key = store_->find_client_by_key(client.api_key_hash, make_.now, epoch);
    EXPECT_EQ(by_key.error().code, Code::storage_unavailable);
    EXPECT_EQ(store_->find_session(open.hash, epoch).error().code, Code::storage_unavailable);
    EXPECT_EQ(store_->find_administrator(b, epoch).error().code, Code::storage_unavailable);
  }
}

TEST_P(ReadsElsewhere, KnowNothingOfAnEndedSession) {
  const auto a = email("a@example.com");
  const auto one = begun("a@example.com");
  auto before = must(store_->status()).epoch;
  const auto is_next = [&](const Committed& committed) {
    const auto was = std::exchange(before, committed.epoch());
    return before.number == was.number + 1 && before.stamp != was.stamp;
  };
  EXPECT_TRUE(is_next(must(store_->add_administrator(listed("a@example.com"), somebody))));
  EXPECT_TRUE(is_next(must_have(store_->set_role(a, AdminRole::auditor, make_.now, somebody))));
  EXPECT_TRUE(is_next(must_have(store_->end_session(one.session.id, make_.now, somebody))));
  EXPECT_TRUE(is_next(must(store_->end_sessions(a, make_.now, somebody)).committed));
  EXPECT_TRUE(is_next(must_have(store_->remove_administrator(a, make_.now, somebody))));
}

}  // namespace
}  // namespace claviger::contract

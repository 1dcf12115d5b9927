// Runs on a server that tests/postgres/with starts.
#include <cstdlib>

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
class ReadsElsewhere : public StoreContract {};
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

}  // namespace
}  // namespace claviger::contract

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

}  // namespace
}  // namespace claviger::contract

#include "store/contract/administrators.h"
#include "store/contract/all_clients.h"
#include "store/contract/audit.h"
#include "store/contract/lists.h"
#include "store/contract/objects.h"
#include "store/contract/processes.h"
#include "store/contract/races.h"
#include "store/contract/taking_back.h"
#include "store/sqlite/test_place.h"

namespace claviger::contract {
namespace {

const Engine file{"file", sqlite::file_place};
const Engine memory{"memory", sqlite::memory_place};

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract, testing::Values(file, memory), engine_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, AdministratorsContract, testing::Values(file, memory),
                         engine_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, AllClients, testing::Values(file, memory), engine_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, AuditContract, testing::Values(file, memory), engine_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, TakingBackRace, testing::Values(file, memory), engine_name);
// Not in memory: what is in memory is one store's alone and ends with it.
INSTANTIATE_TEST_SUITE_P(Sqlite, SharedStoreContract, testing::Values(file), engine_name);

}  // namespace
}  // namespace claviger::contract

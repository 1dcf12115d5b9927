#include "model/administrator.h"

#include <gtest/gtest.h>

namespace claviger {
namespace {

TEST(AdminRole, IsReadFromItsWordAlone) {
  EXPECT_EQ(parse_role("administrator"), AdminRole::administrator);
  EXPECT_EQ(parse_role("auditor"), AdminRole::auditor);
  EXPECT_FALSE(parse_role("Auditor"));
  EXPECT_FALSE(parse_role(""));
}

}  // namespace
}  // namespace claviger

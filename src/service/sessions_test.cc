#include "service/sessions.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "service/administrators.h"
#include "service/world.h"

namespace claviger {
namespace {

class Sessions : public testing::Test {
 protected:
  static Email email(std::string_view text) { return *Email::parse(text); }
  BegunSession by_link(AdminRole role = AdminRole::administrator) {
    const auto made =
        *make_login_link(world_.services, email("ada@example.com"), role, Origin::command_line());
    return *made.code.reveal(
        [&](std::string_view code) { return log_in_by_link(world_.services, code, from_); });
  }
  std::optional<BegunSession> by_openid(std::string_view address) {
    return *log_in_by_openid(world_.services, email(address), from_);
  }
  bool is_good(const BegunSession& begun) {
    return begun.key.reveal(
        [&](std::string_view key) { return find_session(world_.services, key).has_value(); });
  }
  void pass(seconds time) { world_.clock.advance(time); }
  void add(std::string_view address, AdminRole role = AdminRole::administrator) {
    ASSERT_TRUE(add_administrator(world_.services, email(address), role,
                                  {.origin = Origin::command_line()}));
  }

  World world_;
  const LoginRequest from_{.request = {.id = 1, .address = {}}};
};

TEST_F(Sessions, EndAfterHalfAnHourWithoutUse) {  // ADM-2
  const auto begun = by_link();
  for (int i = 0; i < 5; ++i) {
    pass(limits::session_idle);
    EXPECT_TRUE(is_good(begun)) << i;
  }
  pass(limits::session_idle + limits::session_seen_step);
  EXPECT_FALSE(is_good(begun));
  EXPECT_TRUE(list_sessions(world_.services, std::nullopt)->empty());
}

TEST_F(Sessions, EndAfterTwelveHoursWhateverTheyAreUsedFor) {  // ADM-2
  const auto begun = by_link();
  for (seconds time{}; time < limits::session_lifetime; time += seconds{600}) {
    EXPECT_TRUE(is_good(begun));
    pass(seconds{600});
  }
  EXPECT_FALSE(is_good(begun));
}

TEST_F(Sessions, AreNotWrittenForEachUse) {
  const auto begun = by_link();
  const auto mark = world_.store->change_mark();
  pass(limits::session_seen_step - seconds{1});
  EXPECT_TRUE(is_good(begun));
  EXPECT_EQ(world_.store->change_mark(), mark);
  pass(seconds{1});
  EXPECT_TRUE(is_good(begun));
  const auto session = list_sessions(world_.services, std::nullopt)->front();
  EXPECT_EQ(session.last_seen_at, world_.clock.now());
}

TEST_F(Sessions, OfOpenIdAreForAddressesOnTheListAlone) {  // ADM-1
  EXPECT_FALSE(by_openid("ada@example.com"));
  add("ada@example.com", AdminRole::auditor);
  const auto begun = by_openid("ada@example.com");
  ASSERT_TRUE(begun);
  EXPECT_EQ(begun->session.role, AdminRole::auditor);
  EXPECT_FALSE(by_openid("ada@example.org"));
}

TEST_F(Sessions, OfAnAddressThatLeftTheSettingsAreOver) {  // ADM-2
  world_.policy.admin_emails = {email("ada@example.com")};
  const auto begun = by_openid("ada@example.com");
  ASSERT_TRUE(begun && is_good(*begun));
  EXPECT_EQ(begun->session.role, AdminRole::administrator);
  world_.policy.admin_emails.clear();
  EXPECT_FALSE(is_good(*begun));
}

TEST_F(Sessions, AreListedNewestFirstAndByAddress) {
  const auto old = by_link();
  pass(seconds{1});
  add("grace@example.com");
  const auto newer = by_openid("grace@example.com");
  const auto all = *list_sessions(world_.services, std::nullopt);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].id, newer->session.id);
  const auto own = *list_sessions(world_.services, email("ada@example.com"));
  ASSERT_EQ(own.size(), 1u);
  EXPECT_EQ(own[0].id, old.session.id);
  EXPECT_FALSE(end_session(world_.services, newer->session.id, email("ada@example.com"),
                           Origin::command_line()));
  EXPECT_TRUE(is_good(*newer));
  EXPECT_TRUE(end_session(world_.services, newer->session.id, email("grace@example.com"),
                          Origin::command_line()));
  EXPECT_FALSE(is_good(*newer));
}

TEST_F(Sessions, HaveACsrfTokenOfTheirOwn) {  // ADM-3
  EXPECT_TRUE(is_csrf_token("one", csrf_token("one")));
  EXPECT_FALSE(is_csrf_token("two", csrf_token("one")));
  EXPECT_FALSE(is_csrf_token("one", ""));
  EXPECT_FALSE(is_csrf_token("one", "one"));
}

TEST_F(Sessions, TheListIsNotChangedByOneself) {
  world_.policy.admin_emails = {email("root@example.com")};
  add("ada@example.com");
  const ListChange own{.origin = Origin::command_line(), .by = email("ada@example.com")};
  const auto code_of = [](const auto& result) { return result.error().code; };
  EXPECT_EQ(code_of(remove_administrator(world_.services, email("ada@example.com"), own)),
            Code::conflict);
  EXPECT_EQ(code_of(set_administrator_role(world_.services, email("ada@example.com"),
                                           AdminRole::auditor, own)),
            Code::conflict);
  EXPECT_EQ(code_of(remove_administrator(world_.services, email("root@example.com"), own)),
            Code::conflict);
  EXPECT_EQ(code_of(remove_administrator(world_.services, email("nobody@example.com"), own)),
            Code::not_found);
  EXPECT_EQ(code_of(add_administrator(world_.services, email("root@example.com"),
                                      AdminRole::auditor, own)),
            Code::conflict);
  EXPECT_EQ(list_administrators(world_.services)->size(), 2u);
}

}  // namespace
}  // namespace claviger

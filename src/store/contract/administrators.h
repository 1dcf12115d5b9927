#pragma once

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "store/contract/audit.h"

// Who may log in to the admin panel, and who has.
namespace claviger::contract {

class AdministratorsContract : public AuditContract {
 protected:
  static Email email(std::string_view text) { return *Email::parse(text); }
  static RequestRef request() { return {.id = 7, .address = {}}; }
  Administrator listed(std::string_view address, AdminRole role = AdminRole::administrator) {
    return {.email = email(address), .role = role, .added_at = make_.now, .added_by = "operator"};
  }
  NewSession session(std::string_view address, LoginWay way = LoginWay::openid) {
    return {.hash = make_.hash<SessionHash>(),
            .session = {.id = make_.id<SessionId>(),
                        .email = email(address),
                        .way = way,
                        .created_at = make_.now,
                        .last_seen_at = make_.now,
                        .expires_at = make_.now + lifetime}};
  }
  NewSession begun(std::string_view address) {
    auto made = session(address);
    must(store_->create_session(made, request()));
    return made;
  }
  LoginLink link(std::string_view address, AdminRole role = AdminRole::administrator) {
    const LoginLink made{.hash = make_.hash<LoginLinkHash>(),
                         .email = email(address),
                         .role = role,
                         .expires_at = make_.now + lifetime};
    must(store_->create_login_link(made, make_.now, somebody));
    return made;
  }
  bool is_there(const NewSession& made) {
    return must(store_->find_session(made.hash)).has_value();
  }
};

TEST_P(AdministratorsContract, TheListIsKept) {
  must(store_->add_administrator(listed("b@example.com", AdminRole::auditor), somebody));
  must(store_->add_administrator(listed("a@example.com"), somebody));
  EXPECT_EQ(store_->add_administrator(listed("a@example.com"), somebody).error().code,
            Code::conflict);
  const auto all = must(store_->list_administrators());
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].email.text(), "a@example.com");
  EXPECT_EQ(all[1].role, AdminRole::auditor);
  EXPECT_EQ(all[1].added_at, make_.now);
  EXPECT_EQ(all[1].added_by, "operator");
  EXPECT_TRUE(must(
      store_->set_role(email("b@example.com"), AdminRole::administrator, make_.now, somebody)));
  EXPECT_EQ(must_have(store_->find_administrator(email("b@example.com"))).role,
            AdminRole::administrator);
  EXPECT_TRUE(must(store_->remove_administrator(email("b@example.com"), make_.now, somebody)));
  EXPECT_FALSE(must(store_->find_administrator(email("b@example.com"))));
  EXPECT_FALSE(must(store_->remove_administrator(email("b@example.com"), make_.now, somebody)));
  EXPECT_FALSE(
      must(store_->set_role(email("b@example.com"), AdminRole::auditor, make_.now, somebody)));
}

TEST_P(AdministratorsContract, SessionsAreFoundByTheirHashAlone) {  // ADM-2
  const auto made = begun("a@example.com");
  const auto found = must_have(store_->find_session(made.hash));
  EXPECT_EQ(found.id, made.session.id);
  EXPECT_EQ(found.email, made.session.email);
  EXPECT_EQ(found.way, LoginWay::openid);
  EXPECT_EQ(found.expires_at, made.session.expires_at);
  EXPECT_FALSE(must(store_->find_session(make_.hash<SessionHash>())));
  must(store_->session_seen(found.id, make_.now + seconds{90}));
  EXPECT_EQ(must_have(store_->find_session(made.hash)).last_seen_at, make_.now + seconds{90});
}

TEST_P(AdministratorsContract, ASessionEndsForGood) {  // ADM-2
  const auto one = begun("a@example.com");
  const auto two = begun("a@example.com");
  const auto other = begun("b@example.com");
  EXPECT_TRUE(must(store_->end_session(one.session.id, make_.now, somebody)));
  EXPECT_FALSE(must(store_->end_session(one.session.id, make_.now, somebody)));
  EXPECT_FALSE(is_there(one));
  EXPECT_EQ(must(store_->end_sessions(email("a@example.com"), make_.now, somebody)), 1);
  EXPECT_FALSE(is_there(two));
  EXPECT_TRUE(is_there(other));
}

TEST_P(AdministratorsContract, ANewSessionTakesThePlaceOfTheBrowsersLastOne) {  // ADM-2
  const auto one = begun("a@example.com");
  auto two = session("a@example.com");
  two.replaces = one.hash;
  must(store_->create_session(two, request()));
  EXPECT_FALSE(is_there(one));
  EXPECT_TRUE(is_there(two));
}

TEST_P(AdministratorsContract, ExpiredSessionsGoWithTheNextLogin) {
  const auto old = begun("a@example.com");
  EXPECT_EQ(must(store_->list_sessions(make_.now)).size(), 1u);
  make_.now += lifetime;
  EXPECT_TRUE(must(store_->list_sessions(make_.now)).empty());
  EXPECT_TRUE(is_there(old));
  const auto next = begun("b@example.com");
  EXPECT_FALSE(is_there(old));
  EXPECT_TRUE(is_there(next));
}

TEST_P(AdministratorsContract, ALinkLogsInOnce) {  // ADM-1
  const auto made = link("a@example.com", AdminRole::auditor);
  const auto nobody = session("nobody@example.com", LoginWay::link);
  const auto session = must_have(store_->use_login_link(made.hash, nobody, request()));
  EXPECT_EQ(session.email.text(), "a@example.com");
  EXPECT_EQ(session.role, AdminRole::auditor);
  EXPECT_EQ(must_have(store_->find_session(nobody.hash)).email.text(), "a@example.com");
  const auto again = this->session("nobody@example.com", LoginWay::link);
  EXPECT_FALSE(must(store_->use_login_link(made.hash, again, request())));
  EXPECT_FALSE(is_there(again));
}

TEST_P(AdministratorsContract, ALinkExpires) {  // ADM-1
  const auto made = link("a@example.com");
  make_.now += lifetime;
  const auto late = session("nobody@example.com", LoginWay::link);
  EXPECT_FALSE(must(store_->use_login_link(made.hash, late, request())));
}

TEST_P(AdministratorsContract, ANewLinkTakesThePlaceOfTheLast) {
  const auto lost = link("a@example.com");
  const auto others = link("b@example.com");
  const auto made = link("a@example.com");
  const auto use = [&](const LoginLink& one) {
    const auto begun = session("nobody@example.com", LoginWay::link);
    return must(store_->use_login_link(one.hash, begun, request())).has_value();
  };
  EXPECT_FALSE(use(lost));
  EXPECT_TRUE(use(others));
  EXPECT_TRUE(use(made));
}

TEST_P(AdministratorsContract, WhoIsRemovedIsOut) {  // ADM-2
  must(store_->add_administrator(listed("a@example.com"), somebody));
  const auto open = begun("a@example.com");
  const auto unused = link("a@example.com");
  const auto other = begun("b@example.com");
  must(store_->set_role(email("a@example.com"), AdminRole::auditor, make_.now, somebody));
  EXPECT_EQ(must_have(store_->find_session(open.hash)).role, AdminRole::auditor);
  EXPECT_EQ(must_have(store_->find_session(other.hash)).role, AdminRole::administrator);
  must(store_->remove_administrator(email("a@example.com"), make_.now, somebody));
  EXPECT_FALSE(is_there(open));
  EXPECT_TRUE(is_there(other));
  const auto late = session("nobody@example.com", LoginWay::link);
  EXPECT_FALSE(must(store_->use_login_link(unused.hash, late, request())));
}

TEST_P(AdministratorsContract, EachChangeHasARowOfTheTrail) {  // AUD-1
  must(store_->add_administrator(listed("a@example.com"), somebody));
  must(store_->set_role(email("a@example.com"), AdminRole::auditor, make_.now, somebody));
  const auto made = link("b@example.com");
  must(store_->use_login_link(made.hash, session("nobody@example.com"), request()));
  const auto open = begun("a@example.com");
  must(store_->end_session(open.session.id, make_.now, somebody));
  must(store_->end_sessions(email("a@example.com"), make_.now, somebody));
  must(store_->remove_administrator(email("a@example.com"), make_.now, somebody));
  must(store_->note_refusal({.at = make_.now,
                             .origin = Origin::stranger(request()),
                             .action = audit_action::admin_login_refused,
                             .detail = "c@example.com is not on the list"}));
  EXPECT_THAT(actions(), testing::ElementsAre("administrator_added", "administrator_role_changed",
                                              "login_link_made", "admin_logged_in",
                                              "admin_logged_in", "session_ended", "sessions_ended",
                                              "administrator_removed", "admin_login_refused"));
  const auto login = rows()[4];
  EXPECT_EQ(login.actor, "administrator a@example.com");
  EXPECT_EQ(login.actor_id, bytes(open.session.id.bytes));
  EXPECT_EQ(login.detail, "administrator by openid");
  EXPECT_TRUE(check().is_sound());
}

}  // namespace claviger::contract

#include "base/email.h"

#include <gtest/gtest.h>

namespace claviger {
namespace {

TEST(Email, IsReadInLowerCase) {
  EXPECT_EQ(Email::parse("Ada.Lovelace+panel@Example.COM")->text(),
            "ada.lovelace+panel@example.com");
  EXPECT_EQ(Email::parse("admin@localhost")->text(), "admin@localhost");
}

TEST(Email, RefusesWhatIsNoPlainAddress) {
  for (const std::string_view text :
       {"", "@", "ada", "ada@", "@example.com", "a@b@c", "a b@example.com", "a@exam\nple.com",
        "\"ada\"@example.com", "a,b@example.com", "<ada@example.com>", "ad\xc3\xa9@example.com",
        "a\\@example.com"}) {
    EXPECT_FALSE(Email::parse(text)) << text;
  }
  EXPECT_FALSE(Email::parse(std::string_view("a@example.com\0", 14)));
  EXPECT_TRUE(Email::parse(std::string(242, 'a') + "@example.com"));
  EXPECT_FALSE(Email::parse(std::string(243, 'a') + "@example.com"));
}

}  // namespace
}  // namespace claviger

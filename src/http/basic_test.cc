#include "http/basic.h"

#include <gtest/gtest.h>

#include <string>

namespace claviger::http {
namespace {

/// "name|secret", or "malformed".
std::string read(std::string_view authorization) {
  const auto found = parse_basic(authorization);
  if (!found) return "malformed";
  return std::string(found->name) + "|" + std::string(found->secret);
}

TEST(Basic, ReadsNameAndSecretInAnyCaseOfTheScheme) {
  EXPECT_EQ(read("Basic dXNlcjpwYXNz"), "user|pass");
  EXPECT_EQ(read("BASIC  dXNlcjpwYXNzd29yZA=="), "user|password");
  EXPECT_EQ(read("basic Og=="), "|");
  EXPECT_EQ(read("Basic YTpiOmM="), "a|b:c");
}

// Some libraries encode every character that they may (RFC 6749 §2.3.1).
TEST(Basic, DecodesBothHalvesAsForms) {
  EXPECT_EQ(read("Basic YSUyRGI6YyUzQWQrZQ=="), "a-b|c:d e");
  EXPECT_EQ(read("Basic PDw/Pz8+Og=="), R"(<<??)"
                                        "?>|");  // "+" and "/" of base64
}

TEST(Basic, RefusesWhatIsMalformed) {
  for (const auto* value : {"", "Basic", "Basic ", "Bearer dXNlcjpwYXNz", "Basicdxx dXNlcjpwYXNz",
                            "Basic dXNlcjpwYXNzd29yZA",
                            "Basic dXNlcjpwYXNzd29yZA=", "Basic dXNlcg==", "Basic dXNl cjpwYXNz",
                            "Basic ====", "Basic YTolMQ==", "Basic YTol/w==", "Basic PDw_Pz8-Og==",
                            "Basic dXNlcjpwYXNz\"", "Basic Yf86"})
    EXPECT_EQ(read(value), "malformed") << value;
}

}  // namespace
}  // namespace claviger::http

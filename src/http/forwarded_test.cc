#include "http/forwarded.h"

#include <gtest/gtest.h>

#include <vector>

namespace claviger::http {
namespace {

const std::vector<Network> proxies{*parse_network("192.0.2.1"), *parse_network("10.0.0.0/8"),
                                   *parse_network("2001:db8:1::/48")};

/// The caller of a request with these X-Forwarded-For, that the proxy 192.0.2.1 passed on.
std::string caller(const std::vector<std::string_view>& values) {
  std::vector<Header> headers{{"Host", "localhost"}};
  for (const auto value : values) headers.push_back({"x-forwarded-for", value});
  headers.push_back({"Forwarded", "for=203.0.113.99"});
  return address_text(caller_of(headers, *parse_ip_address("192.0.2.1"), proxies));
}

constexpr const char* kPeer = "192.0.2.1";

TEST(Forwarded, TheLastAddressThatIsNoProxyIsTheCaller_NET_2) {
  EXPECT_EQ(caller({}), kPeer);
  EXPECT_EQ(caller({"203.0.113.5"}), "203.0.113.5");
  EXPECT_EQ(caller({"203.0.113.5, 10.1.1.1"}), "203.0.113.5");
  EXPECT_EQ(caller({"203.0.113.5,10.1.1.1 ,\t2001:db8:1::7"}), "203.0.113.5");
  EXPECT_EQ(caller({"2001:db8::5"}), "2001:db8::5");
}

// What a caller sent stands before what the proxy added, and is not looked at.
TEST(Forwarded, WhatTheCallerClaimsCountsForNothing_NET_2) {
  EXPECT_EQ(caller({"198.51.100.1, 203.0.113.5"}), "203.0.113.5");
  EXPECT_EQ(caller({"nonsense, 203.0.113.5, 10.1.1.1"}), "203.0.113.5");
  EXPECT_EQ(caller({"198.51.100.1", "203.0.113.5"}), "203.0.113.5");
  EXPECT_EQ(caller({"198.51.100.1", "203.0.113.5, 10.1.1.1"}), "203.0.113.5");
  EXPECT_EQ(caller({"198.51.100.1,203.0.113.5", "10.1.1.1"}), "203.0.113.5");
}

TEST(Forwarded, ProxiesAloneOrGarbageLeaveThePeer) {
  for (const auto* value : {"10.1.1.1",
                            "192.0.2.1, 10.1.1.1",
                            "",
                            " ",
                            ",",
                            "203.0.113.5,",
                            "203.0.113.5, unknown",
                            "203.0.113.5, _hidden, 10.1.1.1",
                            "1.2.3",
                            "1.2.3.4.5",
                            "for=203.0.113.5",
                            "\"203.0.113.5\"",
                            "203.0.113.5:",
                            "203.0.113.5:x",
                            "203.0.113.5:-1",
                            "[203.0.113.5]",
                            "[2001:db8::5",
                            "[2001:db8::5]x",
                            "[2001:db8::5]80",
                            "[]",
                            "[:",
                            "2001:db8::5%eth0",
                            "203.0.113.5 x"})
    EXPECT_EQ(caller({value}), kPeer) << value;
}

TEST(Forwarded, APortIsPassedOver) {
  EXPECT_EQ(caller({"203.0.113.5:4711"}), "203.0.113.5");
  EXPECT_EQ(caller({"[2001:db8::5]:4711"}), "2001:db8::5");
  EXPECT_EQ(caller({"[2001:db8::5]"}), "2001:db8::5");
  EXPECT_EQ(caller({"203.0.113.5, 10.1.1.1:80"}), "203.0.113.5");
}

// Else one caller could have two buckets of attempts.
TEST(Forwarded, AMappedAddressIsTheIpv4One) {
  EXPECT_EQ(caller({"::ffff:203.0.113.5"}), "203.0.113.5");
  EXPECT_EQ(caller({"203.0.113.5, ::ffff:10.1.1.1"}), "203.0.113.5");
}

bool https(const std::vector<std::string_view>& values) {
  std::vector<Header> headers{{"Host", "localhost"}};
  for (const auto value : values) headers.push_back({"x-Forwarded-PROTO", value});
  return says_https(headers);
}

// Each proxy adds its word at the end, and the last is the trusted one's (NET-2).
TEST(Forwarded, TheLastWordOnTheSchemeCounts) {
  for (const auto* value : {"https", "HTTPS", "http, https", "http,\thttps "})
    EXPECT_TRUE(https({value})) << value;
  EXPECT_TRUE(https({"http", "https"}));
  for (const auto* value : {"", "http", "https, http", "https,", "httpss", "https;"})
    EXPECT_FALSE(https({value})) << value;
  EXPECT_FALSE(https({}));
  EXPECT_FALSE(https({"https", "http"}));
}

}  // namespace
}  // namespace claviger::http

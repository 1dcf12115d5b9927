#include "base/ip_address.h"

#include <gtest/gtest.h>

#include <string>

namespace claviger {
namespace {

IpAddress address(std::string_view text) {
  return parse_ip_address(text).value();
}

Network network(std::string_view text) {
  return parse_network(text).value();
}

TEST(IpAddress, AnIpv4AddressIsTheSameMapped) {
  EXPECT_EQ(address("192.0.2.1"), address("::ffff:192.0.2.1"));
  EXPECT_TRUE(is_ipv4(address("192.0.2.1")));
  EXPECT_FALSE(is_ipv4(address("2001:db8::1")));
}

TEST(IpAddress, NothingElseIsAnAddress) {
  using namespace std::string_view_literals;
  for (const auto text :
       {""sv, "localhost"sv, "1.2.3"sv, "1.2.3.4.5"sv, "1.2.3.256"sv, "01.2.3.4"sv, " 1.2.3.4"sv,
        "1.2.3.4 "sv, "[::1]"sv, "::1%lo"sv, "1.2.3.4:80"sv, "1.2.3.4\0"sv, "::1\0x"sv, "0x1"sv,
        ":"sv, ":::"sv, "1:2:3:4:5:6:7:8:9"sv, "fe80::1/64"sv})
    EXPECT_FALSE(parse_ip_address(text)) << text;
  EXPECT_FALSE(parse_ip_address(std::string(10'000, '1')));
}

TEST(IpAddress, Loopback) {
  for (const auto* text : {"127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(is_loopback(address(text))) << text;
  for (const auto* text : {"128.0.0.1", "126.255.255.255", "::", "::2", "1::1", "0.0.0.0"})
    EXPECT_FALSE(is_loopback(address(text))) << text;
}

TEST(Network, ContainsWhatBeginsWithItsBits) {
  struct Case {
    const char* network;
    const char* address;
    bool is_in;
  };
  for (const auto& [text, of, is_in] : {Case{"10.0.0.0/8", "10.0.0.0", true},
                                        Case{"10.0.0.0/8", "10.255.255.255", true},
                                        Case{"10.0.0.0/8", "11.0.0.0", false},
                                        Case{"10.0.0.0/8", "9.255.255.255", false},
                                        Case{"192.0.2.128/25", "192.0.2.128", true},
                                        Case{"192.0.2.128/25", "192.0.2.127", false},
                                        Case{"192.0.2.7", "192.0.2.7", true},
                                        Case{"192.0.2.7", "192.0.2.6", false},
                                        Case{"192.0.2.7/32", "192.0.2.7", true},
                                        Case{"0.0.0.0/0", "192.0.2.7", true},
                                        Case{"0.0.0.0/0", "2001:db8::1", false},
                                        Case{"::/0", "192.0.2.7", false},
                                        Case{"::/0", "2001:db8::1", true},
                                        Case{"2001:db8::/32", "2001:db8:ffff::1", true},
                                        Case{"2001:db8::/32", "2001:db9::", false},
                                        Case{"fe80::/10", "febf::1", true},
                                        Case{"fe80::/10", "fec0::1", false},
                                        Case{"::1", "::1", true},
                                        Case{"::1/128", "::2", false},
                                        Case{"::ffff:10.0.0.0/104", "10.1.2.3", true}})
    EXPECT_EQ(network(text).contains(address(of)), is_in) << text << " " << of;
}

TEST(Network, WhatIsUnclearIsNone) {
  for (const auto* text :
       {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08",
        "10.0.0.0/8/8", "10.0.0.1/8", "192.0.2.129/25", "::/129", "2001:db8::1/32", "10.0.0.0/x",
        "10.0.0.0 /8", "10.0.0.0/ 8", "10/8", "10.0.0.0/99999999999999999999"})
    EXPECT_FALSE(parse_network(text)) << text;
}

TEST(Network, AnyOfSeveral) {
  const Network networks[] = {network("10.0.0.0/8"), network("::1")};
  EXPECT_TRUE(any_contains(networks, address("10.1.1.1")));
  EXPECT_TRUE(any_contains(networks, address("::1")));
  EXPECT_FALSE(any_contains(networks, address("192.0.2.1")));
  EXPECT_FALSE(any_contains({}, address("10.1.1.1")));
}

}  // namespace
}  // namespace claviger

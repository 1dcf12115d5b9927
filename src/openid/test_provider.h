#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/test_key.h"
#include "openid/fetch.h"

namespace claviger::openid {

/// For tests: answers by address, and remembers what it was asked.
class TestFetch final : public Fetch {
 public:
  std::map<std::string, FetchAnswer> answers;
  std::vector<FetchRequest> requests;

  Result<FetchAnswer> fetch(const FetchRequest& request) override {
    requests.push_back(request);
    const auto found = answers.find(request.url);
    if (found == answers.end()) return fail(Code::openid_failed, "no answer", "no answer");
    return found->second;
  }
};

}  // namespace claviger::openid

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claviger::openid {

/// A text as it stands in a form or query (WHATWG URL §5.2, but for the space, which is %20).
std::string form_encoded(std::string_view text);
/// "a=1&b=2" of names and values.
std::string form_of(const std::vector<std::pair<std::string_view, std::string_view>>& fields);

}  // namespace claviger::openid

#pragma once

#include <string>
#include <string_view>

#include "api/call.h"
#include "base/json_writer.h"
#include "service/search.h"

/// How the panel's items look. Each writes members into an open object.
namespace claviger::api {

void write_item(JsonWriter& json, const Client& client);
void write_item(JsonWriter& json, const ListedUser& user);
void write_item(JsonWriter& json, const ListedToken& token, Instant now);

/// Opens the answer of a list: `{"items":[`. To be closed by end_list.
void begin_list(JsonWriter& json);
void end_list(JsonWriter& json, const std::optional<std::string>& next,
              std::optional<std::int64_t> total);

}  // namespace claviger::api

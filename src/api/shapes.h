#pragma once

#include <string_view>

#include "base/json_writer.h"
#include "fence/fence.h"
#include "model/model.h"

/// How the things of the model look in answers. Each writes members into an open object.
namespace claviger::api {

void write_client(JsonWriter& json, const Client& client);
void write_user(JsonWriter& json, const User& user);
void write_token(JsonWriter& json, const Token& token, Instant now);
void write_scopes(JsonWriter& json, std::string_view stored);
/// "fenced": true and the epoch: what every answer that takes something back ends with.
void write_fenced(JsonWriter& json, const Fenced& fenced);

}  // namespace claviger::api

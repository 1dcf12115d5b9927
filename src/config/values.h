#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/email.h"
#include "base/ip_address.h"
#include "config/endpoint.h"
#include "config/settings_table.h"

/// Readers of single values. Each sets `out` or tells what was wrong and what would be right.
namespace claviger::values {

/// `text` in quotes, on one line and not too long to read.
std::string quoted(std::string_view text);

/// A whole number in [low, high]. `unit` is a plural such as "seconds".
std::optional<ValueError> whole_number(std::string_view text, std::int64_t low, std::int64_t high,
                                       std::string_view unit, std::int64_t& out);
/// Comma-separated addresses with ports.
std::optional<ValueError> endpoints(std::string_view text, std::vector<Endpoint>& out);
/// Comma-separated addresses and networks, none so wide that it could be meant for everybody.
std::optional<ValueError> networks(std::string_view text, std::vector<Network>& out);
/// Comma-separated e-mail addresses, each once; in their order.
std::optional<ValueError> emails(std::string_view text, std::vector<Email>& out);
/// https, or http on loopback, with no path, query or user.
std::optional<ValueError> public_url(std::string_view text, std::string& out);
/// The same with a path.
std::optional<ValueError> provider_url(std::string_view text, std::string& out);
/// Printable ASCII without spaces.
std::optional<ValueError> client_id(std::string_view text, std::string& out);
std::optional<ValueError> database_url(std::string_view text, std::string& out);
/// Whether a database's URL holds a password, as libpq reads it. When in doubt it does.
bool has_password(std::string_view database_url);
std::optional<ValueError> log_level(std::string_view text, LogLevel& out);
/// One line of printable UTF-8, as every secret has to be. Never shows the text.
std::optional<ValueError> secret_text(std::string_view text);

}  // namespace claviger::values

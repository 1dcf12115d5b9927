#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/email.h"
#include "base/environment.h"
#include "base/ip_address.h"
#include "base/secret.h"
#include "config/endpoint.h"
#include "config/tls_files.h"
#include "observe/log.h"

namespace claviger {

/// The settings of a server, checked. Each field's flag, environment variable, default, bounds and
/// help stand in the one table in settings_table.cc.
struct Settings {
  MasterUsername master_username;  // empty: POST /client is disabled
  MasterPassword master_password;
  std::optional<ApiKey> client_api_key;
  SigningSecret jwt_secret_key;
  std::optional<SigningSecret> jwt_secret_key_previous;
  std::string signing_key_path;              // empty: JWT_SECRET_KEY signs
  std::optional<SigningSecret> signing_key;  // what stands in that file: PEM
  std::string keys_path;                     // a folder of keys; empty: there is none
  Environment environment = *Environment::parse("development");
  std::vector<Endpoint> listen;
  TlsPaths tls_paths;           // empty: plain HTTP
  std::optional<TlsFiles> tls;  // what stands in those files
  std::vector<Network> trusted_proxies;
  std::vector<Network> metrics_allow;
  std::string database_url;
  std::string public_url;  // without "/" at its end; empty: not set
  std::string openid_issuer;
  std::string openid_client_id;  // empty: there is no OpenID login
  std::optional<OpenIdSecret> openid_client_secret;
  std::vector<Email> admin_emails;  // log in to the panel as administrators
  unsigned workers = 1;
  std::chrono::seconds token_lifetime{};
  std::chrono::seconds token_lifetime_max{};
  std::chrono::seconds token_retention{};
  std::chrono::seconds audit_retention{};          // 0: for ever
  std::string audit_signing_key_path;              // empty: checkpoints are not signed
  std::optional<SigningSecret> audit_signing_key;  // what stands in that file: PEM
  std::string audit_checkpoint_file;               // empty: none
  std::uint32_t attempts_per_minute = 0;
  std::size_t cache_tokens = 0;
  LogLevel log_level = LogLevel::info;
};

}  // namespace claviger

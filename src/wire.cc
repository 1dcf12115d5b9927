// settings → store → keys → fence → services → net. Stopping is the reverse.
#include "wire.h"

#include <fmt/core.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <memory>

#include "api/api.h"
#include "certificate.h"
#include "crypto/system_random.h"
#include "doctor/start_problem.h"
#include "fence/member.h"
#include "net/server.h"
#include "net/tls.h"
#include "observe/line_file.h"
#include "open_store.h"
#include "openid/provider.h"
#include "policy/master.h"
#include "service/audit.h"
#include "service/housekeeping.h"
#include "service/keys.h"
#include "service_manager.h"
#include "signing_keys.h"

namespace claviger {
namespace {

/// Errors: settings'.
Result<std::optional<SignatureKey>> make_audit_key(const Settings& settings) {
  if (!settings.audit_signing_key) return std::optional<SignatureKey>{};
  auto key = settings.audit_signing_key->reveal(SignatureKey::from_pem);
  if (!key || key->kind() != SignatureKey::Kind::ed25519)
    return fail(unacceptable("CLAVIGER_AUDIT_SIGNING_KEY",
                             "is not an unencrypted PEM private key of the kind Ed25519"));
  return std::optional(*std::move(key));
}

Policy make_policy(const Settings& settings) {
  return Policy{.environment = settings.environment,
                .issuer = issuer_of(settings.environment),
                .token_lifetime = settings.token_lifetime,
                .token_lifetime_max = settings.token_lifetime_max,
                .master = digest_master(settings.master_username, settings.master_password),
                .public_url = settings.public_url,
                .admin_emails = settings.admin_emails};
}

/// What the others call this node: the machine and the process.
std::string node_label() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) return fmt::format("{}", ::getpid());
  return fmt::format("{}/{}", host.data(), ::getpid());
}

/// Everything below the edge: what a server and a command of the command line both need.
class Node final : public cli::Session {
 public:
  /// What the node is for: a server answers checks from memory, a command asks the database.
  enum class Purpose { server, command };
  static Result<std::unique_ptr<Node>> open(const Settings& settings, LogLevel level,
                                            Purpose purpose, bool create) {
    auto node = std::unique_ptr<Node>(
        new Node(settings, level, TRY(load_keys(settings, purpose == Purpose::server))));
    node->audit_key_ = TRY(make_audit_key(settings));
    node->store_ = TRY(open_store(settings, create, node->log_));
    Store& store = *node->store_.store;
    const bool has_lease = node->store_.members && purpose == Purpose::server;
    node->view_ = std::make_unique<LiveView>(
        store, settings.cache_tokens,
        [&keys = node->keys_](const std::vector<SeenKey>& told) { follow_keys(keys, told); },
        has_lease ? &node->lease_ : nullptr);
    if (node->store_.members)
      node->member_ = std::make_unique<FenceMember>(FenceMember::Parts{
          *node->store_.members, *node->view_, node->lease_, node->interval_clock_, node->random_,
          node->log_, node_label(), [&keys = node->keys_] { return keys.kids(); }});
    node->fence_ = std::make_unique<Fence>(*node->view_, node->member_.get());
    node->services_ = std::unique_ptr<Services>(new Services{
        store, *node->view_, *node->fence_, node->usage_, node->keys_, node->policy_, node->clock_,
        node->random_, node->ids_, node->audit_key_ ? &*node->audit_key_ : nullptr});
    if (node->keys_.is_named()) follow_keys(node->keys_, TRY(store.list_keys()));
    return node;
  }

  Services& services() override { return *services_; }
  Result<StoreStatus> status() override { return store_.store->status(); }
  Members* members() override { return store_.members.get(); }
  /// Joins the other nodes; afterwards it may answer from memory. Errors: storage_unavailable.
  Status join() {
    if (!member_) return {};
    member_->start();
    return view_->refresh();
  }
  /// Leaves them; after the last answer.
  void leave() {
    if (member_) member_->stop();
  }
  KeyRing& keys() { return keys_; }
  Log& log() { return log_; }
  SystemClock& clock() { return clock_; }
  SystemRandom& random() { return random_; }

 private:
  Node(const Settings& settings, LogLevel level, std::vector<Key> keys)
      : log_({.fd = 2, .level = level}, clock_),
        policy_(make_policy(settings)),
        keys_(std::move(keys), random_,
              settings.keys_path.empty() ? KeyRing::Signer::first : KeyRing::Signer::named) {}

  SystemClock clock_;
  IntervalClock interval_clock_;
  SystemRandom random_;
  IdSource ids_{random_};
  Log log_;
  Policy policy_;
  KeyRing keys_;
  std::optional<SignatureKey> audit_key_;
  Usage usage_;
  OpenStore store_;
  Lease lease_{interval_clock_};
  std::unique_ptr<LiveView> view_;
  std::unique_ptr<FenceMember> member_;
  std::unique_ptr<Fence> fence_;
  std::unique_ptr<Services> services_;
};

/// How administrators log in at a provider.
struct OpenId {
  std::unique_ptr<openid::Fetch> fetch = openid::http_fetch();
  openid::Provider provider;

  OpenId(openid::ProviderOptions options, const Clock& clock)
      : provider(std::move(options), *fetch, clock) {}
};
/// Null if the settings name none.
std::unique_ptr<OpenId> make_openid(Settings& settings, const Clock& clock) {
  if (!settings.openid_client_secret) return nullptr;
  return std::make_unique<OpenId>(
      openid::ProviderOptions{.issuer = settings.openid_issuer,
                              .client_id = settings.openid_client_id,
                              .client_secret = std::move(*settings.openid_client_secret),
                              .redirect_uri = settings.public_url + "/admin/login/callback"},
      clock);
}

int report(std::string_view line, int status) {
  fmt::print(stderr, "claviger: {}\n", line);
  return status;
}

/// The signals that a server acts on, held back in every thread so that one waits for them.
class Signals {
 public:
  /// SIGHUP reads files again. Without any it must not end the server either, but for that of a
  /// terminal that is gone.
  explicit Signals(bool has_files) {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    if (has_files || ::isatty(STDIN_FILENO) == 0) sigaddset(&set_, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow fails the write, not the server
  }
  /// The next of them, if it comes in time.
  std::optional<int> wait(std::chrono::seconds at_most) const {
    const timespec time{.tv_sec = at_most.count(), .tv_nsec = 0};
    const int signal = sigtimedwait(&set_, nullptr, &time);
    return signal > 0 ? std::optional(signal) : std::nullopt;
  }

 private:
  sigset_t set_;
};

std::vector<net::ListenAddress> listen_addresses(const Settings& settings) {
  std::vector<net::ListenAddress> addresses;
  for (const auto& [host, port] : settings.listen) addresses.push_back({host, port});
  return addresses;
}

std::string urls(std::string_view scheme, const std::vector<net::ListenAddress>& addresses) {
  std::string line;
  for (const auto& address : addresses)
    line += fmt::format(" {}://{}", scheme, net::listen_address_text(address));
  return line;
}

void note(const Status& told, Log& log) {
  if (!told) log.write(LogLevel::warning, "not_notified", {{"reason", told.error().cause}});
}

/// Tells where the server listens: by the one line on standard output, and the service manager.
void announce(const std::string& where, const ServiceManager& manager,
              const Environment& environment, Log& log) {
  fmt::print("ready{}\n", where);
  std::fflush(stdout);
  note(manager.ready("serves" + where), log);
  log.write(LogLevel::info, "ready", {{"environment", environment.name()}});
}

void log_start(const std::vector<std::string>& warnings,
               const std::optional<net::Tls::Certificate>& certificate, Node& node) {
  if (certificate) log_certificate(*certificate, node.clock().now(), node.log());
  for (const auto& warning : warnings)
    node.log().write(LogLevel::warning, "setting", {{"detail", warning}});
}

/// Wipes what a node needs no more once it has digests and prepared keys of it.
void forget_secrets(Settings& settings) {
  settings.master_username = {};
  settings.master_password = {};
  settings.jwt_secret_key = {};
  settings.jwt_secret_key_previous.reset();
  settings.signing_key.reset();
  settings.tls.reset();
  settings.audit_signing_key.reset();
}

int report_node(const Error& error) {
  if (!error.fields.empty())
    return report(fmt::format("{}: {}", error.fields[0].field, error.fields[0].message),
                  cli::exit_settings);
  return report(error.cause.empty() ? error.detail : error.detail + " " + error.cause,
                cli::exit_storage);
}

/// Reads anew what SIGHUP asks for. `tls` and `keys` may be null.
void reload(const TlsPaths& paths, net::Tls* tls, KeyWatch* keys, Node& node) {
  if (tls != nullptr)
    reload_certificate(paths, *tls, node.clock(), node.log());
  else
    node.log().write(LogLevel::info, "reloaded",
                     {{"detail", keys != nullptr ? "" : "There is no certificate to read."}});
  if (keys != nullptr) keys->look();
}

/// Serves until a signal says stop, and looks after the keys meanwhile. `keys` may be null.
void await_stop(const Signals& signals, KeyWatch* keys, const std::function<void()>& reload) {
  constexpr std::chrono::seconds key_interval{1}, no_interval{3600};
  for (;;) {
    const auto signal = signals.wait(keys != nullptr ? key_interval : no_interval);
    if (signal && *signal != SIGHUP) return;
    if (signal)
      reload();
    else if (keys != nullptr)
      keys->look();
  }
}

/// Puts a checkpoint of the audit trail where whoever owns the database cannot reach; false if it
/// did not get there.
bool publish(const AuditCheckpoint& checkpoint, const std::string& path, Log& log) {
  log.write(LogLevel::info, word_of(checkpoint.purpose),
            {{"environment", checkpoint.trail.environment},
             {"trail", hex(checkpoint.trail.id)},
             {"sequence", checkpoint.point.sequence},
             {"hash", hex(checkpoint.point.hash)},
             {"at_ms", checkpoint.at_ms},
             {"key", checkpoint.key},
             {"signature", checkpoint.signature}});
  if (path.empty()) return true;
  const auto appended = append_line(path, checkpoint_line(checkpoint));
  if (!appended)
    log.write(LogLevel::warning, "checkpoint_not_written",
              {{"path", path}, {"reason", appended.error().cause}});
  return appended.has_value();
}

/// Errors: one line for people, in `detail`.
Result<std::unique_ptr<net::Server>> open_server(const Settings& settings, const net::Tls* tls,
                                                 api::Api& api, Node& node) {
  auto server = net::Server::open({.listen = listen_addresses(settings),
                                   .workers = settings.workers,
                                   .tls = tls,
                                   .trusted_proxies = settings.trusted_proxies},
                                  api, node.clock(), node.random(), node.log());
  if (!server) {
    auto error = std::move(server).error();
    if (!error.fields.empty()) error.detail = "CLAVIGER_LISTEN: " + error.fields.front().message;
    return fail(std::move(error));
  }
  api.watch_connections([&open = **server]() -> api::ConnectionCounts {
    const auto [now, refused] = open.connections();
    return {.open = now, .refused = refused};
  });
  return server;
}

/// Readiness drops first; what is under way is answered.
void stop(const ServiceManager& manager, api::Api& api, net::Server& server, Node& node) {
  node.log().write(LogLevel::info, "stopping");
  note(manager.stopping(), node.log());
  api.start_draining();
  server.stop();
  server.join();
  node.leave();
}

int serve(LoadedSettings loaded, const ServiceManager& manager) {
  Settings& settings = loaded.settings;
  if (const auto problem = client_key_problem(settings))
    return report(problem->text(), cli::exit_settings);
  SystemRandom random;
  net::Tls tls(random);
  std::optional<net::Tls::Certificate> certificate;  // none: plain HTTP
  if (settings.tls) {
    auto used = use_certificate(*settings.tls, tls);
    if (!used) return report(used.error().detail, cli::exit_settings);
    certificate = *used;
  }
  const Signals signals(certificate ||
                        !settings.keys_path.empty());  // before there is a second thread

  auto node = Node::open(settings, settings.log_level, Node::Purpose::server, /*create=*/true);
  if (!node) return report_node(node.error());
  forget_secrets(settings);
  Log& log = (*node)->log();
  log_start(loaded.warnings, certificate, **node);

  AttemptLimiter limiter({.attempts_per_minute = settings.attempts_per_minute}, (*node)->random());
  const auto openid = make_openid(settings, (*node)->clock());
  api::Api api((*node)->services(), limiter, log,
               {.default_api_key = std::move(settings.client_api_key),
                .openid = openid ? &openid->provider : nullptr,
                .metrics_allow = settings.metrics_allow});
  if (const auto announced = announce_keys((*node)->services(), (*node)->keys(), log); !announced)
    return report(announced.error().detail, cli::exit_settings);
  const auto publish_checkpoint = [&](const AuditCheckpoint& checkpoint) {
    return publish(checkpoint, settings.audit_checkpoint_file, log);
  };
  const Housekeeping housekeeping((*node)->services(),
                                  {.retention = settings.token_retention,
                                   .audit_retention = settings.audit_retention,
                                   .publish = publish_checkpoint,
                                   .each_interval = [&] { api.sample_traffic(); }});
  auto server = open_server(settings, certificate ? &tls : nullptr, api, **node);
  if (!server) return report(server.error().detail, cli::exit_refused);
  if (const auto joined = (*node)->join(); !joined) return report_node(joined.error());
  std::optional<KeyWatch> keys;
  if (!settings.keys_path.empty())
    keys.emplace(settings, (*node)->services(), (*node)->keys(), log).look();
  (*server)->start();
  const auto where = urls(certificate ? "https" : "http", (*server)->addresses());
  announce(where, manager, settings.environment, log);

  await_stop(signals, keys ? &*keys : nullptr, [&] {
    note(manager.reloading(), log);
    reload(settings.tls_paths, certificate ? &tls : nullptr, keys ? &*keys : nullptr, **node);
    note(manager.ready("serves" + where), log);
  });
  stop(manager, api, **server, **node);
  return cli::exit_ok;
}

}  // namespace

cli::Wiring wiring(std::string notify_socket) {
  return {
      .serve = [manager = ServiceManager(std::move(notify_socket))](
                   LoadedSettings loaded) { return serve(std::move(loaded), manager); },
      .open = [](const Settings& settings,
                 cli::Missing missing) -> Result<std::unique_ptr<cli::Session>> {
        return std::unique_ptr<cli::Session>(TRY(Node::open(
            settings, LogLevel::warning, Node::Purpose::command, missing == cli::Missing::create)));
      },
      .schema = look_at_schema,
      .back_up = back_up,
      .copy = copy_database,
      .restore = restore,
      .examine = examine_database,
      .libraries = {{"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING)},
                    {"SQLite", sqlite3_libversion()}},
  };
}

}  // namespace claviger

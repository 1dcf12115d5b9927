#include "signing_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "service/audit.h"

namespace claviger {
namespace {

Error about_folder(const Settings& settings, const std::string& wrong) {
  return unacceptable("CLAVIGER_KEYS", fmt::format("{}: {}", settings.keys_path, wrong));
}

void add(std::vector<Key>& keys, Key key) {
  const auto is_same = [&](const Key& other) { return other.kid() == key.kid(); };
  if (std::ranges::none_of(keys, is_same)) keys.push_back(std::move(key));
}

Status add_folder(const Settings& settings, bool must_sign, std::vector<Key>& keys) {
  const auto folder = read_key_folder(settings.keys_path);
  if (!folder) return fail(about_folder(settings, "cannot be read: " + folder.error()));
  auto found = keys_of_folder(*folder, settings.environment);
  for (auto& key : found.keys) add(keys, std::move(key));
  if (keys.size() > limits::ring_keys)
    return fail(about_folder(
        settings, fmt::format("holds more than {} keys: remove retired ones", limits::ring_keys)));
  if (!keys.empty() || !must_sign) return {};
  std::string why;
  for (const auto& problem : found.problems)
    why +=
        fmt::format("; {} {}", problem.file.empty() ? "the folder" : problem.file, problem.wrong);
  return fail(about_folder(settings,
                           "holds no key that can sign: make one by claviger key generate" + why));
}

}  // namespace

Result<std::vector<Key>> load_keys(const Settings& settings, bool must_sign) {
  std::vector<Key> keys;
  if (settings.signing_key) {
    auto key = settings.signing_key->reveal(SignatureKey::from_pem);
    if (!key) {
      const auto& wrong = key.error().fields.front();
      return fail(unacceptable("CLAVIGER_SIGNING_KEY", wrong.message));
    }
    keys.push_back(Key::asymmetric(settings.environment, *std::move(key)));
  }
  if (!settings.jwt_secret_key.empty())
    add(keys, Key::hs256(settings.environment, settings.jwt_secret_key));
  if (settings.jwt_secret_key_previous)
    add(keys, Key::hs256(settings.environment, *settings.jwt_secret_key_previous));
  if (!settings.keys_path.empty()) TRY_STATUS(add_folder(settings, must_sign, keys));
  return keys;
}

Status announce_keys(Services& services, KeyRing& keys, Log& log) {
  if (keys.signing() == nullptr)
    return fail(Code::conflict,
                "CLAVIGER_KEYS: the key that signs, " + keys.named() +
                    ", is not there: put its file back, or have another one sign by claviger key "
                    "rotate KID --now.");
  const auto noted = note_keys(services, Origin::system());
  if (!noted) {
    if (noted.error().code == Code::conflict) return fail(Error(noted.error()));
    log.write(LogLevel::warning, "keys_not_noted", {{"reason", noted.error().cause}});
    return {};
  }
  keys.sign_with(noted->signing);
  const bool is_first = !noted->signed_before;
  const auto level = is_first ? LogLevel::info : LogLevel::warning;
  for (const auto& kid : noted->unseen)
    log.write(level, "key_first_seen", {{"kid", kid}, {"signs", kid == noted->signing}});
  if (!is_first && *noted->signed_before != noted->signing)
    log.write(level, "signing_key_changed",
              {{"kid", noted->signing}, {"before", *noted->signed_before}});
  return {};
}

KeyWatch::KeyWatch(const Settings& settings, Services& services, KeyRing& keys, Log& log)
    : path_(settings.keys_path),
      environment_(settings.environment),
      services_(services),
      keys_(keys),
      log_(log),
      noted_(keys.size()),
      signer_(keys.signing() != nullptr ? keys.signing()->kid() : std::string()) {}

void KeyWatch::look() {
  // The mark comes first: what changes while the files are read is looked at again. And a key is
  // added only when all that is retired is known, lest a retired one be taken for a new one.
  const auto mark = key_folder_mark(path_);
  const bool is_current = services_.view.refresh().has_value();
  if (mark != mark_ && is_current) mark_ = load() ? mark : 0;  // what failed is tried again
  if (keys_.size() != noted_) note();
  tell_signer();
}

bool KeyWatch::load() {
  told_before_ = std::exchange(told_, {});
  const auto folder = read_key_folder(path_);
  if (!folder) {
    warn({.file = "", .wrong = "cannot be read: " + folder.error(), .right = ""});
    return false;
  }
  auto found = keys_of_folder(*folder, environment_);
  for (const auto& problem : found.problems) warn(problem);
  miss(found.keys);
  for (auto& key : found.keys) {
    const auto kid = key.kid();
    from_folder_.insert(kid);
    const auto added = keys_.add(std::move(key));
    if (added == KeyRing::Added::added)
      log_.write(LogLevel::info, "key_loaded", {{"kid", kid}});
    else if (added == KeyRing::Added::no_room)
      warn({.file = kid,
            .wrong = "is one key too many",
            .right = "remove retired keys, and restart"});
  }
  return std::ranges::none_of(folder->strays, &StrayFile::is_unreadable);
}

/// A key whose file is gone stays: a slip of the hand refuses nobody.
void KeyWatch::miss(const std::vector<Key>& there) {
  for (const auto& key : there) from_folder_.erase(key.kid());
  for (const auto& kid : std::exchange(from_folder_, {})) {
    const Key* const key = keys_.find(kid);
    if (key != nullptr && !keys_.is_retired(keys_.place_of(*key)))
      log_.write(LogLevel::warning, "key_file_gone",
                 {{"kid", kid},
                  {"detail",
                   "It checks until a restart. claviger key retire refuses what it "
                   "signed at once."}});
  }
}

/// Once, for as long as it is so.
void KeyWatch::warn(const KeyFileProblem& problem) {
  const auto text = problem.file + " " + problem.wrong;
  if (!told_.insert(text).second || told_before_.contains(text)) return;
  log_.write(LogLevel::warning, "key_file",
             {{"file", problem.file}, {"reason", problem.wrong}, {"detail", problem.right}});
}

void KeyWatch::note() {
  const auto size = keys_.size();
  const auto noted = note_keys(services_, Origin::system());
  if (!noted) {  // the next look tries again
    if (!std::exchange(is_note_failing_, true))
      log_.write(LogLevel::warning, "keys_not_noted", {{"reason", noted.error().cause}});
    return;
  }
  is_note_failing_ = false;
  noted_ = size;
  for (const auto& kid : noted->unseen)
    log_.write(LogLevel::warning, "key_first_seen", {{"kid", kid}, {"signs", false}});
}

void KeyWatch::tell_signer() {
  const Key* const key = keys_.signing();
  const auto kid = key != nullptr ? key->kid() : std::string();
  if (kid == signer_) return;
  if (key != nullptr)
    log_.write(LogLevel::warning, "signing_key_changed", {{"kid", kid}, {"before", signer_}});
  else
    log_.write(LogLevel::error, "signing_key_missing",
               {{"kid", keys_.named()},
                {"detail",
                 "Its file is not in this server's folder. Until it is, nothing is "
                 "issued here, and what others issue is refused."}});
  signer_ = kid;
}

}  // namespace claviger

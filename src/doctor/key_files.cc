#include "doctor/key_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/weak_settings.h"
#include "token/key_file.h"

namespace claviger {
namespace {

constexpr mode_t others_write = 02;
constexpr mode_t others_any = 07;
constexpr std::size_t secret_bytes_min = 32;

/// Why a shared secret protects little; empty: it does not.
std::string weakness(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text.size() < secret_bytes_min ? "is shorter than 32 bytes" : guessable(text);
}

class Judge {
 public:
  explicit Judge(const Environment& environment) : environment_(environment) {}

  void folder(mode_t mode) {
    if ((mode & others_write) == 0) return;
    weak("", fmt::format("everybody on this machine may put keys into it (mode {:04o})", mode),
         "chmod 700 it");
    refuses_all_ = found_.problems.back().is_refused;
  }
  void stray(const StrayFile& file) {
    found_.problems.push_back(
        {file.name, file.wrong, "only keys belong here: see claviger key generate", true});
  }
  void file(const KeyFile& file) {
    auto key = file.text.reveal(
        [&](std::string_view text) { return key_of_file(environment_, file.name, text); });
    if (!key) {
      const auto& error = key.error();
      found_.problems.push_back({file.name,
                                 error.fields.empty() ? error.detail : error.fields.front().message,
                                 "make one by claviger key generate", true});
      return;
    }
    if (!is_good(file)) return;
    const auto is_same = [&](const Key& other) { return other.kid() == key->kid(); };
    if (std::ranges::none_of(found_.keys, is_same)) found_.keys.push_back(*std::move(key));
  }
  FolderKeys take() {
    if (refuses_all_) found_.keys.clear();
    return std::move(found_);
  }

 private:
  /// Whether nothing is so weak that the file is not used.
  bool is_good(const KeyFile& file) {
    const auto before = found_.problems.size();
    if ((file.mode & others_any) != 0)
      weak(file.name,
           fmt::format("everybody on this machine may read or change it (mode {:04o})", file.mode),
           "chmod 600 it");
    const auto why =
        file.name.ends_with(secret_suffix) ? file.text.reveal(weakness) : std::string();
    if (!why.empty()) weak(file.name, why, "make one by claviger key generate");
    return found_.problems.size() == before || environment_.is_development();
  }
  void weak(std::string file, std::string wrong, std::string right) {
    found_.problems.push_back(
        {std::move(file), std::move(wrong), std::move(right), !environment_.is_development()});
  }

  const Environment& environment_;
  FolderKeys found_;
  bool refuses_all_ = false;
};

}  // namespace

FolderKeys keys_of_folder(const KeyFolder& folder, const Environment& environment) {
  Judge judge(environment);
  judge.folder(folder.mode);
  for (const auto& file : folder.files) judge.file(file);
  for (const auto& file : folder.strays) judge.stray(file);
  return judge.take();
}

}  // namespace claviger

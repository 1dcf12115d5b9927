#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace claviger {

/// Overwrites memory in a way the compiler does not remove.
void wipe(void* data, std::size_t size) noexcept;
/// Wipes the whole capacity of a string, then empties it.
void wipe(std::string& text) noexcept;

/// A secret text: move-only, wiped when it goes, and without verbs. It cannot be printed, logged,
/// formatted or compared; its characters come out only inside the function given to `reveal`, so
/// that each use can be found by that word. (SEC-6; secret_test.cc asserts what is absent.)
template <class Tag>
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text)
      : text_(std::make_unique<char[]>(text.size())), size_(text.size()) {
    text.copy(text_.get(), size_);
  }
  /// Takes a string's text and wipes the string.
  static Secret take(std::string& text) {
    Secret secret{std::string_view(text)};
    wipe(text);
    return secret;
  }
  Secret(Secret&& other) noexcept
      : text_(std::move(other.text_)), size_(std::exchange(other.size_, 0)) {}
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      clear();
      text_ = std::move(other.text_);
      size_ = std::exchange(other.size_, 0);
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { clear(); }

  bool empty() const { return size_ == 0; }
  /// Calls `use` with the characters and returns what it returns. Do not let them escape.
  template <class F>
  decltype(auto) reveal(F&& use) const {
    return std::forward<F>(use)(std::string_view(text_.get(), size_));
  }
  /// A second secret of the same text.
  Secret copy() const { return Secret{std::string_view(text_.get(), size_)}; }

 private:
  void clear() noexcept {
    if (text_) wipe(text_.get(), size_);
    text_.reset();
    size_ = 0;
  }
  std::unique_ptr<char[]> text_;
  std::size_t size_ = 0;
};

using MasterUsername = Secret<struct MasterUsernameTag>;
using MasterPassword = Secret<struct MasterPasswordTag>;
using ApiKey = Secret<struct ApiKeyTag>;
using UserSecret = Secret<struct UserSecretTag>;
using TokenText = Secret<struct TokenTextTag>;
using SigningSecret = Secret<struct SigningSecretTag>;
using TlsKey = Secret<struct TlsKeyTag>;
using OpenIdSecret = Secret<struct OpenIdSecretTag>;  // that this server has at its provider
using LoginCode = Secret<struct LoginCodeTag>;        // of a link that logs in to the panel, once
using SessionKey = Secret<struct SessionKeyTag>;      // the cookie of a session of the panel

}  // namespace claviger

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/environment.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "token/key_ring.h"

namespace claviger {

/// The key that a file holds: a private key in PEM if its name ends in ".pem", else a shared
/// secret, the text without a line feed at its end. A name in the form of a kid must be that of the
/// key: by it a key of another environment is told. Errors: unacceptable_field; the message says of
/// the file what is wrong with it.
Result<Key> key_of_file(const Environment& environment, std::string_view name,
                        std::string_view text);

enum class KeyAlgorithm : std::uint8_t { hs256, es256, eddsa };
/// A key that was made just now, and the file for it.
struct GeneratedKey {
  Key key;
  std::string file_name;
  SigningSecret text;
};
/// Makes a key, of 256 bits or as strong.
GeneratedKey generate_key(const Environment& environment, KeyAlgorithm algorithm, Random& random);

}  // namespace claviger

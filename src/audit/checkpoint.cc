#include "audit/checkpoint.h"

#include <array>
#include <utility>

#include "audit/encoding.h"
#include "audit/json_line.h"
#include "base/json_writer.h"

namespace claviger {
namespace {

using Purpose = AuditCheckpoint::Purpose;

constexpr std::string_view tag = "claviger audit checkpoint v1";
constexpr std::size_t key_bytes = 12;

std::string signed_text(const AuditCheckpoint& checkpoint) {
  std::string text(tag);
  append_field(text, word_of(checkpoint.purpose));
  append_field(text, std::string_view(checkpoint.trail.environment));
  append_field(text, text_of(checkpoint.trail.id));
  append_number(text, checkpoint.point.sequence);
  append_field(text, text_of(checkpoint.point.hash));
  append_number(text, checkpoint.at_ms);
  return text;
}

std::string name_of(const std::array<std::uint8_t, 32>& fingerprint) {
  return hex(ByteView(fingerprint).first(key_bytes));
}

tl::unexpected<Error> unreadable(std::string what) {
  return fail(Code::malformed_body, "A checkpoint cannot be read: " + std::move(what) + ".");
}

}  // namespace

std::string_view word_of(Purpose purpose) {
  return purpose == Purpose::checkpoint ? "audit_checkpoint" : "audit_pruned";
}

AuditCheckpoint signed_checkpoint(AuditCheckpoint checkpoint, const SignatureKey* key) {
  if (key == nullptr) return checkpoint;
  checkpoint.key = name_of(key->fingerprint());
  checkpoint.signature = base64url(key->sign(bytes_of(signed_text(checkpoint))));
  return checkpoint;
}

bool is_signed_by(const AuditCheckpoint& checkpoint, const PublicKey& key) {
  SignatureKey::Signature signature{};
  return base64url_decode(checkpoint.signature, signature) == signature.size() &&
         key.verify(bytes_of(signed_text(checkpoint)), signature);
}

std::string checkpoint_line(const AuditCheckpoint& checkpoint) {
  std::string line;
  JsonWriter json(line);
  json.begin_object()
      .field("event", word_of(checkpoint.purpose))
      .field("environment", std::string_view(checkpoint.trail.environment))
      .field("trail", std::string_view(hex(checkpoint.trail.id)))
      .field("sequence", checkpoint.point.sequence)
      .field("hash", std::string_view(hex(checkpoint.point.hash)))
      .field("at_ms", checkpoint.at_ms);
  if (!checkpoint.key.empty())
    json.field("key", std::string_view(checkpoint.key))
        .field("signature", std::string_view(checkpoint.signature));
  json.end_object();
  return line;
}

Result<std::optional<AuditCheckpoint>> parse_checkpoint_line(std::string_view line) {
  AuditCheckpoint checkpoint;
  if (line.find(word_of(Purpose::checkpoint)) != std::string_view::npos)
    checkpoint.purpose = Purpose::checkpoint;
  else if (line.find(word_of(Purpose::pruned)) != std::string_view::npos)
    checkpoint.purpose = Purpose::pruned;
  else
    return std::optional<AuditCheckpoint>{};
  JsonLine json;
  if (!json.parse(line)) return unreadable("the line is not a JSON object");
  if (json.text("event") != word_of(checkpoint.purpose)) return std::optional<AuditCheckpoint>{};
  const auto environment = json.text("environment");
  const auto sequence = json.number("sequence");
  const auto at_ms = json.number("at_ms");
  if (!environment) return unreadable("its environment is missing");
  if (!sequence || !at_ms) return unreadable("its sequence or at_ms is no number");
  if (!hex_decode(json.text("trail").value_or(""), checkpoint.trail.id))
    return unreadable("its trail is not 32 hexadecimal digits");
  if (!hex_decode(json.text("hash").value_or(""), checkpoint.point.hash))
    return unreadable("its hash is not 64 hexadecimal digits");
  checkpoint.trail.environment = *environment;
  checkpoint.point.sequence = *sequence;
  checkpoint.at_ms = *at_ms;
  checkpoint.key = json.text("key").value_or("");
  checkpoint.signature = json.text("signature").value_or("");
  return std::optional(std::move(checkpoint));
}

}  // namespace claviger

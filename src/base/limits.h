#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/units.h"

/// Every bound of the server, in one place (NET-4). Nothing that a caller sends is held, parsed,
/// counted or waited for beyond one of these.
namespace claviger::limits {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A request
inline constexpr std::size_t body_bytes = 64 * KiB;
inline constexpr std::size_t head_bytes = 16 * KiB;
inline constexpr std::size_t headers = 100;
inline constexpr std::size_t url_bytes = 8 * KiB;
inline constexpr std::size_t json_depth = 64;
inline constexpr std::size_t form_fields = 100;
inline constexpr std::size_t token_bytes = 8 * KiB;

// A connection
inline constexpr seconds head_deadline{10};   // from a request's first byte to the end of its head
inline constexpr seconds body_deadline{20};   // from the end of the head to the end of the body
inline constexpr seconds write_deadline{20};  // for a caller to take in an answer
inline constexpr seconds idle_deadline{75};   // between two requests of one connection
inline constexpr std::size_t connections = 16'384;
inline constexpr std::size_t connections_per_address = 8'192;
inline constexpr std::size_t unread_output_bytes = 1 * MiB;
inline constexpr seconds linger_deadline{2};  // for a caller to see why it is being cut off
inline constexpr std::size_t grown_input_bytes = 256 * MiB;  // of large requests, all together

inline constexpr seconds tls_ticket_period{3600};  // a session may be resumed for one to two
inline constexpr seconds certificate_warning{14 * 24 * 3600};  // before a certificate expires

// Work that may wait (storage)
inline constexpr std::size_t pool_threads = 32;
inline constexpr std::size_t pool_queue = 1'024;
inline constexpr std::size_t bulk_together = 64;  // requests in bulk that are answered together …
inline constexpr std::size_t bulk_threads = 2;    // … by so many threads of the pool
inline constexpr seconds retry_after{1};
/// How long a check waits for a lease that ran out.
inline constexpr std::chrono::milliseconds lease_wait{1'000};
inline constexpr seconds drain_deadline{10};  // for what is in flight when the server stops

// Names and lists
inline constexpr std::size_t client_name_chars = 255;
inline constexpr std::size_t identifier_chars = 255;
inline constexpr std::size_t administrator_name_chars = 255;
inline constexpr std::size_t email_chars = 254;  // RFC 5321 §4.5.3.1.3, without its brackets
inline constexpr std::size_t scopes = 64;
inline constexpr std::size_t scope_chars = 128;
inline constexpr std::size_t environment_chars = 32;
inline constexpr std::int64_t page_size_default = 20;
inline constexpr std::int64_t page_size_max = 100;
inline constexpr std::int64_t admin_page_size_default = 25;
inline constexpr std::size_t export_piece_bytes = 64 * KiB;  // of a file, made at a time
inline constexpr std::int64_t page_max = 1'000'000'000;

// Lifetimes
inline constexpr seconds token_lifetime_min{60};
inline constexpr seconds token_lifetime_default{30 * 24 * 3600};
inline constexpr seconds token_lifetime_max_default{365 * 24 * 3600};
inline constexpr seconds grace_period_max{7 * 24 * 3600};
inline constexpr seconds issued_in_future_max{60};
inline constexpr seconds token_retention{7 * 24 * 3600};  // a row outlives its token by this

// The admin panel
inline constexpr seconds login_link_lifetime{10 * 60};
inline constexpr seconds session_lifetime{12 * 3600};
inline constexpr seconds session_idle{30 * 60};
inline constexpr seconds session_seen_step{60};  // a use is noted if the last one is older
inline constexpr std::size_t administrators_in_settings = 100;
inline constexpr std::int64_t administrators_max = 1'000;  // on the list of the database
inline constexpr std::int64_t sessions_listed = 1'000;

// The live view
inline constexpr std::size_t view_shards = 64;
inline constexpr std::size_t view_tokens_max = 4'000'000;
inline constexpr std::size_t known_token_sets = 8 * KiB;  // of 4 tokens, 128 bytes each: 4 MiB

// Signing keys
inline constexpr std::size_t ring_keys = 64;  // that a process can have loaded since its start
/// How long a process that looks at its folder may take to load a key.
inline constexpr seconds key_loading{5};
/// How long callers who check offline may keep the public keys that they fetched.
inline constexpr seconds key_publication{600};

// The log
inline constexpr std::size_t log_buffer_bytes = 1 * MiB;  // what does not fit is dropped
inline constexpr milliseconds log_gathering{10};          // lines that come within share a write
inline constexpr seconds log_flush_deadline{1};           // for a stuck reader, at the end

// The attempt limiter
inline constexpr std::size_t attempt_slots = 256 * KiB;

}  // namespace claviger::limits

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace claviger::simulation {

/// A mistake in what surrounds the nodes' code, which the simulation has to find. Named as in
/// tests/model/fence.pml; mistakes in the nodes' own code are patches, in mutants/.
enum class Mutant : std::uint8_t {
  none,
  async,       // a failover loses commits that were acknowledged
  read,        // a lease comes of a read, also of a deposed primary
  join,        // a member's row is there only with its first renewal
  reap,        // a silent member is removed even if it renews meanwhile
  row,         // several processes renew and acknowledge under one name
  seq,         // an epoch is seen before a smaller one
  no_stamp,    // after a failover a number is taken for the epoch that it was before
  ack_any,     // a server takes an acknowledgement of another's epoch of that number
  replica,     // what is read of a server that lags behind or was deposed is believed
  key_read,    // the same, of the list of retired keys alone
  early_wait,  // the wait counts from the request, not from the commit
  retry,       // what is revoked already is answered without a wait
  retry_read,  // what a read finds revoked already is waited for, but not committed
  clock,       // the lease is judged by a time from before the request
};

inline constexpr std::array<std::pair<std::string_view, Mutant>, 14> mutants{{
    {"ASYNC", Mutant::async},
    {"READ", Mutant::read},
    {"JOIN", Mutant::join},
    {"REAP", Mutant::reap},
    {"ROW", Mutant::row},
    {"SEQ", Mutant::seq},
    {"NOSTAMP", Mutant::no_stamp},
    {"ACKANY", Mutant::ack_any},
    {"REPLICA", Mutant::replica},
    {"KEYREAD", Mutant::key_read},
    {"EARLYWAIT", Mutant::early_wait},
    {"RETRY", Mutant::retry},
    {"RETRYREAD", Mutant::retry_read},
    {"CLOCK", Mutant::clock},
}};

}  // namespace claviger::simulation

#include "base/text.h"
#include "store/postgres/connection.h"
#include "store/postgres/libpq.h"

namespace claviger::postgres {
namespace {

/// Writes a number in the order of bytes of the network.
template <class T>
std::string network_bytes(T value) {
  std::string bytes(sizeof value, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[bytes.size() - 1 - i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  return bytes;
}

}  // namespace

void Statement::add(std::string_view bytes) {
  values_ += bytes;
  ends_.push_back(values_.size());
  nulls_.push_back(false);
}

void Statement::bind(std::int64_t value) {
  add(network_bytes(value));
}

void Statement::bind(bool value) {
  add(std::string_view(value ? "\1" : "\0", 1));
}

void Statement::bind_text(std::string_view text, Arguments /*arguments*/) {
  // What PostgreSQL holds in no text is equal to none: NULL, in a look-up as in an insert.
  if (text.find('\0') != std::string_view::npos || !is_utf8(text)) return bind_null();
  add(text);
}

void Statement::bind_bytes(ByteView bytes, Arguments /*arguments*/) {
  add({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void Statement::bind_null() {
  ends_.push_back(values_.size());
  nulls_.push_back(true);
}

Result<bool> Statement::next() {
  if (!result_) result_ = TRY(connection_.exchange(*this));
  return ++row_ < pq().ntuples(result_.get());
}

Result<std::int64_t> Statement::run() {
  result_ = TRY(connection_.exchange(*this));
  std::int64_t changed = 0;
  for (const char* digit = pq().cmdTuples(result_.get()); *digit != '\0'; ++digit)
    changed = changed * 10 + (*digit - '0');
  return changed;
}

Status Statement::run_later() {
  return connection_.send(*this);
}

void Statement::reset() {
  values_.clear();
  ends_.clear();
  nulls_.clear();
  result_.reset();
  row_ = -1;
}

bool Statement::is_null(int column) const {
  return pq().getisnull(result_.get(), row_, column) == 1;
}

std::int64_t Statement::number(int column) const {
  std::uint64_t value = 0;
  const auto all = bytes(column);
  for (const char byte : all) value = value << 8 | static_cast<unsigned char>(byte);
  const auto unused = 64 - 8 * all.size();  // a shorter number keeps its sign
  if (all.size() < 2 || all.size() > 8) return static_cast<std::int64_t>(value);
  return static_cast<std::int64_t>(value << unused) >> unused;
}

std::string_view Statement::bytes(int column) const {
  return {pq().getvalue(result_.get(), row_, column),
          static_cast<std::size_t>(pq().getlength(result_.get(), row_, column))};
}

}  // namespace claviger::postgres

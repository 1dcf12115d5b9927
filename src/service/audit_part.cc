#include <algorithm>
#include <limits>

#include "base/bytes.h"
#include "service/audit.h"
#include "service/page_size.h"

namespace claviger {
namespace {

constexpr std::int64_t kPage = 1'000;  // rows
constexpr int kPages = 20;

bool is_id(const std::optional<AuditRow::Bytes>& bytes, const Uuid& id) {
  return bytes && *bytes == text_of(id);
}

}  // namespace

bool matches(const AuditFilter& filter, const AuditRow& row) {
  const auto at = from_unix_milliseconds(row.at_ms);
  return (!filter.action || row.action == *filter.action) &&
         (!filter.actor || row.actor == *filter.actor ||
          row.actor.starts_with(*filter.actor + " ")) &&
         (!filter.client_id || is_id(row.client_id, filter.client_id->bytes)) &&
         (!filter.object_id || is_id(row.object_id, *filter.object_id)) &&
         (!filter.from || at >= *filter.from) && (!filter.until || at < *filter.until);
}

Result<AuditListPage> search_audit(Services& services, const AuditFilter& filter,
                                   std::optional<std::int64_t> before, std::int64_t page_size) {
  TRY_STATUS(check_page_size(page_size));
  return services.store.list_audit(filter, before, page_size);
}

Result<AuditPart> check_audit_part(Services& services, const std::optional<AuditPoint>& behind) {
  const auto state = TRY(services.store.audit_state());
  auto from = state.trail;
  // From before the beginning, lest rows be hidden there.
  auto after = std::numeric_limits<std::int64_t>::min();
  if (behind && behind->sequence >= from.begin.sequence) {
    from.begin = *behind;
    after = behind->sequence;
  }
  TrailCheck check(from, {}, nullptr);
  AuditPart part;
  for (int pages = 0; pages < kPages && !part.is_last; ++pages) {
    const auto page = TRY(services.store.read_audit(after, kPage));
    // Retention may take rows while we are on our way to them.
    if (page.trail.begin.sequence > check.at().sequence) check.move_begin(page.trail);
    for (const auto& row : page.rows) check.add(row);
    if (!page.rows.empty()) after = page.rows.back().sequence;
    part.is_last = page.rows.size() < static_cast<std::size_t>(kPage);
  }
  const auto report = check.finish();
  part.checked_to = report.end;
  part.newest = std::max(state.newest.sequence, report.end.sequence);
  if (!report.is_sound()) {
    part.problem = report.faults.front().problem;
    part.is_last = true;
  }
  return part;
}

}  // namespace claviger

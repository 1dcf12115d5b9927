#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/durations.h"

namespace prometheus {
enum class MetricType;
struct ClientMetric;
struct MetricFamily;
}  // namespace prometheus

namespace claviger {

/// Metrics as Prometheus reads them (its text format, version 0.0.4), put together for one answer.
/// Each name is to be added in one go. Takes numbers and names, never a Secret (LOG-2).
class Exposition {
 public:
  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";
  using Label = std::pair<std::string_view, std::string_view>;  // its name and value

  Exposition();
  ~Exposition();
  Exposition(const Exposition&) = delete;
  Exposition& operator=(const Exposition&) = delete;

  /// A count since the process began. `help` is a sentence for people.
  void counter(std::string_view name, std::string_view help, double value,
               const std::vector<Label>& labels = {});
  /// What is so now.
  void gauge(std::string_view name, std::string_view help, double value,
             const std::vector<Label>& labels = {});
  /// In seconds.
  void durations(std::string_view name, std::string_view help, const Durations& durations,
                 const std::vector<Label>& labels = {});

  std::string text() const;

 private:
  /// A metric to be filled, in the family of that name.
  prometheus::ClientMetric& add(std::string_view name, std::string_view help,
                                prometheus::MetricType type, const std::vector<Label>& labels);
  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace claviger

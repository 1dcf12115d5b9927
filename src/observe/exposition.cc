#include "observe/exposition.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>

namespace claviger {
Exposition::Exposition() = default;
Exposition::~Exposition() = default;

prometheus::ClientMetric& Exposition::add(std::string_view name, std::string_view help,
                                          prometheus::MetricType type,
                                          const std::vector<Label>& labels) {
  if (families_.empty() || families_.back().name != name)
    families_.push_back(
        {.name = std::string(name), .help = std::string(help), .type = type, .metric = {}});
  auto& metric = families_.back().metric.emplace_back();
  for (const auto& [label, value] : labels)
    metric.label.push_back({.name = std::string(label), .value = std::string(value)});
  return metric;
}

void Exposition::counter(std::string_view name, std::string_view help, double value,
                         const std::vector<Label>& labels) {
  add(name, help, prometheus::MetricType::Counter, labels).counter.value = value;
}

void Exposition::gauge(std::string_view name, std::string_view help, double value,
                       const std::vector<Label>& labels) {
  add(name, help, prometheus::MetricType::Gauge, labels).gauge.value = value;
}

void Exposition::durations(std::string_view name, std::string_view help, const Durations& durations,
                           const std::vector<Label>& labels) {
  auto& histogram = add(name, help, prometheus::MetricType::Histogram, labels).histogram;
  const auto counts = durations.counts();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const bool is_last = i == Durations::bounds.size();
    histogram.sample_count += counts[i];
    histogram.bucket.push_back(
        {.cumulative_count = histogram.sample_count,
         .upper_bound = is_last ? std::numeric_limits<double>::infinity() : Durations::bounds[i]});
  }
  histogram.sample_sum = durations.seconds();
}

std::string Exposition::text() const {
  return prometheus::TextSerializer().Serialize(families_);
}

}  // namespace claviger

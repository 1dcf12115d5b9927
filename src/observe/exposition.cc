#include "observe/exposition.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>

namespace claviger {
namespace {

prometheus::ClientMetric labelled(const std::vector<Exposition::Label>& labels) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : labels)
    metric.label.push_back({.name = std::string(name), .value = std::string(value)});
  return metric;
}

}  // namespace

Exposition::Exposition() = default;
Exposition::~Exposition() = default;

prometheus::MetricFamily& Exposition::family(std::string_view name, std::string_view help) {
  if (families_.empty() || families_.back().name != name) {
    families_.emplace_back();
    families_.back().name = name;
    families_.back().help = help;
  }
  return families_.back();
}

void Exposition::counter(std::string_view name, std::string_view help, double value,
                         const std::vector<Label>& labels) {
  auto& added = family(name, help);
  added.type = prometheus::MetricType::Counter;
  added.metric.push_back(labelled(labels));
  added.metric.back().counter.value = value;
}

void Exposition::gauge(std::string_view name, std::string_view help, double value,
                       const std::vector<Label>& labels) {
  auto& added = family(name, help);
  added.type = prometheus::MetricType::Gauge;
  added.metric.push_back(labelled(labels));
  added.metric.back().gauge.value = value;
}

void Exposition::durations(std::string_view name, std::string_view help, const Durations& durations,
                           const std::vector<Label>& labels) {
  auto& added = family(name, help);
  added.type = prometheus::MetricType::Histogram;
  auto metric = labelled(labels);
  auto& histogram = metric.histogram;
  const auto counts = durations.counts();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const bool is_last = i == Durations::bounds.size();
    histogram.sample_count += counts[i];
    histogram.bucket.push_back(
        {.cumulative_count = histogram.sample_count,
         .upper_bound = is_last ? std::numeric_limits<double>::infinity() : Durations::bounds[i]});
  }
  histogram.sample_sum = durations.seconds();
  added.metric.push_back(std::move(metric));
}

std::string Exposition::text() const {
  return prometheus::TextSerializer().Serialize(families_);
}

}  // namespace claviger

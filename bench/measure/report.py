"""Ratios, verdicts and Markdown."""

from dataclasses import dataclass, field
from statistics import median


@dataclass
class Row:
    """A row of the table of reaches: one ratio (or figure) a round, and what it is to reach."""

    measured: str
    reach: str  # "≤ 1.00": an operator, a number, and perhaps a unit
    values: list = field(default_factory=list)
    note: str = ""

    @property
    def is_reached(self):
        operator, number = self.reach.split()[:2]
        value = median(self.values)
        return value <= float(number) if operator == "≤" else value >= float(number)

    @property
    def verdict(self):
        if not self.values:
            return "not measured"
        return "yes" if self.is_reached else "no"

    def cells(self):
        return [self.measured, self.reach, spread(self.values) if self.values else "–",
                self.verdict + (f" ({self.note})" if self.note else "")]


def number_text(value):
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def spread(values):
    """Median (least–most)."""
    text = number_text(median(values))
    if len(values) > 1:
        text += f" ({number_text(min(values))}–{number_text(max(values))})"
    return text


def bytes_text(size):
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size:.0f} B"


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(map(str, cells)) + " |" for cells in rows]
    return "\n".join(lines)


def sample_cells(samples):
    """Server CPU per answer, answers a second, latencies: the medians over rounds."""
    return [spread([s.cpu_us for s in samples]), spread([s.rate for s in samples]),
            *(number_text(median(getattr(s, name) for s in samples))
              for name in ("p50", "p99", "p999"))]


SAMPLE_HEADS = ["server CPU µs/answer", "answers/s", "p50 µs", "p99 µs", "p99.9 µs"]


def ratios(upper, lower, value):
    """value(upper) ÷ value(lower), round by round."""
    return [value(a) / value(b) for a, b in zip(upper, lower)]


def interleaved(rounds, *measures):
    """The samples of each, taken A B … A B …, so that what the machine does meets all alike."""
    samples = [[] for _ in measures]
    for _ in range(rounds):
        for kept, measure in zip(samples, measures):
            kept.append(measure())
    return samples

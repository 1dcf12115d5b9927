"""What clients of a cluster did and were told, and whether that could have been.

Times are those of one monotonic clock, in nanoseconds. An operation took effect, if it did, at some
instant between `invoke` and `end`; one that was not answered, or by 503, may take effect later
still, or never. The rule that matters (the others are in `check`):

  a check that was sent after a revocation was acknowledged must not accept what that covers.

Revocations are for good, so each token has one instant from which it must be refused: no search
over orders is needed, and everything here sorts.
"""

import bisect
import json
import sys
from collections import Counter, defaultdict
from itertools import accumulate
from typing import NamedTuple

NEVER = float("inf")

# Outcomes
OK = "ok"
REFUSED = "refused"  # 401: for a check, the token; for a login, whoever asks
UNAVAILABLE = "unavailable"  # 503
LOST = "lost"  # no answer
FAILED = "failed"  # an answer that no call should get

# Operations, and what `subject` is
ISSUE = "issue"  # a user; `token` is what came of it
CHECK = "check"  # a token
FINAL_CHECK = "final check"  # a token, when nothing is broken any more
REVOKE_TOKEN = "revoke token"
REVOKE_USER = "revoke all of a user"
DEACTIVATE_USER = "deactivate user"
ACTIVATE_USER = "activate user"
DEACTIVATE_CLIENT = "deactivate client"
ACTIVATE_CLIENT = "activate client"
REVOKING = (REVOKE_TOKEN, REVOKE_USER, DEACTIVATE_USER, DEACTIVATE_CLIENT)

# Violations
ACCEPTED_AFTER_REVOCATION = "accepted after an acknowledged revocation"
ACCEPTED_UNISSUED = "accepted though never issued"
ISSUED_WHILE_INACTIVE = "issued while the user or client was inactive"
LOST_TOKEN = "an acknowledged token was lost"
LOST_REVOCATION = "an acknowledged revocation was lost"
NOT_HEALED = "no verdict after everything healed"
UNEXPECTED = "an answer that no call should get"
VIOLATIONS = (ACCEPTED_AFTER_REVOCATION, ACCEPTED_UNISSUED, ISSUED_WHILE_INACTIVE, LOST_TOKEN,
              LOST_REVOCATION, NOT_HEALED, UNEXPECTED)


class Operation(NamedTuple):
    kind: str
    subject: str
    invoke: int
    end: int
    outcome: str
    node: str
    token: str = ""
    detail: str = ""

    @property
    def effect_end(self):
        """The last instant at which it may take effect."""
        return self.end if self.outcome in (OK, REFUSED) else NEVER


class History:
    """Operations in any order, and who belongs to whom. Safe for threads: appending is one step."""

    def __init__(self):
        self.operations = []
        self.clients = {}  # user -> client

    def add(self, *fields, **named):
        operation = Operation(*fields, **named)
        self.operations.append(operation)
        return operation

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            print(json.dumps(self.clients), file=file)
            for operation in self.operations:
                print(json.dumps(operation), file=file)

    @classmethod
    def load(cls, path):
        history = cls()
        with open(path, encoding="utf-8") as file:
            history.clients = json.loads(next(file))
            history.operations = [Operation(*json.loads(line)) for line in file]
        return history


class Violation(NamedTuple):
    kind: str
    operation: Operation
    because: Operation = None

    def __str__(self):
        text = f"{self.kind}: {line_of(self.operation)}"
        if self.because is not None:
            gap_ms = (self.operation.invoke - self.because.end) / 1e6
            text += f"; {line_of(self.because)}, {gap_ms:.1f} ms before"
        return text


def line_of(operation):
    return (f"{operation.kind} {operation.token or operation.subject} by {operation.node}: "
            f"{operation.outcome} {operation.detail}").rstrip()


class Findings:
    def __init__(self):
        self.violations = []
        self.rejected_live = []  # 401 for a token that nobody had tried to revoke
        self.verdicts = Counter()  # how many checks were held against what

    def count(self, kind):
        return sum(violation.kind == kind for violation in self.violations)


class Least:
    """Of pairs (at, value, what), the least value among those whose `at` is not below a bound."""

    def __init__(self, pairs):
        ordered = sorted(pairs, key=lambda pair: pair[0])
        self.at = [pair[0] for pair in ordered]
        least = accumulate(reversed(ordered), lambda a, b: b if b[1] < a[1] else a)
        self.least = list(least)[::-1]

    def from_on(self, bound, strictly=False):
        """(value, what), or (NEVER, None)."""
        find = bisect.bisect_right if strictly else bisect.bisect_left
        place = find(self.at, bound)
        return self.least[place][1:] if place < len(self.at) else (NEVER, None)


class Owner:
    """What was done to all tokens of a user, or of a client."""

    def __init__(self, operations):
        acknowledged = [op for op in operations if op.outcome == OK]
        attempts = [op for op in operations if op.kind in REVOKING]
        self.revoked = Least((op.invoke, op.end, op) for op in acknowledged
                             if op.kind == REVOKE_USER)
        self.deactivated = Least((op.invoke, op.end, op) for op in acknowledged
                                 if op.kind in (DEACTIVATE_USER, DEACTIVATE_CLIENT))
        self.attempted = Least((op.effect_end, op.invoke, op) for op in attempts)
        activations = sorted((op.invoke, op.effect_end) for op in operations
                             if op.kind in (ACTIVATE_USER, ACTIVATE_CLIENT))
        self.activation_invokes = [invoke for invoke, _ in activations]
        self.activation_ends = list(accumulate((end for _, end in activations), max))

    def refused_from(self, issue):
        """From when on a token must be refused, and by which operation."""
        return min(self.revoked.from_on(issue.end), self.deactivation_of(issue),
                   key=lambda found: found[0])

    def deactivation_of(self, issue):
        """The first deactivation that covers a token: one begun after it was there; or one that no
        activation can have undone before it was issued, so that it must have been there."""
        place = bisect.bisect_left(self.activation_invokes, issue.end)
        undone_until = self.activation_ends[place - 1] if place else -NEVER
        return self.deactivated.from_on(min(issue.end, undone_until))


class Checker:
    def __init__(self, history):
        self.findings = Findings()
        self.clients = history.clients
        self.checks = []
        self.issues = {}  # token -> its issue
        by_subject = defaultdict(list)
        for operation in history.operations:
            if operation.outcome == FAILED:
                self.blame(UNEXPECTED, operation)
            if operation.kind in (CHECK, FINAL_CHECK):
                self.checks.append(operation)
            elif operation.kind == ISSUE:
                if operation.outcome == OK:
                    self.issues[operation.token] = operation
            else:
                by_subject[operation.subject].append(operation)
        self.of_tokens = {subject: by_subject[subject] for subject in by_subject.keys()
                          & self.issues.keys()}
        self.owners = {subject: Owner(found) for subject, found in by_subject.items()
                       if subject not in self.issues}
        self.refusals = {}

    def blame(self, kind, operation, because=None):
        self.findings.violations.append(Violation(kind, operation, because))

    def owners_of(self, issue):
        names = (issue.subject, self.clients.get(issue.subject))
        return [self.owners[name] for name in names if name in self.owners]

    def refusal(self, token):
        """For a token: from when on it must be refused and by which operation; from when on it may
        be refused."""
        if token not in self.refusals:
            issue = self.issues[token]
            own = self.of_tokens.get(token, [])
            must = [owner.refused_from(issue) for owner in self.owners_of(issue)]
            must += [(op.end, op) for op in own if op.outcome == OK]
            may = [owner.attempted.from_on(issue.invoke, strictly=True)[0]
                   for owner in self.owners_of(issue)]
            may += [op.invoke for op in own]
            self.refusals[token] = (*min(must, key=lambda found: found[0], default=(NEVER, None)),
                                    min(may, default=NEVER))
        return self.refusals[token]

    def check_issue(self, issue):
        for owner in self.owners_of(issue):
            end, because = owner.deactivation_of(issue)
            if end < issue.invoke:
                self.blame(ISSUED_WHILE_INACTIVE, issue, because)

    def check_check(self, check):
        if check.subject not in self.issues:
            if check.outcome == OK:
                self.blame(ACCEPTED_UNISSUED, check)
            self.findings.verdicts["of tokens never issued"] += 1
            return
        must_from, because, may_from = self.refusal(check.subject)
        is_final = check.kind == FINAL_CHECK
        if check.invoke > must_from:
            self.findings.verdicts["of revoked tokens"] += 1
            if check.outcome == OK:
                self.blame(LOST_REVOCATION if is_final else ACCEPTED_AFTER_REVOCATION, check,
                           because)
        elif check.end < may_from:
            self.findings.verdicts["of live tokens"] += 1
            if check.outcome == REFUSED:
                if is_final:
                    self.blame(LOST_TOKEN, check)
                else:
                    self.findings.rejected_live.append(check)
        else:
            self.findings.verdicts["while being revoked"] += 1
        if is_final and check.outcome in (LOST, UNAVAILABLE):
            self.blame(NOT_HEALED, check)

    def run(self):
        for issue in self.issues.values():
            self.check_issue(issue)
        for check in self.checks:
            self.check_check(check)
        return self.findings


def check(history):
    """All that cannot have been: Findings."""
    return Checker(history).run()


if __name__ == "__main__":
    for found in check(History.load(sys.argv[1])).violations:
        print(found)

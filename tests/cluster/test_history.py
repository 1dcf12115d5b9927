"""The checker finds each kind of violation, and nothing in histories that may be.

A history is written as (kind, subject, invoke, end, outcome); "u" is a user of client "c".
"""

import random

import pytest

import history as h
from history import CHECK, FINAL_CHECK, ISSUE, LOST, NEVER, OK, REFUSED, UNAVAILABLE

T_ISSUED = (ISSUE, "u", 10, 20, OK, "t")


def findings_of(*steps):
    written = h.History()
    written.clients = {"u": "c", "v": "c", "w": "d"}
    for kind, subject, invoke, end, outcome, *token in steps:
        written.add(kind, subject, invoke, end, outcome, "node 1", *token)
    return h.check(written)


def kinds(*steps):
    return [violation.kind for violation in findings_of(*steps).violations]


COVERING = [(h.REVOKE_TOKEN, "t"), (h.REVOKE_USER, "u"), (h.DEACTIVATE_USER, "u"),
            (h.DEACTIVATE_CLIENT, "c")]


@pytest.mark.parametrize("kind, subject", COVERING)
def test_accepted_after_revocation(kind, subject):
    revoked = (kind, subject, 30, 40, OK)
    assert kinds(T_ISSUED, revoked, (CHECK, "t", 41, 50, OK)) == [h.ACCEPTED_AFTER_REVOCATION]
    assert kinds(T_ISSUED, revoked, (CHECK, "t", 41, 50, REFUSED)) == []
    assert kinds(T_ISSUED, revoked, (CHECK, "t", 41, 50, UNAVAILABLE)) == []
    assert kinds(T_ISSUED, revoked, (CHECK, "t", 41, NEVER, LOST)) == []


@pytest.mark.parametrize("kind, subject", COVERING)
def test_what_overlaps_may_go_either_way(kind, subject):
    for outcome in (OK, REFUSED):
        found = findings_of(T_ISSUED, (kind, subject, 30, 40, OK), (CHECK, "t", 39, 99, outcome))
        assert not found.violations and not found.rejected_live
        assert found.verdicts == {"while being revoked": 1}


@pytest.mark.parametrize("kind, subject", COVERING)
@pytest.mark.parametrize("outcome", [LOST, UNAVAILABLE])
def test_what_was_not_acknowledged_may_go_either_way_for_good(kind, subject, outcome):
    attempt = (kind, subject, 30, 40, outcome)
    for verdict in (OK, REFUSED):
        for check in (CHECK, FINAL_CHECK):
            found = findings_of(T_ISSUED, attempt, (check, "t", 900, 999, verdict))
            assert not found.violations and not found.rejected_live


def test_the_first_acknowledgement_counts():
    steps = [T_ISSUED, (h.REVOKE_TOKEN, "t", 30, 90, OK), (h.REVOKE_USER, "u", 35, 40, OK)]
    assert kinds(*steps, (CHECK, "t", 39, 50, OK)) == []
    assert kinds(*steps, (CHECK, "t", 41, 50, OK)) == [h.ACCEPTED_AFTER_REVOCATION]


def test_others_tokens_are_not_covered():
    others = [(ISSUE, "v", 10, 20, OK, "t2"), (ISSUE, "w", 10, 20, OK, "t3")]
    for kind, subject in COVERING[:3]:
        found = findings_of(T_ISSUED, *others, (kind, subject, 30, 40, OK),
                            (CHECK, "t2", 50, 60, OK), (CHECK, "t3", 50, 60, OK))
        assert not found.violations
    of_client = [T_ISSUED, *others, (h.DEACTIVATE_CLIENT, "c", 30, 40, OK)]
    assert kinds(*of_client, (CHECK, "t2", 50, 60, OK)) == [h.ACCEPTED_AFTER_REVOCATION]
    assert kinds(*of_client, (CHECK, "t3", 50, 60, OK)) == []


def test_accepted_though_never_issued():
    assert kinds((CHECK, "forged", 1, 2, OK)) == [h.ACCEPTED_UNISSUED]
    assert kinds((CHECK, "forged", 1, 2, REFUSED)) == []


def test_tokens_of_an_issue_beside_the_revocation():
    """Revoking all may have come before the token. Deactivating cannot have: the login would have
    been refused. Unless somebody activated the user again."""
    accepted = (CHECK, "t", 50, 60, OK)
    assert kinds(T_ISSUED, (h.REVOKE_USER, "u", 15, 40, OK), accepted) == []
    for kind, subject in COVERING[2:]:
        deactivated = (kind, subject, 15, 40, OK)
        activate = h.ACTIVATE_USER if subject == "u" else h.ACTIVATE_CLIENT
        assert kinds(T_ISSUED, deactivated, accepted) == [h.ACCEPTED_AFTER_REVOCATION]
        assert kinds(T_ISSUED, deactivated, (activate, subject, 16, 19, OK), accepted) == []
        assert kinds(T_ISSUED, deactivated, (activate, subject, 16, 19, LOST), accepted) == []
        # Begun too late to have come between them.
        assert kinds(T_ISSUED, deactivated, (activate, subject, 41, 45, OK),
                     accepted) == [h.ACCEPTED_AFTER_REVOCATION]


def test_activating_brings_no_token_back():
    steps = [T_ISSUED, (h.DEACTIVATE_USER, "u", 30, 40, OK), (h.ACTIVATE_USER, "u", 41, 45, OK)]
    assert kinds(*steps, (CHECK, "t", 50, 60, OK)) == [h.ACCEPTED_AFTER_REVOCATION]
    assert kinds(*steps, (ISSUE, "u", 46, 48, OK, "t2"), (CHECK, "t2", 50, 60, OK)) == []


def test_issued_while_inactive():
    for kind, subject in COVERING[2:]:
        activate = h.ACTIVATE_USER if subject == "u" else h.ACTIVATE_CLIENT
        deactivated = (kind, subject, 1, 9, OK)
        assert kinds(deactivated, T_ISSUED) == [h.ISSUED_WHILE_INACTIVE]
        assert kinds(deactivated, (activate, subject, 9, 10, OK), T_ISSUED) == []
        assert kinds((activate, subject, 0, 1, OK), deactivated,
                     T_ISSUED) == [h.ISSUED_WHILE_INACTIVE]
        assert kinds((kind, subject, 1, 9, UNAVAILABLE), T_ISSUED) == []
    assert kinds((h.REVOKE_USER, "u", 1, 9, OK), T_ISSUED, (CHECK, "t", 30, 40, OK)) == []


def test_rejected_though_never_revoked():
    for outcome, count in ((REFUSED, 1), (UNAVAILABLE, 0), (LOST, 0)):
        found = findings_of(T_ISSUED, (CHECK, "t", 30, 40, outcome),
                            (h.REVOKE_TOKEN, "t", 41, 50, OK))
        assert not found.violations and len(found.rejected_live) == count
    # A revocation of all that was over before the token was issued cannot be the reason.
    found = findings_of((h.REVOKE_USER, "u", 1, 9, OK), T_ISSUED, (CHECK, "t", 30, 40, REFUSED))
    assert len(found.rejected_live) == 1
    found = findings_of((h.REVOKE_USER, "u", 1, 9, LOST), T_ISSUED, (CHECK, "t", 30, 40, REFUSED))
    assert not found.rejected_live


def test_lost_acknowledged_writes():
    assert kinds(T_ISSUED, (FINAL_CHECK, "t", 50, 60, OK)) == []
    assert kinds(T_ISSUED, (FINAL_CHECK, "t", 50, 60, REFUSED)) == [h.LOST_TOKEN]
    for kind, subject in COVERING:
        revoked = (kind, subject, 30, 40, OK)
        assert kinds(T_ISSUED, revoked, (FINAL_CHECK, "t", 50, 60, OK)) == [h.LOST_REVOCATION]
        assert kinds(T_ISSUED, revoked, (FINAL_CHECK, "t", 50, 60, REFUSED)) == []
    for outcome in (UNAVAILABLE, LOST):
        assert kinds(T_ISSUED, (FINAL_CHECK, "t", 50, 60, outcome)) == [h.NOT_HEALED]


def test_answers_that_no_call_should_get():
    assert kinds((h.REVOKE_TOKEN, "t", 1, 2, h.FAILED)) == [h.UNEXPECTED]


def test_a_violation_says_what_and_why():
    violation, = findings_of(T_ISSUED, (h.REVOKE_USER, "u", 30, 1_000_030, OK),
                             (CHECK, "t", 3_000_030, 4_000_000, OK)).violations
    assert str(violation) == (
        "accepted after an acknowledged revocation: check t by node 1: ok; "
        "revoke all of a user u by node 1: ok, 2.0 ms before")


def test_saved_and_loaded(tmp_path):
    written = h.History()
    written.clients["u"] = "c"
    written.add(*T_ISSUED[:5], "node 1", "t")
    written.add(h.REVOKE_USER, "u", 30, 40, OK, "node 2", detail="200")
    written.save(tmp_path / "history")
    loaded = h.History.load(tmp_path / "history")
    assert loaded.operations == written.operations and loaded.clients == written.clients


def slow_refused_from(steps, token, issue):
    """When a token must be refused, as simply as it can be said."""
    ends = [NEVER]
    for kind, subject, invoke, end, outcome, *_ in steps:
        if outcome != OK or subject not in (token, "u", "c"):
            continue
        undone = any(other[0] == kind.replace("de", "", 1) and other[1] == subject
                     and other[2] < issue[3] and invoke < (
                         other[3] if other[4] in (OK, REFUSED) else NEVER)
                     for other in steps)
        covers = kind == h.REVOKE_TOKEN or invoke >= issue[3] or (
            kind in (h.DEACTIVATE_USER, h.DEACTIVATE_CLIENT) and not undone)
        if kind in h.REVOKING and covers:
            ends.append(end)
    return min(ends)


def test_as_the_simple_rule_says():
    randomly = random.Random(1)
    for _ in range(2000):
        steps = []
        for _ in range(randomly.randrange(1, 9)):
            kind, subject = randomly.choice(
                [*COVERING, (h.ACTIVATE_USER, "u"), (h.ACTIVATE_CLIENT, "c")])
            invoke, end = sorted(randomly.sample(range(0, 60, 2), 2))
            steps.append((kind, subject, invoke, end, randomly.choice([OK, OK, LOST, UNAVAILABLE])))
        invoke, end = sorted(randomly.sample(range(1, 60, 2), 2))
        issue = (ISSUE, "u", invoke, end, OK, "t")
        at = randomly.randrange(1, 80, 2)
        must_refuse = slow_refused_from(steps, "t", issue) < at
        found = kinds(issue, *steps, (CHECK, "t", at, at + 1, OK))
        assert (h.ACCEPTED_AFTER_REVOCATION in found) == must_refuse, (issue, steps, at)


def test_long_histories_are_checked_too():
    """Were it quadratic, this would take hours."""
    count = 50_000
    steps = [T_ISSUED] + [(CHECK, "t", 30 + n, 31 + n, OK) for n in range(count)]
    steps += [(h.DEACTIVATE_USER, "u", -n, 1 - n, LOST) for n in range(1, count)]
    steps += [(h.ACTIVATE_USER, "u", -n, 1 - n, OK) for n in range(1, count)]
    steps += [(ISSUE, "u", 10, 20, OK, f"t{n}") for n in range(count)]
    assert not findings_of(*steps).violations

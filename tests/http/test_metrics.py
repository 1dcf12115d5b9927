"""GET /metrics: what Prometheus reads. Each number is looked at before and after what it counts."""

import re
import subprocess
from pathlib import Path

import pytest

from api import bearer, create_client, expect, key_header
from claviger import Server
from wire import until

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "packaging" / "prometheus"
NAME = re.compile(r"\b(?:claviger|process)_[a-z_]+")

def metrics_of(server):
    """Name with labels, as it stands there, to value."""
    answer = expect_text(server.api.get("/metrics"))
    lines = [line for line in answer.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def expect_text(answer):
    assert answer.status == 200, answer
    assert answer.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
    return answer.body.decode()


@pytest.fixture(scope="module")
def own():
    """A server whose numbers no other test moves."""
    server = Server().start()
    yield server
    server.finish()


class Watch:
    def __init__(self, server):
        self.server = server
        self.before = metrics_of(server)

    def moved(self, name):
        return metrics_of(self.server)[name] - self.before[name]


def outcome(word):
    return f'claviger_verifications_total{{outcome="{word}"}}'


def test_checks_are_counted_by_outcome(own):
    user = create_client(own).create_user()
    token, gone = user.issue(), user.issue()
    expect(gone.revoke(), 200)
    watch = Watch(own)
    for text, times in ((token.text, 3), (gone.text, 2), ("x.y.z", 1)):
        for _ in range(times):
            own.api.get("/verify", bearer(text))
    assert watch.moved(outcome("accepted")) == 3
    assert watch.moved(outcome("revoked")) == 2
    assert watch.moved(outcome("malformed")) == 1
    assert watch.moved(outcome("expired")) == watch.moved(outcome("unknown")) == 0


def test_issues_and_revocations_are_counted(own):
    user = create_client(own).create_user()
    watch = Watch(own)
    tokens = [user.issue() for _ in range(3)]
    for token in tokens[:2]:
        expect(token.revoke(), 200)
    assert watch.moved("claviger_tokens_issued_total") == 3
    assert watch.moved("claviger_revocations_total") == 2
    assert watch.moved("claviger_fence_seconds_count") == 2
    assert watch.moved('claviger_fence_seconds_bucket{le="+Inf"}') == 2
    assert watch.moved("claviger_fence_seconds_sum") > 0
    assert watch.moved("claviger_epoch") == 2


def test_memory_is_counted(own):
    token = create_client(own).create_user().issue()
    own.api.get("/token", bearer(token.text))
    watch = Watch(own)
    for _ in range(4):
        expect(own.api.get("/token", bearer(token.text)), 200)
    assert watch.moved("claviger_cache_hits_total") == 4
    assert watch.moved("claviger_cache_misses_total") == 0
    assert metrics_of(own)["claviger_cached_tokens"] >= 1
    assert metrics_of(own)["claviger_cached_tokens_max"] > 0


def test_a_token_from_before_the_start_is_a_miss_once():
    server = Server().start()
    token = create_client(server).create_user().issue()
    assert server.stop() == 0
    server.start()
    watch = Watch(server)
    for _ in range(3):
        expect(server.api.get("/token", bearer(token.text)), 200)
    assert watch.moved("claviger_cache_misses_total") == 1
    assert watch.moved("claviger_cache_hits_total") == 2
    server.finish()


def test_the_database_is_timed(own):
    client = create_client(own)
    watch = Watch(own)
    client.create_user()
    assert watch.moved('claviger_database_seconds_count{operation="commit"}') == 1
    assert watch.moved('claviger_database_seconds_count{operation="read"}') >= 1


def test_failed_attempts_are_counted():
    server = Server(CLAVIGER_ATTEMPTS_PER_MINUTE="5").start()
    user = create_client(server).create_user()
    watch = Watch(server)
    key = key_header(user.client.api_key)
    wrong = {"identifier": user.identifier, "secret": "no"}
    statuses = [server.api.post("/token", key, json=wrong).status for _ in range(8)]
    assert statuses[0] == 401 and statuses[-1] == 429
    assert watch.moved("claviger_authentication_failures_total") == 8
    assert watch.moved("claviger_rate_limited_total") == statuses.count(429)
    server.finish()


def test_connections_are_counted(own):
    before = metrics_of(own)["claviger_connections"]
    with own.api.connect(), own.api.connect():
        until(lambda: metrics_of(own)["claviger_connections"] >= before + 2, "they are counted")


def test_the_server_says_what_it_is(own):
    told = metrics_of(own)
    (build,) = [name for name in told if name.startswith("claviger_build_info")]
    assert re.fullmatch(
        r'claviger_build_info\{version="[0-9.]+",environment="development"\}', build
    )
    assert told[build] == 1
    assert told["process_resident_memory_bytes"] > 1_000_000
    assert told["process_open_fds"] > 3
    assert told["process_cpu_seconds_total"] > 0
    assert told["process_start_time_seconds"] > 1.7e9


def test_prometheus_own_checker_finds_nothing(own):
    text = expect_text(own.api.get("/metrics"))
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_who_is_not_allowed_learns_nothing():
    server = Server(
        CLAVIGER_METRICS_ALLOW="192.0.2.20,2001:db8::/64", CLAVIGER_TRUSTED_PROXIES="127.0.0.1"
    ).start()
    refused = server.api.get("/metrics")
    assert refused.status == 403
    assert refused.json()["code"] == "address_not_allowed"
    assert "CLAVIGER_METRICS_ALLOW" in refused.json()["detail"]
    for address, status in (("192.0.2.20", 200), ("2001:db8::7", 200), ("192.0.2.21", 403)):
        answer = server.api.get("/metrics", {"X-Forwarded-For": address})
        assert answer.status == status, address
    server.finish()


def test_no_credential_and_no_name_stands_there(own):
    client = create_client(own)
    user = client.create_user()
    user.issue()
    text = expect_text(own.api.get("/metrics"))
    assert user.identifier not in text and client.id not in text


def families(server):
    """Name to kind, as /metrics tells."""
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", expect_text(server.api.get("/metrics")), re.M))


def documented():
    """The names in the tables of docs/metrics.md: those of every server, and those of leases."""
    text = (ROOT / "docs" / "metrics.md").read_text()
    tables = text.split("| metric |")[1:]
    names = [re.findall(r"^\| (`.*?) \|", table, re.M) for table in tables]
    return [set(NAME.findall(" ".join(rows))) for rows in names]


def test_the_documentation_names_each_metric(own):
    always, with_leases = documented()
    served = set(families(own))
    has_leases = "claviger_nodes" in served
    assert served == (always | with_leases if has_leases else always)


@pytest.mark.parametrize("file", ["claviger.rules.yml", "grafana-dashboard.json"])
def test_rules_and_dashboard_ask_for_what_is_there(file):
    known = set.union(*documented())
    known |= {name + end for name in known for end in ("_bucket", "_sum", "_count")}
    asked = set(NAME.findall((RULES / file).read_text()))
    assert asked and asked <= known


def test_each_alert_speaks_up_when_it_should_and_only_then():
    done = subprocess.run(["promtool", "test", "rules", "claviger.rules.test.yml"], cwd=RULES,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    alerts = set(re.findall(r"alert: (\w+)", (RULES / "claviger.rules.yml").read_text()))
    tested = set(re.findall(r'alertname="(\w+)"', (RULES / "claviger.rules.test.yml").read_text()))
    text = (ROOT / "docs" / "metrics.md").read_text()
    assert alerts == tested == set(re.findall(r"^\| `(Claviger\w+)`", text, re.M))

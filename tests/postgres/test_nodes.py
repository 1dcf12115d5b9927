"""Three nodes on one PostgreSQL database: what is acknowledged by one holds on each."""

import json
import signal
from contextlib import contextmanager

import pytest

import postgres
from api import bearer, create_client, expect
from claviger import Server, command
from wire import until

SETTLED_S = 20


class Cluster:
    def __init__(self, size):
        first = Server()
        shared = ("MASTER_USERNAME", "MASTER_PASSWORD", "JWT_SECRET_KEY", "CLAVIGER_DATABASE_URL")
        settings = {name: first.settings[name] for name in shared}
        self.nodes = [first, *(Server(**settings) for _ in range(size - 1))]
        self.url = settings["CLAVIGER_DATABASE_URL"]
        for node in self.nodes:
            node.start()

    def statuses(self, token, nodes=None):
        return {node.api.get("/token", bearer(token)).status for node in nodes or self.nodes}

    def status(self):
        done = command("cluster", "status", "--json", server=self.nodes[0])
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["nodes"]


@pytest.fixture(scope="module")
def cluster():
    cluster = Cluster(3)
    yield cluster
    for node in cluster.nodes:
        node.finish()


@contextmanager
def stopped(node):
    node.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        node.process.send_signal(signal.SIGCONT)


def held_everywhere(cluster, token):
    """The token is in each node's memory."""
    for _ in range(2):
        assert cluster.statuses(token.text) == {200}


TAKING_BACK = {
    "the token": lambda token: token.revoke(),
    "all of the user's": lambda token: token.user.client.delete(f"/users/{token.user.id}/tokens"),
    "the user": lambda token: token.user.patch(is_active=False),
    "by a rotation": lambda token: token.user.rotate(revoke_tokens=True),
}


@pytest.mark.parametrize("way", TAKING_BACK)
def test_what_one_node_takes_back_all_refuse(cluster, way):
    user = create_client(cluster.nodes[0]).create_user()
    for _ in range(10):
        user.patch(is_active=True)
        user.secret = expect(user.rotate(), 200)["secret"]
        token = user.issue()
        held_everywhere(cluster, token)
        answer = expect(TAKING_BACK[way](token), 200)
        assert cluster.statuses(token.text) == {401}
        assert answer["fenced"] is True and answer["epoch"] > 0


def test_a_node_says_that_the_database_may_lose_commits(cluster):
    warnings = [line["detail"] for line in cluster.nodes[1].log()
                if line["event"] == "commits_may_be_lost"]
    assert [text.split(" is ")[0] for text in warnings] == ["fsync"]  # tests/postgres/with


def test_a_stopped_node_delays_a_revocation_and_accepts_nothing_when_it_wakes(cluster):
    user = create_client(cluster.nodes[0]).create_user()
    token = user.issue()
    held_everywhere(cluster, token)
    asleep = cluster.nodes[2]
    with stopped(asleep):
        expect(token.revoke(), 200)
        assert cluster.statuses(token.text, cluster.nodes[:2]) == {401}
    assert cluster.statuses(token.text, [asleep]) <= {401, 503}
    other = user.issue()
    until(lambda: cluster.statuses(other.text) == {200}, "all answer again", SETTLED_S)


def test_a_node_that_fell_silent_is_removed_and_joins_again(cluster):
    with stopped(cluster.nodes[1]):
        until(lambda: len(cluster.status()) == 2, "it is removed", SETTLED_S)
    until(lambda: len(cluster.status()) == 3, "it is back", SETTLED_S)
    events = [line["event"] for node in cluster.nodes for line in node.log()]
    assert "node_removed" in events


def test_a_killed_node_comes_back_and_knows(cluster):
    user = create_client(cluster.nodes[0]).create_user()
    token, kept = user.issue(), user.issue()
    held_everywhere(cluster, token)
    cluster.nodes[1].kill()
    expect(token.revoke(), 200)
    cluster.nodes[1].start()
    assert cluster.statuses(token.text) == {401}
    assert cluster.statuses(kept.text) == {200}


def test_a_node_that_leaves_is_waited_for_by_nobody(cluster):
    user = create_client(cluster.nodes[0]).create_user()
    token = user.issue()
    until(lambda: len(cluster.status()) == 3, "what was killed is removed", SETTLED_S)
    assert cluster.nodes[2].stop() == 0
    left = len(cluster.status())
    expect(token.revoke(), 200)
    cluster.nodes[2].start()
    assert cluster.statuses(token.text) == {401}
    assert left == 2


def metric(node, name):
    lines = node.api.get("/metrics").body.decode().splitlines()
    (value,) = [line.split()[1] for line in lines if line.startswith(name + " ")]
    return float(value)


def test_each_node_tells_of_its_lease_and_of_the_others(cluster):
    until(lambda: {metric(node, "claviger_nodes") for node in cluster.nodes} == {3},
          "each has seen all", SETTLED_S)
    for node in cluster.nodes:
        assert metric(node, "claviger_lease_remaining_seconds") > 0
        assert metric(node, "claviger_lease_renewal_seconds_count") > 0
    issuer, other = cluster.nodes[:2]
    before = metric(issuer, "claviger_fence_seconds_count")
    token = create_client(issuer).create_user().issue()
    expect(token.revoke(), 200)
    assert metric(issuer, "claviger_fence_seconds_count") == before + 1
    assert metric(other, "claviger_epoch") == metric(issuer, "claviger_epoch") > 0


def test_a_revocation_that_waits_for_a_lease_to_end_is_counted(cluster):
    token = create_client(cluster.nodes[0]).create_user().issue()
    before = metric(cluster.nodes[0], "claviger_fence_waited_out_total")
    with stopped(cluster.nodes[2]):
        expect(token.revoke(), 200)
    assert metric(cluster.nodes[0], "claviger_fence_waited_out_total") == before + 1


CHANGED_BY_HAND = {
    "a token revoked": "UPDATE tokens SET is_revoked = true WHERE id = '{token}'",
    "a token deleted": "DELETE FROM tokens WHERE id = '{token}'",
    "a user deactivated": "UPDATE users SET is_active = false WHERE id = '{user}'",
    "a client deactivated": "UPDATE clients SET is_active = false WHERE id = '{client}'",
}


@pytest.mark.parametrize("change", CHANGED_BY_HAND)
def test_a_change_by_sql_reaches_each_node(cluster, change):
    user = create_client(cluster.nodes[0]).create_user()
    token = user.issue()
    held_everywhere(cluster, token)
    sql = CHANGED_BY_HAND[change].format(token=token.id, user=user.id, client=user.client.id)
    postgres.query(sql, cluster.url)
    until(lambda: cluster.statuses(token.text) == {401}, "each node has heard of it")


def test_cluster_status_lists_the_nodes(cluster):
    nodes = until(lambda: len(cluster.status()) == 3 and cluster.status(), "all are members",
                  SETTLED_S)
    assert {node["epochs_behind"] for node in nodes} == {0}
    assert len({node["incarnation"] for node in nodes}) == 3

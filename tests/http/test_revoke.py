"""DELETE /token, DELETE /tokens/{id}, DELETE /users/{id}/tokens."""

import pytest

from api import assert_live, assert_problem, assert_refused, bearer, expect

NOBODY = "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210"


def test_own_token(token):
    body = expect(token.revoke(), 200)
    assert set(body) == {"id", "is_revoked", "revoked_at", "fenced", "epoch"}
    assert body["id"] == token.id and body["fenced"] is True
    assert_refused(token, "revoked")


def test_own_token_twice_is_refused_as_any_revoked_token(api, token):
    token.revoke()
    answer = token.revoke()
    assert answer.status == 401 and 'error="invalid_token"' in answer.header("WWW-Authenticate")


def test_own_token_needs_a_token(api, client):
    assert api.delete("/token").status == 401
    assert api.delete("/token", client.auth).status == 401
    assert api.delete("/token", bearer("nonsense")).status == 401


def test_only_the_named_token_is_revoked(user):
    gone, kept = user.issue(), user.issue()
    gone.revoke()
    assert_refused(gone, "revoked")
    assert_live(kept)


def test_one_token_by_its_client(client, token):
    body = expect(client.delete(f"/tokens/{token.id}"), 200)
    assert set(body) == {"id", "is_revoked", "revoked_at", "fenced", "epoch"}
    assert_refused(token, "revoked")


def test_revoking_again_changes_nothing_but_is_fenced_again(client, token):
    first = expect(client.delete(f"/tokens/{token.id}"), 200)
    second = expect(client.delete(f"/tokens/{token.id}"), 200)
    assert second["epoch"] > first["epoch"]
    assert second["revoked_at"] == first["revoked_at"]
    assert_refused(token, "revoked")


def test_a_token_revoked_by_itself_can_be_revoked_by_its_client(client, token):
    token.revoke()
    assert client.delete(f"/tokens/{token.id}").status == 200


def test_all_of_a_users_tokens(client, user):
    tokens = [user.issue() for _ in range(3)]
    others = client.create_user().issue()
    tokens[0].revoke()
    body = expect(client.delete(f"/users/{user.id}/tokens"), 200)
    assert set(body) == {"user_id", "revoked", "fenced", "epoch"}
    assert body["user_id"] == user.id and body["revoked"] == 2
    for token in tokens:
        assert_refused(token, "revoked")
    assert_live(others)


def test_all_of_a_users_tokens_again(client, user):
    user.issue()
    first = expect(client.delete(f"/users/{user.id}/tokens"), 200)
    second = expect(client.delete(f"/users/{user.id}/tokens"), 200)
    assert (first["revoked"], second["revoked"]) == (1, 0)
    assert second["epoch"] > first["epoch"]
    assert_live(user.issue())  # new tokens can be issued


@pytest.mark.requirement("ACC-1")
@pytest.mark.parametrize("path", ["/tokens/{0}", "/users/{0}/tokens"])
@pytest.mark.parametrize(
    "id", [NOBODY, "x", "1", NOBODY + "0", "00000000", "%00", "..", "*", "%2e"]
)
def test_missing_objects(client, path, id):
    assert_problem(client.delete(path.format(id)), 404, "not_found")


def test_needs_an_api_key(api, token):
    for target in (f"/tokens/{token.id}", f"/users/{token.user.id}/tokens"):
        assert_problem(api.delete(target), 401, "missing_credential")
        assert_problem(api.delete(target, token.auth), 401, "missing_credential")
    assert_live(token)


def test_a_revoked_token_is_revoked_for_good(client, user, token):
    token.revoke()
    user.patch(is_active=False)
    user.patch(is_active=True)
    assert_refused(token, "revoked")


def test_a_body_on_delete_is_ignored(client, token):
    answer = client.api.call("DELETE", f"/tokens/{token.id}", client.auth, json={"a": 1})
    assert answer.status == 200

-- Asks Claviger about a request, for haproxy.cfg. Sets txn.status, and what goes with it; the
-- configuration decides. If this fails in any way, txn.status is not set, so nobody passes.

local passed_on = {
  user_id = "x-auth-user-id", username = "x-auth-username", client_id = "x-auth-client-id",
  token_id = "x-auth-token-id", scopes = "x-auth-scopes", challenge = "www-authenticate",
}

core.register_action("claviger", { "http-req" }, function(txn, question)
  local asked = { host = { "claviger" }, ["x-forwarded-for"] = { txn.f:src() } }
  local headers = txn.http:req_get_headers()
  for _, name in ipairs({ "authorization", "traceparent" }) do
    if headers[name] then asked[name] = { headers[name][0] } end
  end
  local answer = core.httpclient():get({
    url = "http://127.0.0.1:8003" .. question, headers = asked, timeout = 1000,
  })
  for variable, name in pairs(passed_on) do
    local values = answer.headers and answer.headers[name]
    if values then txn:set_var("txn." .. variable, values[0]) end
  end
  txn:set_var("txn.status", answer.status)
end, 1)

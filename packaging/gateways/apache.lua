-- Asks Claviger about a request, for apache.conf: /etc/apache2/claviger.lua.

local socket = require "socket"
local claviger_host, claviger_port = "127.0.0.1", 8003

-- A part of the API may ask for a scope as well, or for several: "?scope=a&scope=b". The path is
-- as Apache has read it: decoded, without "..".
local function scopes(path)
  if path:find("^/search") then return "?scope=read:all" end
  return ""  -- the rest: any valid token
end

local identity = {
  "X-Auth-User-Id", "X-Auth-Username", "X-Auth-Client-Id", "X-Auth-Token-Id", "X-Auth-Scopes",
}
local connection  -- is kept

-- The answer's status and its headers by their names in lower case; nothing if there is none.
local function read_answer()
  local status = tonumber((connection:receive() or ""):match("^HTTP/1%.1 (%d%d%d) "))
  local headers = {}
  local line = status and connection:receive()
  while line and line ~= "" do
    local name, value = line:match("^([^:]+):%s*(.-)%s*$")
    if not name then return end
    headers[name:lower()] = value
    line = connection:receive()
  end
  local length = line and tonumber(headers["content-length"])
  if not length or length > 0 and not connection:receive(length) then return end
  return status, headers
end

local function ask_once(question)
  if not connection then
    connection = socket.tcp()
    connection:settimeout(1)
    if not connection:connect(claviger_host, claviger_port) then return end
    connection:settimeout(5)
  end
  if connection:send(question) then return read_answer() end
end

local function ask(question)
  local kept = connection
  local status, headers = ask_once(question)
  if not status and kept then  -- Claviger may have closed it meanwhile
    connection:close()
    connection = nil
    status, headers = ask_once(question)
  end
  if connection and (not status or headers.connection == "close") then
    connection:close()
    connection = nil
  end
  return status, headers
end

-- Whom the caller says it is goes first, in every spelling that an API might take for these.
local function forget_identity(r)
  local forged = {}
  for name in pairs(r:headers_in_table()) do
    if name:lower():match("^x[-_]auth") then table.insert(forged, name) end
  end
  for _, name in ipairs(forged) do r.headers_in[name] = nil end
  if (r.headers_in.Connection or ""):lower():find("x-auth", 1, true) then
    r.headers_in.Connection = nil  -- or these would be taken off on the way
  end
end

local function decide(r, target)
  forget_identity(r)
  local lines = { "GET " .. target .. " HTTP/1.1", "Host: claviger",
    "X-Forwarded-For: " .. r.useragent_ip }
  for _, name in ipairs({ "Authorization", "traceparent" }) do
    local value = r.headers_in[name]
    if value then table.insert(lines, name .. ": " .. value) end
  end
  local status, headers = ask(table.concat(lines, "\r\n") .. "\r\n\r\n")
  if status == 200 then
    for _, name in ipairs(identity) do r.headers_in[name] = headers[name:lower()] end
    return apache2.OK
  end
  if status == 401 or status == 403 then
    r.err_headers_out["WWW-Authenticate"] = headers["www-authenticate"]
    return status
  end
  if status == 400 then return 400 end
  r.err_headers_out["Retry-After"] = "1"  -- nobody passes without an answer
  return 503
end

function check(r)
  return decide(r, "/verify" .. scopes(r.uri))
end

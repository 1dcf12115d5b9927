-- Sends whole requests drawn at random from a file, in which each ends with a NUL; at the end it
-- prints one line of JSON. The file is the first argument after "--". Preparing each request once
-- keeps wrk's own cost down, which is what limits it.
local requests = {}
local count = 0
local random = math.random

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  for text in file:read("*a"):gmatch("[^%z]+") do
    count = count + 1
    requests[count] = text
  end
  file:close()
  math.randomseed(count)
end

function request()
  return requests[random(count)]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    '{"answers":%d,"refused":%d,"broken":%d,"seconds":%.6f,"p50":%d,"p99":%d,"p999":%d}\n',
    summary.requests, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, summary.duration / 1e6,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end

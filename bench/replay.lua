-- A script of wrk: sends the requests of the file that REQUESTS names, in turn and again from the beginning, and prints
-- RESULT, the seconds, the requests, the bytes, the errors, and the 50th and 99th percentile in milliseconds.
-- KEY, if there is one, goes with each as a bearer token.
-- A line of the file is a method, a path and, after a space, the body in JSON.

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local requests, at = {}, 0

function init()
  local headers = { ["Content-Type"] = "application/json", ["Accept"] = "application/json, */*" }
  local key = os.getenv("KEY")
  if key and key ~= "" then headers["Authorization"] = "Bearer " .. key end
  for line in io.lines(os.getenv("REQUESTS")) do
    local method, path, body = line:match("^(%u+) (%S+) ?(.*)$")
    requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
  -- Threads begin apart, so that they do not ask for the same at once.
  at = math.floor(#requests / 2) * number
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %.6f %d %d %d %.3f %.3f\n", summary.duration / 1e6, summary.requests, summary.bytes,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end

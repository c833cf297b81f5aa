-- The bodies of a file in turns, each with a token behind a tab if it needs one:
--   wrk -t1 -c32 -d4s -s bench/api/load.lua <url> -- <file> [<header> <value>]...
local requests = {}
local next = 0

function init(args)
  local headers = { ["content-type"] = "application/json" }
  for at = 2, #args, 2 do headers[args[at]] = args[at + 1] end
  for line in io.lines(args[1]) do
    local body, token = line:match("^([^\t]*)\t?(.*)$")
    headers["authorization"] = token ~= "" and "Bearer " .. token or nil
    requests[#requests + 1] = wrk.format("POST", nil, headers, body)
  end
end

function request()
  next = next % #requests + 1
  return requests[next]
end

function done(summary)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"perSecond":%f,"bytes":%f,"refused":%d}\n',
    summary.requests / (summary.duration / 1e6),
    summary.bytes / summary.requests,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout
  ))
end

-- New sessions, each deleted again. What still lives at the end is told, a line each, for the caller to delete.
local prefix = debug.getinfo(1, "S").source:match("@(.*/)")
dofile(prefix .. "report.lua")
live = {}
local body = '{"capabilities":{"alwaysMatch":{"browserName":"chrome"}}}'
local headers = { ["Content-Type"] = "application/json; charset=utf-8" }
local threads, report = {}, done

function setup(thread)
  threads[#threads + 1] = thread
end

function request()
  if #live > 0 then
    return wrk.format("DELETE", "/session/" .. table.remove(live), headers)
  end
  return wrk.format("POST", "/session", headers, body)
end

function response(status, _, answer)
  local id = answer:match('"sessionId":%s*"([^"]+)"')
  if id then
    live[#live + 1] = id
  end
end

function done(summary, latency, requests)
  for _, thread in ipairs(threads) do
    for _, id in ipairs(thread:get("live")) do
      io.write("\nLEFT " .. id)
    end
  end
  report(summary, latency, requests)
end

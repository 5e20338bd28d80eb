-- New sessions, each deleted again. Argument: "keep" if they aren't deleted.
local prefix = debug.getinfo(1, "S").source:match("@(.*/)")
dofile(prefix .. "report.lua")
local live, keep = {}, false
local body = '{"capabilities":{"alwaysMatch":{"browserName":"chrome"}}}'
local headers = { ["Content-Type"] = "application/json; charset=utf-8" }

function init(args)
  keep = args[1] == "keep"
end

function request()
  if #live > 0 then
    return wrk.format("DELETE", "/session/" .. table.remove(live), headers)
  end
  return wrk.format("POST", "/session", headers, body)
end

function response(status, _, answer)
  local id = answer:match('"sessionId":%s*"([^"]+)"')
  if id and not keep then
    live[#live + 1] = id
  end
end

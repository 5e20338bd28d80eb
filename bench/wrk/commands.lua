-- Commands of a session that lives. Arguments: the path; milliseconds between two requests of a connection; bytes to send.
local prefix = debug.getinfo(1, "S").source:match("@(.*/)")
dofile(prefix .. "report.lua")
local asked

function init(args)
  local pause, bytes = tonumber(args[2] or "0"), tonumber(args[3] or "0")
  if bytes > 0 then
    asked = wrk.format("POST", args[1], { ["Content-Type"] = "application/octet-stream" }, string.rep("A", bytes))
  else
    asked = wrk.format("GET", args[1])
  end
  if pause > 0 then
    math.randomseed(os.time())
    -- Spread, so that connections don't fall into step.
    delay = function() return math.floor(pause * 2 * math.random() + 0.5) end
  end
end

function request()
  return asked
end

-- Commands of sessions that live, in turn. Arguments: the paths, comma between them; milliseconds between two requests of a connection.
local prefix = debug.getinfo(1, "S").source:match("@(.*/)")
dofile(prefix .. "report.lua")
local requests, at, pause = {}, 0, 0

function init(args)
  for path in args[1]:gmatch("[^,]+") do
    requests[#requests + 1] = wrk.format("GET", path)
  end
  pause = tonumber(args[2] or "0")
  if pause > 0 then
    math.randomseed(os.time())
    -- Spread, so that connections don't fall into step.
    delay = function() return math.floor(pause * 2 * math.random() + 0.5) end
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

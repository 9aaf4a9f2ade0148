-- Asks for the paths that follow the address, each as often as it is named; in the portal with a
-- session, which comes first.
local cookie, paths = nil, {}

function init(arguments)
  cookie = arguments[1]
  for number = 2, #arguments do
    paths[number - 1] = arguments[number]
  end
end

function request()
  local path = paths[math.random(#paths)]
  local headers = { Host = "localhost" }
  if path:find("^/admin") then
    headers.Cookie = cookie
  end
  return wrk.format("GET", path, headers)
end

# The real parts: installed with the ordinary clients, started by hand on free ports of loopback, ended by their pids.
# Sourced by run; wants $scratch and $repository.
. "$repository/.ci/until.sh"

pids=()
# The oldest that the contract covers, the one in the middle that its readers know best, and the newest.
testkits='0.7.0 0.9.0 0.16.3'

install_parts() {
  export DEBIAN_FRONTEND=noninteractive
  # Installing a server must not start it: each is started here, with its data in the scratch folder.
  local policy=/usr/sbin/policy-rc.d ours=no
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    ours=yes
  fi
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] ||
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends chromium chromium-driver prometheus postgresql \
    docker.io containerd runc docker-compose iptables busybox-static curl procps \
    wrk haproxy nginx-light ruby ruby-selenium-webdriver ruby-minitest >"$scratch/apt.log" 2>&1 ||
    { tail -n 30 "$scratch/apt.log"; return 1; }
  [ "$ours" = no ] || rm -f "$policy"

  mkdir -p "$scratch/node"
  cp "$repository"/src/test/clients/js/* "$repository/src/test/clients/fake-app.xml" "$scratch/node/"
  (cd "$scratch/node" && npm install --ignore-scripts --no-audit --no-fund --no-package-lock --loglevel error)

  python3 -m venv "$scratch/python"
  "$scratch/python/bin/pip" -q install -r "$repository/src/test/clients/python/requirements.txt"

  # Each testkit in an environment of its own, as published, with whatever it asks for itself.
  local testkit
  for testkit in $testkits; do
    python3 -m venv "$scratch/testkit-$testkit"
    "$scratch/testkit-$testkit/bin/pip" -q install "gridfleet-testkit[appium]==$testkit" \
      -r "$repository/src/test/clients/testkit/requirements.txt"
  done
}

# start NAME COMMAND…: in a process group of its own, so that its children end with it.
start() {
  local name=$1
  shift
  setsid "$@" >"$scratch/$name.log" 2>&1 </dev/null &
  pids+=("$!")
  echo "started $name"
}

# await NAME COMMAND…: until it succeeds, a minute at most.
await() {
  local name=$1
  shift
  until_so 60 "$@" && return 0
  echo "$name did not come up:"
  tail -n 30 "$scratch/$name.log" || true
  return 1
}

free_ports() {
  python3 - "$1" <<'PY'
import socket, sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for one in sockets:
    one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in sockets))
PY
}

start_parts() {
  local driver appium1 appium2 postgres
  read -r driver appium1 appium2 postgres <<<"$(free_ports 4)"

  start chromedriver chromedriver "--port=$driver"
  APPIUM_HOME="$scratch/node" start appium-1 node "$scratch/node/node_modules/appium/index.js" \
    server --address 127.0.0.1 --port "$appium1" --log-no-colors
  APPIUM_HOME="$scratch/node" start appium-2 node "$scratch/node/node_modules/appium/index.js" \
    server --address 127.0.0.1 --port "$appium2" --log-no-colors

  local pg_bin
  pg_bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
  install -d -o postgres -m 700 "$scratch/postgres"
  runuser -u postgres -- "$pg_bin/initdb" -D "$scratch/postgres" -A trust -U postgres --no-sync >"$scratch/initdb.log"
  start postgres runuser -u postgres -- "$pg_bin/postgres" -D "$scratch/postgres" \
    -c listen_addresses=127.0.0.1 -p "$postgres" -k "$scratch/postgres" -c fsync=off -c max_connections=200

  # A socket's path is 107 characters at the most: these are near the top of the scratch folder.
  start docker dockerd --data-root "$scratch/docker/data" --exec-root "$scratch/docker/exec" \
    -p "$scratch/docker/pid" -H "unix://$scratch/docker.sock" \
    --ip 127.0.0.1 --iptables=false --ip6tables=false

  await chromedriver curl -fs "http://127.0.0.1:$driver/status"
  await appium-1 curl -fs "http://127.0.0.1:$appium1/status"
  await appium-2 curl -fs "http://127.0.0.1:$appium2/status"
  await postgres "$pg_bin/pg_isready" -q -h 127.0.0.1 -p "$postgres"
  await docker docker -H "unix://$scratch/docker.sock" info

  export GRIDFLEET_PART_CHROMEDRIVER="http://127.0.0.1:$driver"
  export GRIDFLEET_PART_APPIUM_1="http://127.0.0.1:$appium1"
  export GRIDFLEET_PART_APPIUM_2="http://127.0.0.1:$appium2"
  export GRIDFLEET_PART_POSTGRES="postgresql://postgres@127.0.0.1:$postgres/postgres"
  GRIDFLEET_PART_PROMTOOL=$(command -v promtool)
  GRIDFLEET_CHROMIUM=$(command -v chromium)
  GRIDFLEET_PART_RUBY=$(command -v ruby)
  export GRIDFLEET_PART_PROMTOOL GRIDFLEET_CHROMIUM GRIDFLEET_PART_RUBY
  export GRIDFLEET_PART_NODE_CLIENTS="$scratch/node"
  export GRIDFLEET_PART_PYTHON="$scratch/python/bin/python"
  export GRIDFLEET_PART_DOCKER="$scratch/docker.sock"
  export GRIDFLEET_FAKE_APP="$repository/src/test/clients/fake-app.xml"
  export DOCKER_HOST="unix://$scratch/docker.sock"
  # Testcontainers' own cleaner is an image that can't be pulled; what is started here ends with the engine.
  export TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1
  bash "$repository/.ci/postgres-image.sh" postgres:local "$scratch/postgres-image"
}

# stop_last: ends what was started last.
stop_last() {
  local last=$((${#pids[@]} - 1))
  stop_group "${pids[last]}"
  unset "pids[last]"
}

# Ten seconds of grace for all that a pid started, then the hard way.
stop_group() {
  kill -- "-$1" 2>/dev/null || return 0
  for _ in $(seq 40); do
    kill -0 -- "-$1" 2>/dev/null || return 0
    sleep 0.25
  done
  kill -9 -- "-$1" 2>/dev/null || true
}

# Newest first: what leans on another part goes before it.
stop_parts() {
  while [ "${#pids[@]}" -gt 0 ]; do
    stop_last
  done
}

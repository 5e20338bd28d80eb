# Starts docker/compose.cluster.yaml whole, over images made here and with a demo lab for its nodes: a session through the
# balancer goes on while replicas stop, and Prometheus reads all three.
# usage: compose-cluster.sh SCRATCH REPOSITORY PORT PORT  (after image.sh; DOCKER_HOST names the engine)
set -eu
scratch=$1/cluster-images
repository=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/until.sh"
export GRIDFLEET_LB_PORT=$3 PROMETHEUS_PORT=$4 COMPOSE_PROJECT_NAME=gridfleet-ci-cluster LAB_DB_PASSWORD=only-here
export PROMETHEUS_IMAGE=prometheus:local HAPROXY_IMAGE=haproxy:local POSTGRES_IMAGE=postgres:local
front=http://127.0.0.1:$GRIDFLEET_LB_PORT
prometheus=http://127.0.0.1:$PROMETHEUS_PORT

docker image inspect "$PROMETHEUS_IMAGE" >/dev/null 2>&1 ||
  bash "$here/program-image.sh" "$PROMETHEUS_IMAGE" "$scratch/prometheus" 'ENTRYPOINT ["/bin/prometheus"]' -- prometheus
bash "$here/program-image.sh" "$HAPROXY_IMAGE" "$scratch/haproxy" \
  'ENTRYPOINT ["/bin/haproxy", "-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]' -- haproxy
docker image inspect "$POSTGRES_IMAGE" >/dev/null 2>&1 ||
  bash "$here/postgres-image.sh" "$POSTGRES_IMAGE" "$scratch/postgres"
docker tag gridfleet-lb:ci gridfleet-lb

mkdir -p "$scratch/lab.d"
cat >"$scratch/lab.d/demo.yaml" <<'YAML'
nodes:
  - id: demo
    url: http://demo:4444
    devices:
      - {udid: 1A2B3C4D5E, name: "Pixel 8, of the demo", platformName: Android}
YAML
cat >"$scratch/demo.yaml" <<YAML
services:
  replica-1: {volumes: ["$scratch/lab.d:/etc/gridfleet-lb/lab.d:ro"]}
  replica-2: {volumes: ["$scratch/lab.d:/etc/gridfleet-lb/lab.d:ro"]}
  replica-3: {volumes: ["$scratch/lab.d:/etc/gridfleet-lb/lab.d:ro"]}
  demo:
    image: gridfleet-lb
    command: ["--demo"]
    environment: {GRIDFLEET_LB_ANONYMOUS: "true"}
YAML

compose() { docker-compose -f "$repository/docker/compose.cluster.yaml" -f "$scratch/demo.yaml" "$@"; }
trap 'compose down -v -t 20 >/dev/null 2>&1' EXIT

broken() {
  compose ps
  compose logs --tail 40
  echo "$1"
  exit 1
}

# await WHAT COMMAND…: until it succeeds, three minutes at most: on a busy machine three replicas start slowly.
await() {
  local what=$1
  shift
  until_so 180 "$@" || broken "not in three minutes: $what"
}

compose up -d --no-build || broken 'the cluster does not start'
await 'the balancer has a replica that is ready' curl -fsS "$front/readyz"

asked='{"capabilities": {"alwaysMatch": {"platformName": "Android", "appium:udid": "1A2B3C4D5E"}}}'
answered=$(curl -sS -m 60 -H 'Content-Type: application/json' -d "$asked" "$front/session")
session=$(printf '%s' "$answered" | sed -n 's/.*"sessionId":"\([^"]*\)".*/\1/p')
[ -n "$session" ] || broken "no session through the balancer: $answered"
echo "a session through the balancer: $session"

targets_up() { curl -fsS "$prometheus/api/v1/query?query=sum(up)" | grep -q "\"$1\"\\]"; }
await 'Prometheus reads three replicas' targets_up 3
echo 'Prometheus reads three replicas'

goes_on() {
  for _ in 1 2 3 4 5 6; do
    curl -fsS -m 30 "$front/session/$session/title" >/dev/null || broken "$1: the session does not go on"
  done
}

goes_on 'all replicas serve'
for replica in replica-1 replica-2; do
  compose stop -t 30 "$replica"
  goes_on "$replica stopped"
  echo "the session goes on without $replica"
done
await 'Prometheus misses two' targets_up 1
curl -fsS -m 30 -X DELETE "$front/session/$session" | grep -q '"value":null' || broken 'the session does not end'
compose up -d --no-build --no-deps replica-1
await 'replica-1 is read again' targets_up 2
answered=$(curl -sS -m 60 -H 'Content-Type: application/json' -d "$asked" "$front/session")
case $answered in
  *'"sessionId"'*) echo 'the device serves again' ;;
  *) broken "the device is not free again: $answered" ;;
esac

# Starts docker/compose.cluster.yaml whole, over images made here and with a demo lab for its nodes: a session through the
# balancer goes on while replicas stop, and Prometheus reads all three.
# usage: compose-cluster.sh SCRATCH REPOSITORY  (after image.sh; DOCKER_HOST names the engine)
set -eu
# What is mounted is read by users of the containers.
umask 022
scratch=$1/cluster-images
repository=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/until.sh"
# The engine chooses the ports: one chosen here could be taken before the containers start.
export GRIDFLEET_LB_PORT=0 PROMETHEUS_PORT=0 COMPOSE_PROJECT_NAME=gridfleet-ci-cluster LAB_DB_PASSWORD=only-here
export PROMETHEUS_IMAGE=prometheus:local HAPROXY_IMAGE=haproxy:local POSTGRES_IMAGE=postgres:local
# A busy machine takes its time to create seven containers; the usual limit of one call to the engine is 60 s.
export COMPOSE_HTTP_TIMEOUT=300

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
    command: ["--demo=quiet"]
    environment: {GRIDFLEET_LB_ANONYMOUS: "true"}
YAML

compose() { docker-compose -f "$repository/docker/compose.cluster.yaml" -f "$scratch/demo.yaml" "$@"; }
trap 'compose down -v -t 20 >/dev/null 2>&1' EXIT

# broken WHAT: the last lines, which the summary of a run shows, are the containers, the balancer's log and what is broken.
broken() {
  compose logs --no-color --tail 40
  compose ps
  compose logs --no-color --tail 6 balancer
  echo "broken: $1"
  exit 1
}

# await WHAT COMMAND…: until it succeeds, three minutes at most: on a busy machine three replicas start slowly.
await() {
  local what=$1
  shift
  until_so 180 "$@" && return 0
  echo "$* once more:"
  "$@" || true
  broken "not in three minutes: $what"
}

# asks CURL-ARGUMENT…: the answer, whatever its status; the word of curl where there is none.
asks() { curl -sS "$@" 2>&1 || true; }

compose up -d --no-build || broken 'the cluster does not start'
front=http://$(compose port balancer 4444)
prometheus=http://$(compose port prometheus 9090)
await 'the balancer has a replica that is ready' curl -fsS "$front/readyz"

asked='{"capabilities": {"alwaysMatch": {"platformName": "Android", "appium:udid": "1A2B3C4D5E"}}}'
answered=$(asks -m 60 -H 'Content-Type: application/json' -d "$asked" "$front/session")
session=$(printf '%s' "$answered" | sed -n 's/.*"sessionId":"\([^"]*\)".*/\1/p')
[ -n "$session" ] || broken "no session through the balancer: $answered"
echo "a session through the balancer: $session"

targets_up() { curl -fsS "$prometheus/api/v1/query?query=sum(up)" | grep -q "\"$1\"\\]"; }
await 'Prometheus reads three replicas' targets_up 3
echo 'Prometheus reads three replicas'

goes_on() {
  for _ in 1 2 3 4 5 6; do
    title=$(asks -m 30 "$front/session/$session/title")
    case $title in
      '{"value":"'*) ;;
      *) broken "$1: the session does not go on: $title" ;;
    esac
  done
}

goes_on 'all replicas serve'
for replica in replica-1 replica-2; do
  compose stop -t 30 "$replica" || broken "$replica does not stop"
  goes_on "$replica stopped"
  echo "the session goes on without $replica"
done
await 'Prometheus misses two' targets_up 1
answered=$(asks -m 30 -X DELETE "$front/session/$session")
[ "$answered" = '{"value":null}' ] || broken "the session does not end: $answered"
compose up -d --no-build --no-deps replica-1 || broken 'replica-1 does not start again'
await 'replica-1 is read again' targets_up 2
answered=$(asks -m 60 -H 'Content-Type: application/json' -d "$asked" "$front/session")
case $answered in
  *'"sessionId"'*) echo 'the device serves again' ;;
  *) broken "the device is not free again: $answered" ;;
esac

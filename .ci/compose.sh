# Starts docker/compose.yaml whole, over images made here, and asks its Prometheus whether it reads the front door.
# usage: compose.sh SCRATCH REPOSITORY  (after image.sh; DOCKER_HOST names the engine)
set -eu
root=$1/prometheus
repository=$2
# The engine chooses the ports: one chosen here could be taken before the containers start.
export GRIDFLEET_LB_PORT=0 PROMETHEUS_PORT=0 COMPOSE_HTTP_TIMEOUT=300 PROMETHEUS_IMAGE=prometheus:local COMPOSE_PROJECT_NAME=gridfleet-ci

mkdir -p "$root/etc/prometheus" "$root/prometheus"
bash "$(dirname "$0")/program-image.sh" "$PROMETHEUS_IMAGE" "$root" 'ENTRYPOINT ["/bin/prometheus"]' -- prometheus
docker tag gridfleet-lb:ci gridfleet-lb

compose() { docker-compose -f "$repository/docker/compose.yaml" "$@"; }
trap 'compose down -v -t 20 >/dev/null 2>&1' EXIT
compose up -d --no-build
front=http://$(compose port gridfleet-lb 4444)
prometheus=http://$(compose port prometheus 9090)

for _ in $(seq 60); do
  read_by_prometheus=$(curl -fsS "$prometheus/api/v1/query?query=up" || true)
  case $read_by_prometheus in
    *'"job":"gridfleet-lb"'*',"1"]'*)
      echo "Prometheus reads the front door: $read_by_prometheus"
      curl -fsS "$front/healthz"
      exit 0
      ;;
  esac
  sleep 1
done
compose logs --no-color --tail 30
compose ps
echo "Prometheus does not read the front door: $read_by_prometheus"
exit 1

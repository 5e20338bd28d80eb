# Builds the image of docker/Dockerfile over a base made here, starts it as it is, and asks its health.
# usage: image.sh SCRATCH REPOSITORY  (DOCKER_HOST names the engine)
set -eu
scratch=$1
repository=$2
here=$(cd "$(dirname "$0")" && pwd)

bash "$here/base-image.sh" "$scratch/base"
tar -C "$scratch/base/root" -c . | docker import - gridfleet-base:local >/dev/null

# Users' builds have the base that the file names, by its digest; nothing can be pulled here, so the argument replaces it.
grep -Eq '^ARG JRE=[^ ]+@sha256:[0-9a-f]{64}$' "$repository/docker/Dockerfile" ||
  { echo "docker/Dockerfile doesn't name its base by digest"; exit 1; }

# The context is what .dockerignore lets through, in a folder apart from the engine's own files.
docker build --network none --build-arg JRE=gridfleet-base:local \
  -t gridfleet-lb:ci -f "$repository/docker/Dockerfile" "$repository"

container=$(docker run -d -p 127.0.0.1::4444 --health-interval 2s gridfleet-lb:ci)
trap 'docker rm -f -v "$container" >/dev/null' EXIT
address=$(docker port "$container" 4444/tcp | head -n 1)
echo "the image's container answers at $address"

health=starting
for _ in $(seq 60); do
  health=$(docker inspect -f '{{.State.Health.Status}}' "$container")
  [ "$health" != starting ] && break
  sleep 1
done
if [ "$health" != healthy ]; then
  docker logs "$container"
  docker inspect -f '{{json .State.Health}}' "$container"
  echo "the container is $health"
  exit 1
fi

user=$(docker exec "$container" id -u)
[ "$user" != 0 ] || { echo "the container runs as root"; exit 1; }
curl -fsS "http://$address/status" && echo
curl -fsS "http://$address/metrics" | grep -c '^gridfleet_lb_' >/dev/null || { echo "no metrics in the container"; exit 1; }

curl -fsS "http://$address/api/devices" | grep -q G0FIRETV01 || { echo "the image doesn't serve the demo's devices"; exit 1; }

stopped=$(date +%s)
docker stop -t 30 "$container" >/dev/null
code=$(docker inspect -f '{{.State.ExitCode}}' "$container")
[ "$code" = 0 ] || { docker logs "$container" | tail -n 20; echo "the container ended with $code"; exit 1; }
echo "the container ran as $user, was healthy, and stopped in $(($(date +%s) - stopped)) s"

# A lab of one's own without tokens isn't served to whoever reaches the port.
mkdir -p "$scratch/open"
printf '%s\n' "store: 'sqlite::memory:'" \
  "nodes: [{id: a, url: 'http://127.0.0.1:9', devices: [{udid: a, platformName: Android}]}]" >"$scratch/open/lab.yaml"
code=0
docker run --rm -v "$scratch/open/lab.yaml:/etc/gridfleet-lb/lab.yaml:ro" gridfleet-lb:ci >"$scratch/open/log" 2>&1 || code=$?
[ "$code" = 2 ] && grep -q "there are no 'tokens'" "$scratch/open/log" ||
  { cat "$scratch/open/log"; echo "a lab without tokens ended with $code instead of 2"; exit 1; }
echo "a lab without tokens is refused"

# Builds the image of docker/Dockerfile over a base made here, starts it as it is, and asks its health.
# usage: image.sh SCRATCH REPOSITORY  (DOCKER_HOST names the engine)
set -eu
scratch=$1
repository=$2
here=$(cd "$(dirname "$0")" && pwd)

bash "$here/base-image.sh" "$scratch/base"
tar -C "$scratch/base/root" -c . | docker import - gridfleet-base:local >/dev/null

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

stopped=$(date +%s)
docker stop -t 30 "$container" >/dev/null
code=$(docker inspect -f '{{.State.ExitCode}}' "$container")
[ "$code" = 0 ] || { docker logs "$container" | tail -n 20; echo "the container ended with $code"; exit 1; }
echo "the container ran as $user, was healthy, and stopped in $(($(date +%s) - stopped)) s"

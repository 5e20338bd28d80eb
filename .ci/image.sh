# Builds the image of docker/Dockerfile over a base made here, starts it as it is, and asks its health.
# usage: image.sh SCRATCH REPOSITORY [JAVA_HOME]  (DOCKER_HOST names the engine; without JAVA_HOME that of javac)
set -eu
scratch=$1
repository=$2
java_home=${3:-$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}
here=$(cd "$(dirname "$0")" && pwd)

bash "$here/base-image.sh" "$scratch/base" "$java_home"
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

# Classes come out of the archive that the build made, and one of another jar is no obstacle.
java="exec java @/opt/gridfleet-lb/gridfleet-lb.archive.options"
shared=$(docker exec "$container" sh -c "$java -Xlog:class+load -jar /opt/gridfleet-lb/gridfleet-lb.jar --version" |
  grep -c 'io\.gridfleet\.lb\..* source: shared objects file' || true)
[ "$shared" -gt 0 ] || { echo "the image doesn't use its archive"; exit 1; }
docker exec "$container" sh -c "cat /opt/gridfleet-lb/gridfleet-lb.jar >/tmp/other.jar && $java -jar /tmp/other.jar --version" |
  grep -q '^gridfleet-lb ' || { echo "an archive of another jar keeps the program from starting"; exit 1; }
started=$(date -d "$(docker inspect -f '{{.State.StartedAt}}' "$container")" +%s%3N)
listening=$(docker logs "$container" 2>&1 | awk '/listening on/ { print $1; exit }')
echo "$shared classes came out of the archive; from start to listening $(($(date -d "$listening" +%s%3N) - started)) ms," \
  "resident $(docker exec "$container" cat /proc/1/status | awk '/^VmRSS/ { print int($2 / 1024) }') MiB"
! docker logs "$container" 2>&1 | grep -E '\[(warning|error) *\]' || { echo "the JVM of the image warns"; exit 1; }

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

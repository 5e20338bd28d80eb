# Makes an image that starts as PostgreSQL's own does, by POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB and
# POSTGRES_HOST_AUTH_METHOD, out of the server that the machine has.
# usage: postgres-image.sh IMAGE FOLDER
set -eu
image=$1
root=$2
here=$(cd "$(dirname "$0")" && pwd)
server=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
server=${server%/bin}
version=${server##*/}
user=999

mkdir -p "$root/bin" "$root/etc" "$root$server/lib" "$root/usr/share/postgresql" "$root/var/lib/postgresql/data" \
  "$root/var/run/postgresql"
cp -rL "$server/bin" "$root$server/"
cp -rL "/usr/share/postgresql/$version" "$root/usr/share/postgresql/"
[ ! -d /usr/share/zoneinfo ] || cp -rL /usr/share/zoneinfo "$root/usr/share/"
# Without the compiler of queries, which brings a hundred megabytes along.
find "$server/lib" -maxdepth 1 -name '*.so' ! -name 'llvmjit*' -exec cp -L {} "$root$server/lib/" \;
cp "$(command -v busybox)" "$root/bin/busybox"
for applet in sh cat; do ln -sf busybox "$root/bin/$applet"; done
printf 'root:x:0:0:root:/:/bin/sh\npostgres:x:%s:%s:postgres:/var/lib/postgresql:/bin/sh\n' "$user" "$user" >"$root/etc/passwd"

cat >"$root/start" <<'SH'
#!/bin/sh
set -eu
data=/var/lib/postgresql/data
if [ ! -s "$data/PG_VERSION" ]; then
  umask 077
  printf '%s\n' "${POSTGRES_PASSWORD:-nobody-knows}" >/tmp/password
  initdb -D "$data" -U "${POSTGRES_USER:-postgres}" --pwfile=/tmp/password -A scram-sha-256 -E UTF8 --locale=C --no-sync
  echo "host all all all ${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$data/pg_hba.conf"
  wanted=${POSTGRES_DB:-${POSTGRES_USER:-postgres}}
  [ "$wanted" = postgres ] || echo "CREATE DATABASE $wanted" | postgres --single -D "$data" postgres
  # As the image it stands for says it, once before the server that stays: some wait for the second time.
  echo 'database system is ready to accept connections'
fi
exec postgres -D "$data" -c listen_addresses='*' "$@"
SH
chmod 755 "$root/start"
chown -R "$user:$user" "$root/var/lib/postgresql" "$root/var/run/postgresql"
chmod 700 "$root/var/lib/postgresql/data"
bash "$here/program-image.sh" "$image" "$root" "ENV PATH=$server/bin:/bin" "USER $user" \
  'EXPOSE 5432' 'VOLUME /var/lib/postgresql/data' 'ENTRYPOINT ["/start"]' -- \
  $(find "$root$server/bin" "$root$server/lib" -maxdepth 1 -type f)

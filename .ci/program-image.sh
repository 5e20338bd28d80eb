# Makes an image out of programs that the machine has, with all that they are linked with: nothing can be pulled.
# usage: program-image.sh IMAGE ROOT CHANGE… -- PROGRAM…
#   ROOT     a folder that may hold more of the image already; it becomes the whole of it
#   CHANGE   as in a Dockerfile, for instance 'ENTRYPOINT ["/bin/prometheus"]'
#   PROGRAM  a name, copied to /bin, or the path of a program or library that is in ROOT already
set -eu
image=$1
root=$2
shift 2
changes=()
while [ "$1" != -- ]; do
  changes+=(-c "$1")
  shift
done
shift

mkdir -p "$root/bin" "$root/etc" "$root/tmp"
chmod 1777 "$root/tmp"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
linked=()
for program in "$@"; do
  case $program in
    /*) ;;
    *)
      found=$(PATH=$PATH:/usr/sbin:/sbin command -v "$program")
      cp -L "$found" "$root/bin/$program"
      program=$found
      ;;
  esac
  linked+=("$program")
done
{
  ldd "${linked[@]}" 2>/dev/null || true
  # Loaded by name, when a host's name is looked up.
  ldconfig -p | grep -E 'libnss_(dns|files)\.so\.2|libresolv\.so\.2' || true
} |
  grep -o '/[^ ]*\.so[^ :]*' | grep -v "^$root" | sort -u |
  while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
  done
tar -C "$root" -c . | docker import "${changes[@]}" - "$image" >/dev/null

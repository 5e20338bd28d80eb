# Makes a base image with a Java runtime out of what the machine has: nothing can be pulled.
# usage: base-image.sh FOLDER JAVA_HOME  → FOLDER/root, to be imported
set -eu
root=$1/root
java_home=$2
rm -rf "$root"
mkdir -p "$root/bin" "$root/etc" "$root/tmp" "$root/usr/bin"
chmod 1777 "$root/tmp"
"$java_home/bin/jlink" --add-modules java.se,jdk.httpserver,jdk.unsupported,jdk.crypto.ec,jdk.management,jdk.zipfs,jdk.naming.dns \
  --strip-debug --no-header-files --no-man-pages --output "$root/opt/java"
ln -s /opt/java/bin/java "$root/usr/bin/java"

cp "$(command -v busybox)" "$root/bin/busybox"
for applet in sh mkdir chown id cat rm sleep; do ln -s busybox "$root/bin/$applet"; done
echo 'root:x:0:0:root:/:/bin/sh' >"$root/etc/passwd"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"

# Everything that the runtime's programs and libraries are linked with, at the same paths.
find "$root/opt/java" -type f \( -name 'java' -o -name '*.so' \) -exec ldd {} \; 2>/dev/null |
  grep -o '/[^ ]*\.so[^ ]*' | grep -v "^$root" | sort -u |
  while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
  done
# Loaded by name: by look-ups of host names, and by libraries that the product brings along.
for library in libpthread.so.0 libdl.so.2 librt.so.1 libnss_files.so.2 libnss_dns.so.2 libresolv.so.2 libgcc_s.so.1; do
  found=$(ldconfig -p | awk -v name="$library" '$1 == name { print $NF; exit }')
  [ -z "$found" ] || { mkdir -p "$root$(dirname "$found")"; cp -L "$found" "$root$found"; }
done

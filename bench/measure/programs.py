"""The measured programs: the shared node, GridFleet LB, alternatives to it, PostgreSQL."""

import json
import os
import resource
import shutil
import signal
import subprocess
from pathlib import Path

from parts import MIB, REPOSITORY, Part, free_port

JAR = REPOSITORY / "target" / "gridfleet-lb.jar"

# The commands by purpose; below /session/{id}/.
FIXED = {"small": "url", "100 KiB": "screenshot", "5 MiB": "five", "1 GiB": "large", "5 MiB sent": "sent", "1 GiB sent": "file"}
SIMULATED = {"small": "url", "100 KiB": f"sim/bytes/{100 * 1024}", "5 MiB": f"sim/bytes/{5 * MIB}",
             "1 GiB": f"sim/bytes/{1024 * MIB}", "5 MiB sent": "file", "1 GiB sent": "file"}

NGINX = """
daemon off; worker_processes %(workers)s; pid %(folder)s/%(name)s.pid; error_log %(folder)s/%(name)s.error warn;
events { worker_connections %(most)d; }
http {
  access_log off; default_type 'application/json; charset=utf-8'; sendfile on; tcp_nodelay on;
  keepalive_requests 1000000000; keepalive_timeout 900s; client_max_body_size 0; client_body_temp_path %(temp)s;
  proxy_temp_path %(temp)s; fastcgi_temp_path %(temp)s; uwsgi_temp_path %(temp)s; scgi_temp_path %(temp)s;
  %(rest)s
}
"""

# nginx answers before it has read a body unless it proxies the request, so uploads are proxied to itself.
NODE = """
  server {
    listen 127.0.0.1:%(port)d backlog=8192;
    lingering_time 600s; lingering_timeout 60s;
    location = /taken { return 200 '{"value":null}'; }
    location ~ /sent$ {
      client_body_buffer_size 6m; proxy_pass_request_body off; proxy_set_header Content-Length '';
      rewrite ^ /taken break; proxy_pass http://127.0.0.1:%(port)d;
    }
    location = /status { return 200 '{"value":{"ready":true,"message":"fixed answers"}}'; }
    location ~ /sessions$ { return 404 '{"value":{"error":"unknown command","message":"","stacktrace":""}}'; }
    location = /session { return 200 '{"value":{"sessionId":"$request_id","capabilities":{"browserName":"chrome"}}}'; }
    location ~ ^/n[0-9]+/status$ { return 200 '{"value":{"ready":true,"message":"fixed answers"}}'; }
    location ~ ^/(n[0-9]+|wd/hub)/session$ { return 200 '{"value":{"sessionId":"$request_id","capabilities":{"browserName":"chrome"}}}'; }
    location ~ /(screenshot|five|large)$ { alias %(folder)s/$1; }
    location / { return 200 '{"value":null}'; }
  }
"""

PROXY = """
  map $http_upgrade $passed { default upgrade; '' ''; }
  upstream node { server 127.0.0.1:%(node)d; keepalive 512; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:%(port)d backlog=8192;
    location / {
      proxy_pass http://node; proxy_http_version 1.1; proxy_buffering on; proxy_request_buffering off;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $passed; proxy_read_timeout 900s;
    }
  }
"""

HAPROXY = """
global
  maxconn %(most)d
defaults
  mode http
  timeout connect 5s
  timeout client 900s
  timeout server 900s
  timeout tunnel 900s
  option http-keep-alive
  http-reuse always
frontend front
  bind 127.0.0.1:%(port)d backlog 8192
  default_backend node
backend node
  server node 127.0.0.1:%(node)d
"""


def open_files():
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def nginx(name, folder, rest, workers):
    file = folder / f"{name}.conf"
    most = min(12_000, open_files() - 100)
    temp = folder / f"{name}-temp"
    file.write_text(NGINX % {"name": name, "folder": folder, "temp": temp, "rest": rest, "workers": workers, "most": most})
    return ["nginx", "-c", str(file), "-e", str(folder / f"{name}.error")]


def start_node(folder, port):
    """nginx with fixed answers; without nginx the simulated node, which is slower."""
    if not shutil.which("nginx"):
        return start_simulated_node(folder, port)
    (folder / "screenshot").write_text('{"value":"' + "A" * (100 * 1024 - 12) + '"}')
    (folder / "five").write_text('{"value":"' + "A" * (5 * MIB - 12) + '"}')
    with open(folder / "large", "wb") as large:
        large.truncate(1024 * MIB)
    node = Part("direct", nginx("direct", folder, NODE % {"port": port, "folder": folder}, 1), folder, port)
    node.paths = FIXED
    return node


TOOLS = ("TunnelNode", "TunnelLoad", "EchoCaller", "Lapses", "StoreLoad", "RecordsLoad")


def tool(name, *arguments):
    """The command of a Java program of bench/src, compiled against the jar if it isn't yet."""
    classes = REPOSITORY / "bench" / "target" / "tools"
    sources = [REPOSITORY / "bench/src/main/java/io/gridfleet/lb/bench" / f"{each}.java" for each in TOOLS]
    newest = max(file.stat().st_mtime for file in [JAR, *sources])
    stamp = classes / "made"
    if not stamp.exists() or stamp.stat().st_mtime < newest:
        classes.mkdir(parents=True, exist_ok=True)
        subprocess.run(["javac", "-cp", str(JAR), "-d", str(classes), *map(str, sources)], check=True, timeout=120)
        stamp.touch()
    return ["java", "-cp", f"{classes}:{JAR}", f"io.gridfleet.lb.bench.{name}", *map(str, arguments)]


def start_simulated_node(folder, port=0, name="direct"):
    port = port or free_port()
    node = Part(name, tool("TunnelNode", port), folder, port, input_open=True)
    node.paths = SIMULATED
    return node


def start_nginx(folder, node):
    port = free_port()
    return Part("nginx", nginx("nginx", folder, PROXY % {"port": port, "node": node.port}, os.cpu_count()), folder, port)


def start_haproxy(folder, node):
    port = free_port()
    (folder / "haproxy.cfg").write_text(
        HAPROXY % {"port": port, "node": node.port, "most": min(8000, open_files() * 2 // 5)})
    return Part("haproxy", ["haproxy", "-db", "-f", str(folder / "haproxy.cfg")], folder, port)


def device(number, slots=1):
    """A device that differs from others by its number; a browser if it has several slots."""
    name = {"udid": f"device-{number}"} if slots == 1 else {"id": f"seat-{number}"}
    return {
        **name, "browserName": "chrome", "slots": slots,
        "attributes": {"os_version": f"{10 + number % 8}.{number % 5}", "model": f"Model {number % 97}",
                       "geos": [f"Town {number % 13}, US"], "battery_level": number % 101},
        "tags": {"team": f"team-{number % 7}"}}


def devices_for(sessions):
    """Devices with 100 slots each, with some in reserve."""
    return [device(number, 100) for number in range(sessions // 100 + 2)]


def start_gridfleet(folder, node_url, devices, more=None, name="gridfleet", jar=JAR, port=0, store=None, flags=()):
    port = port or free_port()
    config = {
        "listen": f"127.0.0.1:{port}", "store": store or f"sqlite:{folder}/{name}-{port}.db",
        "nodes": [{"id": "node", "url": node_url, "devices": devices}],
        "session": {"idleDefault": "1h"}, **(more or {})}
    file = folder / f"{name}-{port}.yaml"
    file.write_text(json.dumps(config))
    return Part(name, ["java", *flags, "-jar", str(jar), "--config", str(file)], folder, port, "/readyz")


GRID_VERSION = "4.47.0"
GRID_POM = f"""<project><modelVersion>4.0.0</modelVersion><groupId>bench</groupId><artifactId>grid</artifactId><version>1</version>
<dependencies><dependency><groupId>org.seleniumhq.selenium</groupId><artifactId>selenium-grid</artifactId><version>{GRID_VERSION}</version>
</dependency></dependencies></project>"""


def grid_jars(folder):
    keep = REPOSITORY / "bench" / "target" / "grid"
    if not list(keep.glob("selenium-grid-*.jar")):
        (folder / "pom.xml").write_text(GRID_POM)
        subprocess.run(
            ["mvn", "-q", "-B", "-f", str(folder / "pom.xml"), "dependency:copy-dependencies", f"-DoutputDirectory={keep}"],
            check=True, timeout=600)
    return f"{keep}/*"


def start_grid(folder, node, roles):
    """Standalone, or hub and node: the address is the first role's."""
    jars, port = grid_jars(folder), free_port()
    publish, subscribe, node_port = free_port(), free_port(), free_port()
    relay = folder / "grid-relay.toml"
    stereotype = json.dumps(json.dumps({"browserName": "chrome"}))
    relay.write_text(
        "[node]\ndetect-drivers = false\nselenium-manager = false\nmax-sessions = 256\noverride-max-sessions = true\n"
        f"[relay]\nurl = \"{node.url}\"\nstatus-endpoint = \"/status\"\nconfigs = [\"256\", {stereotype}]\n")
    grid = ["java", "-cp", jars, "org.openqa.selenium.grid.Bootstrap"]
    bus = ["--publish-events", f"tcp://127.0.0.1:{publish}", "--subscribe-events", f"tcp://127.0.0.1:{subscribe}"]
    common = ["--host", "127.0.0.1", "--selenium-manager", "false"]
    if roles == "standalone":
        return Part("grid", [*grid, "standalone", "--port", str(port), *common, "--config", str(relay)], folder, port)
    script = " ".join([*grid[:1], "-cp", f"'{jars}'", grid[3], "hub", "--port", str(port), "--host", "127.0.0.1", *bus, "&",
                       *grid[:1], "-cp", f"'{jars}'", grid[3], "node", "--port", str(node_port), *common, *bus,
                       "--hub", f"http://127.0.0.1:{port}", "--config", str(relay), "&", "wait"])
    return Part("grid-hub", ["bash", "-c", script], folder, port)


def postgres_folder():
    """The folder of the newest PostgreSQL, in Debian's places or on the PATH; None if there is none."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3].split(".")[0]))
    found = str(versions[-1]) if versions else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class Postgres:
    """A private PostgreSQL with its default durability and any number of empty databases."""

    def __init__(self, folder):
        self.bin, self.port, self.databases = postgres_folder(), free_port(), 0
        data = folder / "postgres"
        data.mkdir(mode=0o700)
        self.user = []
        if os.geteuid() == 0:  # PostgreSQL doesn't run as root
            shutil.chown(data, "postgres")
            self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
        self.ran("initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync")
        self.part = Part(
            "postgres",
            [*self.user, str(self.bin / "postgres"), "-D", str(data), "-c", "listen_addresses=127.0.0.1", "-p", str(self.port), "-k", str(data)],
            folder, self.port, stop_by=signal.SIGINT,
            ready=lambda: self.ran("pg_isready", "-q", "-h", "127.0.0.1", "-p", self.port, check=False).returncode == 0)

    def ran(self, program, *arguments, check=True):
        return subprocess.run([*self.user, str(self.bin / program), *map(str, arguments)],
                              check=check, capture_output=True, timeout=60, cwd="/")

    def database(self):
        """The store address of a new database."""
        self.databases += 1
        name = f"lab{self.databases}"
        self.ran("createdb", "-h", "127.0.0.1", "-p", self.port, "-U", "postgres", name)
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

"""What is measured: the node that all share, and the programs between it and the client. Everything on loopback."""

import json
import os
import resource
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
REPOSITORY = Path(__file__).resolve().parents[2]
MIB = 1024 * 1024


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def family(pid):
    """A process and what it started."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += family(int(child))
    return found


class Part:
    """A program that runs in a process group of its own, which ends with the benchmark."""

    running = []

    def __init__(self, name, command, folder, port, ready="/status", environment=None):
        self.name, self.port = name, port
        self.url = f"http://127.0.0.1:{port}"
        self.log = open(folder / f"{name}.log", "ab")
        began = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, start_new_session=True,
            env={**os.environ, **(environment or {})})
        Part.running.append(self)
        self.await_ready(ready)
        self.started_in = time.perf_counter() - began

    def await_ready(self, path):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                if "ready\":false" not in get(self.url + path, timeout=5).decode().replace(" ", "").replace("\n", ""):
                    return
            except (OSError, urllib.error.URLError):
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.004)
        raise SystemExit(f"{self.name} did not start: {self.log.name}\n" + Path(self.log.name).read_text()[-2000:])

    def processor(self):
        """Seconds of processor time so far."""
        total = 0
        for pid in family(self.process.pid):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def resident(self):
        """MiB of memory that the kernel has given it."""
        return sum(int(Path(f"/proc/{p}/statm").read_text().split()[1]) for p in family(self.process.pid)) * PAGE / MIB

    def heap(self):
        """MiB of a JVM's heap that are still reached, after a collection."""
        for _ in range(2):
            subprocess.run(["jcmd", str(self.process.pid), "GC.run"], stdout=subprocess.DEVNULL, check=True, timeout=120)
        histogram = subprocess.run(
            ["jcmd", str(self.process.pid), "GC.class_histogram"], capture_output=True, text=True, check=True, timeout=120)
        return int(histogram.stdout.strip().splitlines()[-1].split()[2]) / MIB

    def stop(self):
        if self in Part.running:
            Part.running.remove(self)
        for sign, patience in ((signal.SIGTERM, 3), (signal.SIGKILL, 5)):
            try:
                os.killpg(self.process.pid, sign)
            except ProcessLookupError:
                break
            try:
                self.process.wait(patience)
                break
            except subprocess.TimeoutExpired:
                continue
        self.log.close()

    @staticmethod
    def stop_all():
        for part in reversed(list(Part.running)):
            part.stop()


class Elsewhere:
    """A proxy that somebody else has started; its processor time isn't known."""

    def __init__(self, name, url):
        self.name, self.url, self.started_in = name, url.rstrip("/"), None

    def processor(self):
        return None

    def resident(self):
        return None


def get(url, timeout=30):
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return answer.read()


def ask(url, method, body=None, timeout=60):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        url, data=data, method=method, headers={"Content-Type": "application/json; charset=utf-8"})
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return json.loads(answer.read())


def new_session(part, **more):
    answer = ask(part.url + "/session", "POST", {"capabilities": {"alwaysMatch": {"browserName": "chrome", **more}}})
    return answer["value"]["sessionId"]


NGINX = """
daemon off; worker_processes %(workers)s; pid %(folder)s/%(name)s.pid; error_log %(folder)s/%(name)s.error warn;
events { worker_connections 4000; }
http {
  access_log off; default_type 'application/json; charset=utf-8'; sendfile on; tcp_nodelay on;
  keepalive_requests 1000000000; keepalive_timeout 900s; client_max_body_size 0; client_body_temp_path %(folder)s;
  proxy_temp_path %(folder)s; fastcgi_temp_path %(folder)s; uwsgi_temp_path %(folder)s; scgi_temp_path %(folder)s;
  %(rest)s
}
"""

NODE = """
  server {
    listen 127.0.0.1:%(port)d backlog=8192;
    location = /status { return 200 '{"value":{"ready":true,"message":"fixed answers"}}'; }
    location ~ /sessions$ { return 404 '{"value":{"error":"unknown command","message":"","stacktrace":""}}'; }
    location = /session { return 200 '{"value":{"sessionId":"$request_id","capabilities":{"browserName":"chrome"}}}'; }
    location ~ /screenshot$ { alias %(folder)s/screenshot; }
    location ~ /large$ { alias %(folder)s/large; }
    location / { return 200 '{"value":null}'; }
  }
"""

PROXY = """
  upstream node { server 127.0.0.1:%(node)d; keepalive 512; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:%(port)d backlog=8192;
    location / { proxy_pass http://node; proxy_http_version 1.1; proxy_set_header Connection ''; proxy_buffering on; proxy_request_buffering off; }
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
  option http-keep-alive
  http-reuse always
frontend front
  bind 127.0.0.1:%(port)d backlog 8192
  default_backend node
backend node
  server node 127.0.0.1:%(node)d
"""


def nginx(name, folder, rest, workers):
    file = folder / f"{name}.conf"
    file.write_text(NGINX % {"name": name, "folder": folder, "rest": rest, "workers": workers})
    return ["nginx", "-c", str(file), "-e", str(folder / f"{name}.error")]


def start_node(folder, port):
    (folder / "screenshot").write_text('{"value":"' + "A" * (100 * 1024 - 12) + '"}')
    with open(folder / "large", "wb") as large:
        large.truncate(1024 * MIB)
    return Part("node", nginx("node", folder, NODE % {"port": port, "folder": folder}, 1), folder, port)


def start_nginx(folder, node):
    port = free_port()
    return Part("nginx", nginx("nginx", folder, PROXY % {"port": port, "node": node.port}, os.cpu_count()), folder, port)


def start_haproxy(folder, node):
    port = free_port()
    most = min(4000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 3)
    (folder / "haproxy.cfg").write_text(HAPROXY % {"port": port, "node": node.port, "most": most})
    return Part("haproxy", ["haproxy", "-db", "-f", str(folder / "haproxy.cfg")], folder, port)


def device(number, slots=1):
    """One of many that differ."""
    return {
        "udid": f"device-{number}", "browserName": "chrome", "slots": slots,
        "attributes": {"os_version": f"{10 + number % 8}.{number % 5}", "model": f"Model {number % 97}",
                       "geos": [f"Town {number % 13}, US"], "battery_level": number % 101},
        "tags": {"team": f"team-{number % 7}"}}


def start_gridfleet(folder, node_url, devices, more=None, name="gridfleet", flags=(), jar=None):
    port = free_port()
    config = {
        "listen": f"127.0.0.1:{port}", "store": f"sqlite:{folder}/{name}-{port}.db",
        "nodes": [{"id": "node", "url": node_url, "devices": devices}],
        "session": {"idleDefault": "1h"}, **(more or {})}
    file = folder / f"{name}-{port}.yaml"
    file.write_text(json.dumps(config))
    jar = jar or REPOSITORY / "target" / "gridfleet-lb.jar"
    return Part(name, ["java", *flags, "-jar", str(jar), "--config", str(file)], folder, port, "/readyz")


GRID_POM = """<project><modelVersion>4.0.0</modelVersion><groupId>bench</groupId><artifactId>grid</artifactId><version>1</version>
<dependencies><dependency><groupId>org.seleniumhq.selenium</groupId><artifactId>selenium-grid</artifactId><version>4.47.0</version>
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
        "[node]\ndetect-drivers = false\nselenium-manager = false\nmax-sessions = 64\noverride-max-sessions = true\n"
        f"[relay]\nurl = \"{node.url}\"\nstatus-endpoint = \"/status\"\nconfigs = [\"64\", {stereotype}]\n")
    grid = ["java", "-cp", jars, "org.openqa.selenium.grid.Bootstrap"]
    bus = ["--publish-events", f"tcp://127.0.0.1:{publish}", "--subscribe-events", f"tcp://127.0.0.1:{subscribe}"]
    common = ["--host", "127.0.0.1", "--selenium-manager", "false"]
    if roles == "standalone":
        return Part("grid", [*grid, "standalone", "--port", str(port), *common, "--config", str(relay)], folder, port)
    script = " ".join([*grid[:1], "-cp", f"'{jars}'", grid[3], "hub", "--port", str(port), "--host", "127.0.0.1", *bus, "&",
                       *grid[:1], "-cp", f"'{jars}'", grid[3], "node", "--port", str(node_port), *common, *bus,
                       "--hub", f"http://127.0.0.1:{port}", "--config", str(relay), "&", "wait"])
    return Part("grid-hub", ["bash", "-c", script], folder, port)

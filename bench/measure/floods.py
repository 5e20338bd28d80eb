"""A live session's commands during one kind of hostile input: latency, memory, and the time to recover."""

import base64
import json
import multiprocessing
import os
import resource
import selectors
import socket
import time
import urllib.request

import parts
import programs
from creation import payload
from load import Client, percentile
from programs import device

TOKEN = "measured-token"
# The memory of a small container; measured is how much of it one kind of input takes.
FLAGS = ("-Xmx512m", "-XX:MaxDirectMemorySize=128m")
DEVICES = 10_000
PAUSE = 0.005  # seconds between two commands of the live session
BODY = 15 * parts.MIB


def address(url):
    host, port = url.removeprefix("http://").split(":")
    return host, int(port)


def connect(url):
    one = socket.create_connection(address(url), timeout=30)
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return one


def head(method, path, *fields):
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *fields, "", ""]
    return "\r\n".join(lines).encode()


def post(path, body, *fields):
    return head("POST", path, "Content-Type: application/json", f"Content-Length: {len(body)}", *fields) + body


def basic():
    return "Authorization: Basic " + base64.b64encode(f"suite:{TOKEN}".encode()).decode()


def quietly(step):
    """One step on a connection that the server may close at any time."""
    try:
        return step()
    except OSError:
        return None


def opened(url, count):
    found = [quietly(lambda: connect(url)) for _ in range(count)]
    return [one for one in found if one]


def trickle(url, until, count, beginning):
    """Connections that send one byte per second each after the beginning of a request."""
    clients = opened(url, count)
    for one in clients:
        quietly(lambda one=one: one.sendall(beginning))
    while time.monotonic() < until:
        for one in clients:
            quietly(lambda one=one: one.send(b"x"))
        time.sleep(1)


def again_and_again(url, until, message, connections=8):
    """Connections that send the same request as fast as they are answered."""
    ready, begun = selectors.DefaultSelector(), 0

    def begin():
        one = quietly(lambda: connect(url))
        if one:
            quietly(lambda: one.sendall(message(begun)))
            one.setblocking(False)
            ready.register(one, selectors.EVENT_READ)
        else:
            time.sleep(0.01)

    while time.monotonic() < until:
        while len(ready.get_map()) < connections and time.monotonic() < until:
            begin()
            begun += 1
        for key, _ in ready.select(0.1):
            got = quietly(lambda key=key: key.fileobj.recv(1 << 20))
            if not got:
                ready.unregister(key.fileobj)
                key.fileobj.close()
            elif quietly(lambda key=key: key.fileobj.send(message(begun))) is None:
                ready.unregister(key.fileobj)
                key.fileobj.close()
            else:
                begun += 1


# ---- the kinds of hostile input; each runs in a process of its own until the given time


def idle_connections(url, until):
    opened(url, min(20_000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 100))
    time.sleep(max(0, until - time.monotonic()))


def slow_heads(url, until):
    trickle(url, until, 2000, b"POST /session HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")


def slow_bodies(url, until):
    trickle(url, until, 2000, head("POST", f"/v0/{TOKEN}/session", "Content-Type: application/json", "Content-Length: 100000"))


def readers_that_do_not_read(url, until):
    clients = opened(url, 20)
    request = head("GET", "/api/devices", basic())
    for one in clients:
        one.setblocking(False)
    while time.monotonic() < until:
        for one in clients:
            quietly(lambda one=one: one.send(request * 50))
        time.sleep(0.05)


def unfinished_bodies_without_a_token(url, until):
    beginning = head("POST", "/session", "Content-Type: application/json", f"Content-Length: {BODY}")
    part = b'{"capabilities":{"alwaysMatch":{"x:y":"' + b"a" * (BODY - 1000)
    clients = []
    while time.monotonic() < until:
        if len(clients) < 60:
            one = quietly(lambda: connect(url))
            if one:
                one.settimeout(5)
                clients.append(one)
                quietly(lambda: one.sendall(beginning))
                quietly(lambda: one.sendall(part))
        else:
            time.sleep(0.1)


def waiters_with_large_bodies(url, until):
    asked = payload(**{"gridfleet:selector": "model:Taken", "gridfleet:waitForDeviceOnlineTimeout": 600,
                       "x:ballast": "b" * parts.MIB})
    clients = []
    for _ in range(599):
        if time.monotonic() > until:
            break
        one = quietly(lambda: connect(url))
        if one:
            quietly(lambda: one.sendall(post(f"/v0/{TOKEN}/session", asked)))
            clients.append(one)
    time.sleep(max(0, until - time.monotonic()))


def flood_of_keys(url, until):
    again_and_again(url, until, lambda number: post("/session", payload(), f"X-Idempotency-Key: key-{number}"))


def flood_of_lists(url, until):
    """Clients that request the longest list and disconnect at once."""
    request = head("GET", "/api/devices", basic())
    while time.monotonic() < until:
        for one in opened(url, 50):
            quietly(lambda one=one: one.sendall(request))
            one.close()


def flood_of_metrics(url, until):
    again_and_again(url, until, lambda number: head("GET", "/metrics"))


def flood_of_pings(url, until):
    """A client that sends WebSocket pings as fast as its tunnel takes them."""
    created = quietly(lambda: parts.ask(f"{url}/v0/{TOKEN}/session", "POST", {"capabilities": {"alwaysMatch": {
        "browserName": "chrome", "webSocketUrl": True}}}))
    if not created:
        return
    value = created["value"]
    socket_url = value["capabilities"].get("webSocketUrl", "")
    path = "/" + socket_url.split("/", 3)[3] if socket_url.startswith("ws") else f"/session/{value['sessionId']}/se/bidi"
    one = connect(url)
    one.sendall(head("GET", path, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="))
    one.recv(65536)
    pings = (b"\x89\x80" + b"\0\0\0\0") * 2000
    one.setblocking(False)
    ready = selectors.DefaultSelector()
    ready.register(one, selectors.EVENT_READ | selectors.EVENT_WRITE)
    while time.monotonic() < until:
        for _, events in ready.select(0.1):
            if events & selectors.EVENT_READ and not quietly(lambda: one.recv(1 << 20)):
                return
            if events & selectors.EVENT_WRITE:
                quietly(lambda: one.send(pings))
    quietly(lambda: parts.ask(f"{url}/v0/{TOKEN}/session/{value['sessionId']}", "DELETE"))


KINDS = (idle_connections, slow_heads, slow_bodies, readers_that_do_not_read, unfinished_bodies_without_a_token,
         waiters_with_large_bodies, flood_of_keys, flood_of_lists, flood_of_metrics, flood_of_pings)


# ---- the live session beside it


def command(url, path, until, told):
    """Commands of a live session, one after the other; when each began and its duration in ms."""
    client, found = Client(url), []
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            status, _, seconds = client.ask("GET", path)
        except OSError:
            status, seconds = 0, time.monotonic() - began
            client = quietly(lambda: Client(url)) or client
        found.append((began, seconds * 1000, status == 200))
        time.sleep(PAUSE)
    told.put(found)


def calm(found, end, bound):
    """Seconds from the end of the input until no command takes longer than the bound any more."""
    late = [began + lapse / 1000 - end for began, lapse, good in found if began + lapse / 1000 > end and (lapse > bound or not good)]
    return max(late, default=0)


def measured(server, kind, seconds, rest):
    live = parts.ask(f"{server.url}/v0/{TOKEN}/session", "POST", {"capabilities": {"alwaysMatch": {"browserName": "chrome"}}})
    path = f"/v0/{TOKEN}/session/{live['value']['sessionId']}/url"
    told, begin = multiprocessing.Queue(), time.monotonic() + 2
    end = begin + seconds
    prober = multiprocessing.Process(target=command, args=(server.url, path, end + rest, told))
    attacker = multiprocessing.Process(target=kind, args=(server.url, end))
    prober.start()
    time.sleep(max(0, begin - time.monotonic()))
    attacker.start()
    resident = 0
    while time.monotonic() < end:
        resident = max(resident, server.resident())
        time.sleep(0.25)
    attacker.join(2)
    if attacker.is_alive():
        attacker.terminate()
        attacker.join(5)
    found = told.get(timeout=rest + 60)
    prober.join(10)
    before = [lapse for began, lapse, _ in found if began < begin]
    during = [lapse for began, lapse, _ in found if begin <= began < end]
    quietly(lambda: parts.ask(f"{server.url}{path[:-4]}", "DELETE"))
    return {
        "command p50 before ms": percentile(before, .5), "command p50 ms": percentile(during, .5),
        "command p99 ms": percentile(during, .99), "longest command ms": max(during),
        "commands that failed": sum(not good for _, _, good in found),
        "resident MiB at most": resident, "recovered after s": calm(found, end, max(20, 5 * percentile(before, .99))),
        "errors in the log": errors(server)}


def errors(server):
    with open(server.log.name, errors="replace") as log:
        return sum(" ERROR " in line for line in log)


def floods(bench):
    """Each kind of input on a server of its own; the program must be alive and serve a session after it."""
    seconds, rest = (5, 5) if bench.asked.quick else (15, 10)
    node = programs.start_simulated_node(bench.folder, name="floods-node")
    os.environ["GRIDFLEET_BENCH_TOKEN"] = TOKEN
    result = {}
    for kind in KINDS:
        name = kind.__name__.replace("_", " ")
        bench.say(name)
        devices = [device(number, 64 if number == 0 else 1) for number in range(DEVICES)]
        server = programs.start_gridfleet(
            bench.folder, node.url, devices, {"tokens": [{"name": "suite", "secretEnv": "GRIDFLEET_BENCH_TOKEN"}]},
            name=f"floods-{kind.__name__}", flags=FLAGS)
        try:
            found = measured(server, kind, seconds, rest)
            with urllib.request.urlopen(f"{server.url}/readyz", timeout=10) as ready:
                found["ready after it"] = ready.status == 200
        except Exception as failure:
            found = {"the program did not hold": f"{type(failure).__name__}: {failure}"}
        result[f"flood: {name}"] = found
        server.stop()
    node.stop()
    return result

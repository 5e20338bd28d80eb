"""What only makes sense of GridFleet LB itself: waiting, many sessions, large bodies, start, its own share of a creation."""

import json
import selectors
import socket
import statistics
import sys
import threading
import time

import parts
from load import Client, percentile

HARD = ("browserName:chrome os_version:>=11 (model:\"Model 1*\",model:/Model [2-9]/,battery_level:20..90) "
        "-tag.team:team-9 geos:\"Town 1*\",geos:\"Town 2*\",geos:\"Town 3*\"")


def payload(**capabilities):
    return json.dumps({"capabilities": {"alwaysMatch": {"browserName": "chrome", **capabilities}}}).encode()


def start_to_ready(folder, node, times):
    """Seconds from the process's start to an answer of 200 by /readyz; MiB resident five seconds later."""
    seconds, memory = [], []
    for number in range(times):
        server = parts.start_gridfleet(folder, node.url, [parts.device(1, 64)], name=f"start-{number}")
        seconds.append(server.started_in)
        if number == times - 1:
            time.sleep(5)
            memory.append(server.resident())
            memory.append(server.heap())
        server.stop()
    return {"seconds": statistics.median(seconds), "least": min(seconds), "most": max(seconds), "times": times,
            "idle_resident_mib": memory[0], "idle_heap_mib": memory[1]}


def timed_creations(client, body, times):
    taken = []
    for _ in range(times):
        status, answer, seconds = client.ask("POST", "/session", body)
        if status != 200:
            raise SystemExit(f"a creation was refused: {answer[:500]!r}")
        taken.append(seconds * 1000)
        client.ask("DELETE", "/session/" + json.loads(answer)["value"]["sessionId"])
    return taken


def creation_share(folder, node, devices, times):
    """What a creation takes through us beyond the same request to the node; ms; one client, idle devices."""
    server = parts.start_gridfleet(
        folder, node.url, [parts.device(number) for number in range(devices)], name=f"creation-{devices}")
    through, direct = Client(server.url), Client(node.url)
    result = {}
    bodies = {"simple": payload(**{"gridfleet:selector": "browserName:chrome"}),
              "hard": payload(**{"gridfleet:selector": HARD})}
    for body in bodies.values():
        timed_creations(through, body, times)
    for name, body in bodies.items():
        ours, nodes = [], []
        for _ in range(5):
            ours += timed_creations(through, body, times // 5)
            nodes += timed_creations(direct, body, times // 5)
        result[name] = {"p50": percentile(ours, .5) - percentile(nodes, .5),
                        "p99": percentile(ours, .99) - percentile(nodes, .99), "times": len(ours)}
    through.close()
    direct.close()
    server.stop()
    return result


def waiting(folder, node, count, progress, seconds):
    """Memory and processor time of requests that wait for the only device."""
    server = parts.start_gridfleet(
        folder, node.url, [parts.device(1)], {"newSession": {"progressInterval": "10s"}}, name=f"waiting-{count}-{progress}")
    taken = parts.new_session(server)
    time.sleep(1)
    before_heap, before_resident = server.heap(), server.resident()
    body = payload(**{"gridfleet:waitForDeviceOnlineTimeout": 600, "gridfleet:newSessionRequestProgress": progress})
    message = b"POST /session HTTP/1.1\r\nHost: lab\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        len(body), body)
    host, port = server.url.removeprefix("http://").split(":")
    clients, ticks = [], 0
    began = time.monotonic()
    with selectors.DefaultSelector() as ready:
        for _ in range(count):
            one = socket.create_connection((host, int(port)), timeout=60)
            one.sendall(message)
            one.setblocking(False)
            ready.register(one, selectors.EVENT_READ)
            clients.append(one)
        told = set()
        while queue_length(server) < count:
            if time.monotonic() - began > 60:
                print(f"only {queue_length(server)} of {count} wait; {len(told)} were answered: {list(told)[:2]}", file=sys.stderr)
                break
            for key, _ in ready.select(.2):
                if answer := key.fileobj.recv(4096).strip():
                    told.add(answer[:300])
        count = queue_length(server)
        queued_in = time.monotonic() - began
        processor, began = server.processor(), time.monotonic()
        while time.monotonic() - began < seconds:
            for key, _ in ready.select(.2):
                ticks += key.fileobj.recv(4096).count(b"\n")
        used = (server.processor() - processor) / (time.monotonic() - began)
        heap, resident = server.heap(), server.resident()
        # The device gets free while all wait: how long until the first of them has it.
        freed = time.perf_counter()
        parts.ask(f"{server.url}/session/{taken}", "DELETE")
        answered = None
        end = time.monotonic() + 30
        while answered is None and time.monotonic() < end:
            for key, _ in ready.select(.2):
                if b"sessionId" in key.fileobj.recv(65536):
                    answered = time.perf_counter() - freed
    began = time.monotonic()
    for one in clients:
        one.close()
    while queue_length(server) > 0 and time.monotonic() - began < 60:
        time.sleep(.1)
    gone_in = time.monotonic() - began
    server.stop()
    return {"count": count, "progress": progress, "heap_mib": heap, "heap_more_mib": heap - before_heap,
            "resident_more_mib": resident - before_resident, "kib_each": (heap - before_heap) * 1024 / count,
            "processor_share": used, "ticks": ticks, "seconds": seconds, "queued_in_s": queued_in, "gone_in_s": gone_in,
            "delete_to_next_session_ms": None if answered is None else answered * 1000}


def queue_length(server):
    for line in parts.get(server.url + "/metrics").decode().splitlines():
        if line.startswith("gridfleet_lb_queue_length"):
            return int(float(line.split()[-1]))
    raise SystemExit("no gridfleet_lb_queue_length in /metrics")


class Witness:
    """A node that notes when a session ended and when the next was asked for: as seen on the wire."""

    def __init__(self):
        self.ended, self.asked, self.number = [], [], 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        kept = b""
        while True:
            while b"\r\n\r\n" not in kept:
                part = connection.recv(65536)
                if not part:
                    return
                kept += part
            now = time.perf_counter()
            head, _, kept = kept.partition(b"\r\n\r\n")
            length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n")
                           if line.lower().startswith(b"content-length")), 0)
            while len(kept) < length:
                kept += connection.recv(65536)
            kept = kept[length:]
            body = b'{"value":null}'
            if head.startswith(b"GET"):
                body = b'{"value":{"ready":true,"message":""}}'
                if head.split()[1].endswith(b"/sessions"):
                    body = b'{"value":"not told"}'
            elif head.startswith(b"POST"):
                self.asked.append(now)
                self.number += 1
                body = b'{"value":{"sessionId":"witness-%d","capabilities":{}}}' % self.number
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
                len(body), body))
            if head.startswith(b"DELETE"):
                self.ended.append(time.perf_counter())


def freed_to_attempt(folder, times):
    """Milliseconds from the node's answer to DELETE, to the next waiter's POST /session at the node."""
    witness = Witness()
    server = parts.start_gridfleet(folder, witness.url, [parts.device(1)], name="freed")
    body = payload(**{"gridfleet:waitForDeviceOnlineTimeout": 60})
    lapses = []
    first, second = Client(server.url), Client(server.url)
    _, answer, _ = first.ask("POST", "/session", body)
    for _ in range(times):
        live = json.loads(answer)["value"]["sessionId"]
        got = []
        waiter = threading.Thread(target=lambda: got.append(second.ask("POST", "/session", body)))
        waiter.start()
        while queue_length(server) < 1:
            time.sleep(.005)
        first.ask("DELETE", f"/session/{live}")
        waiter.join(30)
        answer = got[0][1]
        lapses.append((witness.asked[-1] - witness.ended[-1]) * 1000)
    first.close()
    second.close()
    server.stop()
    warm = lapses[len(lapses) // 4:]
    return {"p50": percentile(warm, .5), "p99": percentile(warm, .99), "most": max(warm), "times": len(warm)}


def live_sessions(folder, node, count):
    """Memory of sessions that live, and how long they took to create, 50 at a time."""
    devices = [parts.device(number, 1000) for number in range((count + 999) // 1000)]
    server = parts.start_gridfleet(folder, node.url, devices, name="live")
    time.sleep(1)
    before, resident = server.heap(), server.resident()
    body = payload()
    began, left, lock = time.monotonic(), [count], threading.Lock()

    def create():
        client = Client(server.url)
        while True:
            with lock:
                if left[0] <= 0:
                    client.close()
                    return
                left[0] -= 1
            status, answer, _ = client.ask("POST", "/session", body)
            if status != 200:
                raise SystemExit(f"refused: {answer[:300]!r}")

    threads = [threading.Thread(target=create) for _ in range(50)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    took = time.monotonic() - began
    heap = server.heap()
    result = {"count": count, "heap_mib": heap, "heap_more_mib": heap - before, "kib_each": (heap - before) * 1024 / count,
              "resident_more_mib": server.resident() - resident, "creations_per_second": count / took}
    server.stop()
    return result


def large_bodies(folder, node):
    """1 GiB each way through a session: MiB a second, and the most that the server's buffers and memory grew."""
    server = parts.start_gridfleet(folder, node.url, [parts.device(1, 8)], name="large")
    session = parts.new_session(server)
    result = {}
    for way, move in (("download", download), ("upload", upload)):
        watch = Watch(server)
        began = time.monotonic()
        move(server, session)
        seconds = time.monotonic() - began
        result[way] = {"mib_per_second": 1024 / seconds, **watch.end()}
    for way, move in (("download", download), ("upload", upload)):
        began = time.monotonic()
        move(node, session)
        result[way]["direct_mib_per_second"] = 1024 / (time.monotonic() - began)
    server.stop()
    return result


def download(server, session):
    with connection(server) as one:
        one.sendall(f"GET /session/{session}/large HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n".encode())
        got, room = 0, memoryview(bytearray(1024 * 1024))
        while part := one.recv_into(room):
            got += part
    if got < 1024 * parts.MIB:
        raise SystemExit(f"only {got} bytes came")


def upload(server, session):
    piece = bytes(1024 * 1024)
    with connection(server) as one:
        one.sendall(f"POST /session/{session}/file HTTP/1.1\r\nHost: lab\r\nContent-Length: {1024 * parts.MIB}\r\n\r\n".encode())
        for _ in range(1024):
            one.sendall(piece)
        if b" 200 " not in one.recv(65536):
            raise SystemExit("the upload was refused")


def connection(server):
    host, port = server.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=120)


class Watch:
    """Notes the most of a server's direct buffers and resident memory, ten times a second."""

    def __init__(self, server):
        self.server, self.over = server, threading.Event()
        self.resident_before, self.resident, self.buffers = server.resident(), 0.0, 0.0
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self):
        while not self.over.wait(.1):
            self.resident = max(self.resident, self.server.resident())
            lines = parts.get(self.server.url + "/metrics").decode().splitlines()
            direct = [line for line in lines if line.startswith("gridfleet_lb_buffer") and "direct" in line]
            self.buffers = max([self.buffers, *(float(line.split()[-1]) / parts.MIB for line in direct)])

    def end(self):
        self.over.set()
        self.thread.join()
        return {"buffers_mib": self.buffers, "resident_more_mib": self.resident - self.resident_before}

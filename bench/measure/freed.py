"""From a device's end of session to the next attempt on the wire, measured at the node."""

import json
import socket
import threading
import time

import programs
from creation import payload, timed_creations
from load import Client, percentile
from programs import device
from waiting import queue_length


class Witness:
    """A node that records when a session ended and when the next was requested."""

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
            body = self.answer(head, now)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
                len(body), body))
            if head.startswith(b"DELETE"):
                self.ended.append(time.perf_counter())

    def answer(self, head, now):
        if head.startswith(b"POST"):
            self.asked.append(now)
            self.number += 1
            return b'{"value":{"sessionId":"witness-%d","capabilities":{}}}' % self.number
        if head.split()[1].endswith(b"/sessions"):
            return b'{"value":"not told"}'
        return b'{"value":{"ready":true,"message":""}}' if head.startswith(b"GET") else b'{"value":null}'


def lapses(witness, ender, waiter, times):
    """Milliseconds from the node's answer to DELETE until the POST /session of the next waiting request arrives."""
    body, found = payload(**{"gridfleet:waitForDeviceOnlineTimeout": 60}), []
    first, second = Client(ender.url), Client(waiter.url)
    for client in (first, second):
        timed_creations(client, body, 2 * times)  # until it is warm
    _, answer, _ = first.ask("POST", "/session", body)
    for _ in range(times):
        live, got = json.loads(answer)["value"]["sessionId"], []
        asking = threading.Thread(target=lambda: got.append(second.ask("POST", "/session", body)))
        asking.start()
        while queue_length(waiter) < 1:
            time.sleep(.005)
        first.ask("DELETE", f"/session/{live}")
        asking.join(60)
        answer = got[0][1]
        found.append((witness.asked[-1] - witness.ended[-1]) * 1000)
    first.close()
    second.close()
    return found


def told(name, found):
    return {name: {"p50 ms": percentile(found, .5), "p99 ms": percentile(found, .99), "most ms": max(found), "times": len(found)}}


def in_process(bench):
    witness = Witness()
    server = programs.start_gridfleet(bench.folder, witness.url, [device(1)], name="freed")
    found = lapses(witness, server, server, 50 if bench.asked.quick else 200)
    server.stop()
    return told("freed to the next attempt", found)


def between_replicas(bench):
    """The session ends through one replica, the request waits at the other; PostgreSQL between them."""
    store, witness = bench.postgres().database(), Witness()
    one, other = (programs.start_gridfleet(bench.folder, witness.url, [device(1)], name=f"replica-{name}", store=store)
                  for name in ("one", "other"))
    found = lapses(witness, one, other, 50 if bench.asked.quick else 200)
    one.stop()
    other.stop()
    return told("freed on one replica, waited for on another", found)

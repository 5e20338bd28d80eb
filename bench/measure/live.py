"""Many live sessions: their memory, and how they outlive kill -9."""

import json
import threading
import time

import programs
from creation import payload
from load import Client, percentile

AT_ONCE = 50


def by_threads(url, work):
    """Processes the list on several connections; returns the results in no particular order."""
    found, failures = [], []

    def run():
        client = Client(url)
        try:
            while work:
                found.append(work.pop()(client))
        except Exception as failure:
            if work or not isinstance(failure, IndexError):
                failures.append(failure)
        finally:
            client.close()

    threads = [threading.Thread(target=run) for _ in range(AT_ONCE)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    if failures:
        raise failures[0]
    return found


def created(server, count):
    """Creates sessions and returns their ids."""
    body = payload()

    def create(client):
        status, answer, _ = client.ask("POST", "/session", body)
        if status != 200:
            raise RuntimeError(f"refused: {answer[:300]!r}")
        return json.loads(answer)["value"]["sessionId"]

    return by_threads(server.url, [create] * count)


def commanded(server, ids, path):
    """The number of these sessions that answer a command, and the seconds of each."""
    def command(live):
        return lambda client: client.ask("GET", f"/session/{live}/{path}")

    answers = by_threads(server.url, [command(live) for live in ids])
    return sum(status == 200 for status, _, _ in answers), [seconds * 1000 for _, _, seconds in answers]


def live_sessions(bench):
    """Memory of live sessions, each used once."""
    count = 2000 if bench.asked.quick else bench.asked.live
    server = programs.start_gridfleet(bench.folder, bench.node.url, programs.devices_for(count), name="live")
    time.sleep(1)
    before, resident = server.heap(), server.resident()
    began = time.monotonic()
    ids = created(server, count)
    took = time.monotonic() - began
    answered, _ = commanded(server, ids, bench.node.paths["small"])
    heap = server.heap()
    told = {"live": server.metric("gridfleet_lb_sessions_live"), "answered a command": answered, "heap MiB": heap,
            "heap KiB each": (heap - before) * 1024 / count, "resident MiB more": server.resident() - resident,
            "created a second": count / took}
    server.stop()
    return {f"live: {count} sessions": told}


def restarted(bench, name, store, count):
    """kill -9 with live sessions, a start at the same address, a command of each."""
    devices, node = programs.devices_for(count), bench.node
    server = programs.start_gridfleet(bench.folder, node.url, devices, name="before-kill", store=store)
    ids = created(server, count)
    server.kill()
    began = time.monotonic()
    again = programs.start_gridfleet(bench.folder, node.url, devices, name="after-kill", store=store, port=server.port)
    ready = time.monotonic() - began
    first, _ = commanded(again, ids[:1], node.paths["small"])
    first_in = time.monotonic() - began
    answered, lapses = commanded(again, ids, node.paths["small"])
    told = {"kill -9 to ready s": ready, "to the first command's answer s": first_in,
            "to an answer of every session s": time.monotonic() - began, "command p99 ms": percentile(lapses, .99),
            "sessions lost": count - answered + 1 - first, "counted by /metrics": again.metric("gridfleet_lb_sessions_live")}
    again.stop()
    return {f"recovery, {count} sessions, {name}": told}


def recovery(bench):
    count = 1000 if bench.asked.quick else 5000
    return restarted(bench, "SQLite", f"sqlite:{bench.folder}/recovery.db", count)


def recovery_on_postgres(bench):
    count = 1000 if bench.asked.quick else 5000
    return restarted(bench, "PostgreSQL", bench.postgres().database(), count)


def taken_over(bench):
    """kill -9 of one replica: its sessions through the other, which has served none of them."""
    count, store = 1000 if bench.asked.quick else 5000, bench.postgres().database()
    one, other = (programs.start_gridfleet(
        bench.folder, bench.node.url, programs.devices_for(count), name=f"takeover-{name}", store=store) for name in ("one", "other"))
    ids = created(one, count)
    one.kill()
    began = time.monotonic()
    first, _ = commanded(other, ids[:1], bench.node.paths["small"])
    first_in = time.monotonic() - began
    answered, lapses = commanded(other, ids, bench.node.paths["small"])
    told = {"kill -9 to the first command's answer s": first_in, "to an answer of every session s": time.monotonic() - began,
            "command p50 ms": percentile(lapses, .5), "command p99 ms": percentile(lapses, .99),
            "sessions lost": count - answered + 1 - first}
    other.stop()
    return {f"recovery, {count} sessions, another replica": told}

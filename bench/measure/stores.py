"""Locks and unlocks a second, on the store itself."""

import json
import subprocess

import programs


def locks(bench, name, address):
    result, seconds = {}, 2 if bench.asked.quick else 8
    for at_once in (64,) if bench.asked.quick else (1, 64):
        ran = subprocess.run(programs.tool("StoreLoad", address, at_once, seconds), capture_output=True, text=True, timeout=120)
        line = next((line for line in ran.stdout.splitlines() if line.startswith("RESULT ")), None)
        if line is None:
            raise RuntimeError((ran.stdout + ran.stderr)[-500:])
        told = json.loads(line[len("RESULT "):])
        result[f"locks and unlocks, {name}, {at_once} at a time"] = {
            "pairs a second": told["rate"], "a pair, p50 ms": told["p50"], "a pair, p99 ms": told["p99"],
            **({"failed": told["errors"]} if told["errors"] else {})}
    return result


def on_sqlite(bench):
    return locks(bench, "SQLite", f"sqlite:{bench.folder}/locks.db")


def on_postgres(bench):
    return locks(bench, "PostgreSQL", bench.postgres().database())

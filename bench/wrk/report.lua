-- Ends every run with one line of JSON, in microseconds and requests.
function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    "\nRESULT {\"requests\":%d,\"duration\":%d,\"p50\":%d,\"p90\":%d,\"p99\":%d,\"p999\":%d,\"max\":%d,\"errors\":%d,\"bytes\":%d}\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(90), latency:percentile(99),
    latency:percentile(99.9), latency.max, e.connect + e.read + e.write + e.status + e.timeout, summary.bytes))
end

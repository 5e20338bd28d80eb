/*
 * Data that stays true while it is shown.
 *
 * `const devices = useLive(() => get('/api/devices'), [query.selector], { events: ['device.', 'session.'] })` gives
 * {data, failure, stale, at, reload}: `data` is undefined until the first answer and then always the latest one, also
 * while it is asked again. The call runs again when its dependencies change, after an event whose type begins with one
 * of `events` (all events without the option; never with []), every 30 s anyhow, every 5 s without a stream of
 * events, and at once when a lost connection is back or a hidden tab is seen again; a hidden one asks for nothing. It
 * never runs twice at a time, and rests four times as long as the last call took. A call receives an AbortSignal for
 * `get`. `options.when: false` stops it.
 */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { observe } from './api.js';

const SLOW = 30_000;
const WITHOUT_STREAM = 5_000;
const AT_LEAST = 250;
const RECONNECT = 2_000;
const CHECK = 5_000;
const CHECK_LIMIT = 5_000;

const listeners = new Set();
const watchers = new Set();
const connection = { lost: null, streaming: false };
let stream = null;
let wanted = false;
let retry = 0;
let reopen = 0;
let checking = false;

/** What the server publishes; an event source calls listeners by type, and there are more than we know. */
const TYPES = ['request.queued', 'request.ended', 'session.started', 'session.ended', 'device.changed',
  'device.avoided', 'device.avoidance_ended', 'device.cooldown', 'device.hold_changed', 'device.preparation_failed',
  'test_data.updated', 'run.created', 'run.active', 'run.completed', 'run.cancelled', 'run.expired',
  'run.force_released', 'run.device_fails_again'];

function changed() {
  watchers.forEach((watcher) => watcher({ ...connection }));
}

/** Opens the stream of events; once signed in. */
export function open() {
  wanted = true;
  connect();
}

/*
 * A browser has six connections to a server for all its tabs: only a tab that is seen keeps one for events.
 */
function connect() {
  if (stream || !wanted || document.hidden) return;
  clearTimeout(reopen);
  stream = new EventSource('/api/events');
  stream.onopen = () => {
    connection.streaming = true;
    changed();
    listeners.forEach((listener) => listener({ type: '' }));
  };
  stream.onerror = () => {
    connection.streaming = false;
    if (stream && stream.readyState === EventSource.CLOSED) {
      disconnect();
      reopen = setTimeout(connect, WITHOUT_STREAM);
    }
    changed();
    check();
  };
  const received = (message) => {
    let data = {};
    try {
      data = JSON.parse(message.data).data ?? {};
    } catch {
      // A hint without details.
    }
    listeners.forEach((listener) => listener({ type: message.type, data }));
  };
  TYPES.forEach((type) => stream.addEventListener(type, received));
}

/** Closes the stream of events; when signed out. */
export function close() {
  wanted = false;
  disconnect();
}

function disconnect() {
  clearTimeout(reopen);
  stream?.close();
  stream = null;
  connection.streaming = false;
  changed();
}

observe((status) => {
  if (status === 0) lose();
  else if (connection.lost) restore();
});

function lose() {
  if (connection.lost) return;
  connection.lost = Date.now();
  changed();
  attempt();
}

function attempt() {
  clearTimeout(retry);
  retry = setTimeout(check, RECONNECT);
}

/** Asks whether the server answers: a connection that is cut on the way is silent. */
async function check() {
  if (checking) return;
  checking = true;
  try {
    await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(CHECK_LIMIT) });
    checking = false;
    if (connection.lost) restore();
  } catch {
    checking = false;
    if (connection.lost) attempt();
    else lose();
  }
}

setInterval(() => {
  if (wanted && !document.hidden && !connection.lost) check();
}, CHECK);

document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    disconnect();
  } else {
    connect();
    listeners.forEach((listener) => listener({ type: '' }));
  }
});
addEventListener('pagehide', disconnect);
addEventListener('pageshow', connect);
addEventListener('offline', lose);
addEventListener('online', check);

function restore() {
  clearTimeout(retry);
  connection.lost = null;
  changed();
  listeners.forEach((listener) => listener({ type: '' }));
}

/** {lost: since when the server isn't reached, or null; streaming: whether events arrive}. */
export function useConnection() {
  const [state, setState] = useState({ ...connection });
  useEffect(() => {
    watchers.add(setState);
    setState({ ...connection });
    return () => watchers.delete(setState);
  }, []);
  return state;
}

/** Calls `listener({type, data})` at each event while the component is shown; `type` is '' after a reconnect. */
export function useEvents(listener) {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const forward = (event) => latest.current(event);
    listeners.add(forward);
    return () => listeners.delete(forward);
  }, []);
}

export function useLive(load, dependencies, { events, when = true } = {}) {
  const [state, setState] = useState({ data: undefined, failure: null, at: 0 });
  const latest = useRef(load);
  latest.current = load;
  const run = useRef(() => {});
  const asked = useRef(false);

  useEffect(() => {
    if (!when) return undefined;
    let controller = null;
    let timer = 0;
    let again = false;
    let ended = false;
    let notBefore = 0;
    const plan = (delay) => {
      clearTimeout(timer);
      timer = setTimeout(ask, delay);
    };
    const ask = async () => {
      again = false;
      if (document.hidden && asked.current) return;
      asked.current = true;
      controller = new AbortController();
      const began = performance.now();
      try {
        const data = await latest.current(controller.signal);
        if (!ended) setState({ data, failure: null, at: Date.now() });
      } catch (failure) {
        if (!ended && failure.name !== 'AbortError') setState((before) => ({ ...before, failure }));
      }
      controller = null;
      if (ended) return;
      const rest = Math.max(AT_LEAST, 4 * (performance.now() - began));
      notBefore = performance.now() + rest;
      plan(again ? rest : Math.max(rest, connection.streaming ? SLOW : WITHOUT_STREAM));
    };
    const soon = () => {
      if (controller) again = true;
      else plan(Math.max(0, notBefore - performance.now()));
    };
    const heard = ({ type }) => {
      if (type === '' || !events || events.some((prefix) => type.startsWith(prefix))) soon();
    };
    run.current = soon;
    listeners.add(heard);
    ask();
    return () => {
      ended = true;
      listeners.delete(heard);
      clearTimeout(timer);
      controller?.abort();
    };
  }, [...dependencies, when]);

  const { lost } = useConnection();
  const reload = useCallback(() => run.current(), []);
  return { ...state, stale: state.data !== undefined && (state.failure !== null || lost !== null), reload };
}

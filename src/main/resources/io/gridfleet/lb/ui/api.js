/*
 * Calls of the REST API. A screen uses `get`, `send` and `query`; most screens use `useLive` of live.js, which calls
 * `get` again when something changed. A failed call throws an `ApiFailure`: `status` (0 without a connection) and
 * `message`, the server's own sentence, to be shown in an ErrorBox.
 */
export class ApiFailure extends Error {
  constructor(status, message, body) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

/** How long an answer may take, in ms; a change may wait for a node. */
const READ = 30_000;
const CHANGE = 120_000;

const observers = new Set();

/** Calls `observer(status)` after each call: 0 when the server wasn't reached. */
export function observe(observer) {
  observers.add(observer);
}

/** `?a=1&b=2` of an object, without null, undefined and empty values; '' if nothing remains. */
export function query(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return given.length ? '?' + new URLSearchParams(given) : '';
}

export const get = (path, options = {}) => call('GET', path, undefined, options.signal);

/** A changing call; its header can't be sent by a form of another page. */
export const send = (method, path, body, options = {}) => call(method, path, body, options.signal);

async function call(method, path, body, signal) {
  const headers = { Accept: 'application/json', 'X-GridFleet-UI': '1' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const limit = AbortSignal.timeout(method === 'GET' ? READ : CHANGE);
  let answer;
  let text;
  try {
    answer = await fetch(path, {
      method,
      headers,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      credentials: 'same-origin',
      cache: 'no-store',
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    text = await answer.text();
  } catch (failure) {
    if (signal?.aborted) throw failure;
    observers.forEach((observer) => observer(0));
    throw new ApiFailure(0, limit.aborted ? 'The server doesn’t answer.' : 'The server can’t be reached.');
  }
  observers.forEach((observer) => observer(answer.status));
  const value = parsed(text);
  if (!answer.ok) throw new ApiFailure(answer.status, words(answer.status, value, text), value);
  return value;
}

function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

function words(status, value, text) {
  const said = value?.error?.message ?? value?.value?.message ?? value?.message ?? value?.detail;
  if (typeof said === 'string' && said) return said;
  return text && text.length < 200 && !value ? text : `The server answered ${status}.`;
}

/*
 * What screens are made of. Everything is a Preact component or hook, written with `html` (htm); text that comes from
 * the server or a client only ever stands where a child or an attribute value does, so that it stays text.
 *
 *   html, useState, useEffect, useMemo, useRef, useCallback      Preact's own
 *   <${Page} title="Devices" actions=${…}>…                      a screen's frame; sets the title of the window
 *   <${Live} of=${useLive(…)}>${(data) => …}                      loading, error with retry, stale mark, content
 *   <${Table} label columns rows rowKey empty … />                rows by the thousand; see Table
 *   <${State} of="busy" />                                        colour and word
 *   <${Ago} at=${iso} />   <${Duration} ms=${n} />   <${Count} of=${n} />
 *   <${Facts} of=${[['Name', value], …]} />                       a list of names and values, without the empty ones
 *   <${Empty}>what to do</${Empty}>   <${ErrorBox} failure retry />
 *   <${CopyButton} text label />   <${JsonEditor} label value onSave />
 *   <${Search} label value onInput />                             debounced; the / key goes there
 *   useConfirm()({title, text, action, danger, field, run})        asks once, runs, shows what went wrong
 *   announce('…')   navigate('/ui/…')   useSession()   may('operate')
 */
import { h, createContext } from 'preact';
import { useCallback, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import htm from 'htm';

export const html = htm.bind(h);
export { useCallback, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState };

/** What the shell gives to screens: {session, confirm, announce, navigate}. */
export const Shell = createContext(null);

export const useConfirm = () => useContext(Shell).confirm;
export const useNavigate = () => useContext(Shell).navigate;
export const useAnnounce = () => useContext(Shell).announce;

/** {tenant, role, tokens_needed, may(what)}: `what` is 'use' (runs, sessions, test data) or 'operate' (devices, queue). */
export function useSession() {
  const { session } = useContext(Shell);
  const role = session.tokens_needed ? session.role : 'operator';
  return { ...session, may: (what) => role === 'operator' || (what === 'use' && role === 'suite') };
}

export function useTitle(title) {
  useEffect(() => {
    document.title = `${title} · GridFleet LB`;
  }, [title]);
}

/** A screen's frame. `actions` are the buttons that change something, apart from the content. */
export function Page({ title, actions, children }) {
  useTitle(title);
  return html`<div class="page">
    <div class="head">
      <h1 tabindex="-1">${title}</h1>
      ${actions && html`<div class="actions" role="group" aria-label="Actions">${actions}</div>`}
    </div>
    ${children}
  </div>`;
}

/** Shows the data of `useLive`. */
export function Live({ of, children }) {
  const shown = of.data !== undefined;
  useEffect(() => {
    if (shown) performance.mark('gridfleet-content');
  }, [shown]);
  if (of.data === undefined) {
    return of.failure ? html`<${ErrorBox} failure=${of.failure} retry=${of.reload} />` : html`<${Loading} />`;
  }
  return html`<div class=${of.stale ? 'stale' : ''}>
    ${of.stale && html`<p class="note" role="status">
      Not current: shown as of ${clock(of.at)}. ${of.failure?.message} <button onClick=${of.reload}>Try again</button>
    </p>`}
    ${children(of.data)}
  </div>`;
}

export const Loading = () => html`<p class="loading" role="status">Loading…</p>`;

export const Empty = ({ children }) => html`<div class="empty">${children}</div>`;

export const ErrorBox = ({ failure, retry }) => html`<div class="error" role="alert">
  <p>${failure.message || String(failure)}</p>
  ${retry && html`<button onClick=${retry}>Try again</button>`}
</div>`;

// ---- words and numbers

const GOOD = ['free', 'available', 'created', 'passed', 'up', 'active', 'completed', 'live', 'ready'];
const USED = ['busy', 'starting', 'running', 'reserved', 'claimed', 'preparing', 'session'];
const CARE = ['waiting', 'avoided', 'cooldown', 'cooling_down', 'draining', 'locked', 'client_left', 'skipped', 'backoff',
  'operator_lock', 'reservation'];
const BAD = ['offline', 'failed', 'refused', 'lost', 'error', 'down', 'failed_attempt', 'expired', 'cancelled'];

/** A state in colour and word; the words are those of the API. */
export function State({ of }) {
  const word = of === null || of === undefined ? 'unknown' : String(of);
  const kind = GOOD.includes(word) ? 'good' : USED.includes(word) ? 'used' : CARE.includes(word) ? 'care'
    : BAD.includes(word) ? 'bad' : 'plain';
  return html`<span class="state ${kind}">${word.replaceAll('_', ' ')}</span>`;
}

const numbers = new Intl.NumberFormat();
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
const times = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

export const clock = (at) => times.format(new Date(at));

/** The exact time in the browser's zone, for a title. */
export const exactly = (at) => exact.format(new Date(at));

export const Count = ({ of }) => html`<span class="number">${numbers.format(of)}</span>`;

/** A length of time in words: '4 ms', '1.2 s', '3 min 5 s', '2 h 10 min', '3 d 4 h'. */
export function span(ms) {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  const s = Math.round(ms / 1_000);
  const two = (big, bigUnit, small, smallUnit) => `${big} ${bigUnit}` + (small ? ` ${small} ${smallUnit}` : '');
  if (s < 60) return `${s} s`;
  if (s < 3_600) return two(Math.floor(s / 60), 'min', s % 60, 's');
  if (s < 86_400) return two(Math.floor(s / 3_600), 'h', Math.floor((s % 3_600) / 60), 'min');
  return two(Math.floor(s / 86_400), 'd', Math.floor((s % 86_400) / 3_600), 'h');
}

export const Duration = ({ ms }) => (ms === null || ms === undefined ? '' : html`<span class="number">${span(ms)}</span>`);

const tickers = new Set();
setInterval(() => tickers.forEach((tick) => tick(Date.now())), 1_000);

/** The time now, each second. */
export function useNow() {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    tickers.add(setNow);
    return () => tickers.delete(setNow);
  }, []);
  return now;
}

/** How long ago, or in how long; the exact time on hover, in the browser's zone. `plain` leaves out 'ago'. */
export function Ago({ at, plain }) {
  const now = useNow();
  if (!at) return '';
  const then = new Date(at);
  const ms = now - then.getTime();
  const words = span(Math.floor(Math.abs(ms) / 1_000) * 1_000).replace(/^0 ms$/, '0 s').replace('.0 s', ' s');
  const text = plain ? words : ms >= -999 ? `${words} ago` : `in ${words}`;
  return html`<time class="number" datetime=${at} title=${exact.format(then)}>${text}</time>`;
}

export const Facts = ({ of }) => html`<dl class="facts">
  ${of.filter(([, value]) => value !== null && value !== undefined && value !== '').map(([name, value]) => html`
    <div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
</dl>`;

// ---- table

const ROW = 33;
const WHOLE = 60;

/*
 * columns: [{name, title, cell(row), sort(row), numeric, width}]; `cell` gives a text or html, `sort` (optional) what
 * is compared. Sorting is in `sort` ('name' or '-name') with `onSort(text)`. `selected` (a Set of keys) with
 * `onSelect(Set)` adds boxes. Rows keep their place by `rowKey(row)`; only those in sight are in the document.
 */
export function Table({ label, columns, rows, rowKey, empty, sort = '', onSort, selected, onSelect }) {
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const box = useRef(null);
  const sorted = useMemo(() => order(rows, columns, sort), [rows, columns, sort]);
  useLayoutEffect(() => {
    if (box.current) setHeight(box.current.clientHeight);
  });
  if (rows.length === 0) return html`<${Empty}>${empty}</${Empty}>`;
  const virtual = sorted.length > WHOLE;
  const first = virtual ? Math.min(Math.max(0, Math.floor(top / ROW) - 10), Math.max(0, sorted.length - 20)) : 0;
  const last = virtual ? Math.min(sorted.length, first + Math.ceil(height / ROW) + 20) : sorted.length;
  const all = onSelect && sorted.every((row) => selected.has(rowKey(row)));
  return html`<div class="table ${virtual ? 'virtual' : ''}" role="region" aria-label=${label} tabindex="0" ref=${box}
      onScroll=${(event) => setTop(event.currentTarget.scrollTop)}>
    <table aria-rowcount=${sorted.length + 1}>
      <thead><tr aria-rowindex="1">
        ${onSelect && html`<th scope="col" class="box"><input type="checkbox" aria-label="Select all" checked=${all}
          onChange=${() => onSelect(new Set(all ? [] : sorted.map(rowKey)))} /></th>`}
        ${columns.map((column) => html`<${Head} key=${column.name} column=${column} sort=${sort} onSort=${onSort} />`)}
      </tr></thead>
      <tbody>
        ${first > 0 && html`<tr key="above" class="space" aria-hidden="true" style=${{ height: `${first * ROW}px` }}></tr>`}
        ${sorted.slice(first, last).map((row, i) => {
          const key = rowKey(row);
          return html`<tr key=${key} aria-rowindex=${first + i + 2} class=${selected?.has(key) ? 'selected' : ''}>
            ${onSelect && html`<td class="box"><input type="checkbox" aria-label="Select ${rowName(row)}"
              checked=${selected.has(key)} onChange=${() => onSelect(toggled(selected, key))} /></td>`}
            ${columns.map((column) => html`<td key=${column.name} class=${column.numeric ? 'numeric' : ''}>${column.cell(row)}</td>`)}
          </tr>`;
        })}
        ${last < sorted.length && html`<tr key="below" class="space" aria-hidden="true"
          style=${{ height: `${(sorted.length - last) * ROW}px` }}></tr>`}
      </tbody>
    </table>
  </div>`;
}

const rowName = (row) => row.name ?? row.test_name ?? row.id ?? '';

function Head({ column, sort, onSort }) {
  if (!column.sort || !onSort) return html`<th scope="col" class=${column.numeric ? 'numeric' : ''}>${column.title}</th>`;
  const up = sort === column.name;
  const down = sort === `-${column.name}`;
  return html`<th scope="col" class=${column.numeric ? 'numeric' : ''}
      aria-sort=${up ? 'ascending' : down ? 'descending' : 'none'}>
    <button class="sort" onClick=${() => onSort(up ? `-${column.name}` : column.name)}>
      ${column.title}<span aria-hidden="true">${up ? ' ↑' : down ? ' ↓' : ''}</span>
    </button>
  </th>`;
}

function order(rows, columns, sort) {
  const down = sort.startsWith('-');
  const column = columns.find(({ name }) => name === (down ? sort.slice(1) : sort));
  if (!column?.sort) return rows;
  const sign = down ? -1 : 1;
  const keyed = rows.map((row, i) => [column.sort(row) ?? '', i, row]);
  keyed.sort(([a, i], [b, j]) => {
    const compared = typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });
    return compared * sign || i - j;
  });
  return keyed.map(([, , row]) => row);
}

/** The set with the key, or without it if it has it. */
export function toggled(set, key) {
  const other = new Set(set);
  if (!other.delete(key)) other.add(key);
  return other;
}

// ---- input

/** An input whose `onInput` hears the text when typing pauses (`wait` ms). The / key goes to the first on a screen. */
export function Search({ label, value, onInput, placeholder, wait = 150, invalid, describedBy }) {
  const [text, setText] = useState(value ?? '');
  const timer = useRef(0);
  const sent = useRef(value ?? '');
  useEffect(() => {
    if ((value ?? '') !== sent.current) {
      sent.current = value ?? '';
      setText(value ?? '');
    }
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const typed = (event) => {
    const now = event.currentTarget.value;
    setText(now);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      sent.current = now;
      onInput(now);
    }, wait);
  };
  return html`<input type="search" data-search aria-label=${label} placeholder=${placeholder ?? label} value=${text}
    spellcheck="false" autocomplete="off" aria-invalid=${invalid ? 'true' : 'false'} aria-describedby=${describedBy}
    onInput=${typed} />`;
}

/** A choice: options are texts or [value, words]. */
export const Choice = ({ label, value, options, onChange }) => html`<label class="choice">${label} <select value=${value ?? ''}
    onChange=${(event) => onChange(event.currentTarget.value)}>
  ${options.map((option) => {
    const [own, words] = Array.isArray(option) ? option : [option, option];
    return html`<option key=${own} value=${own} selected=${own === (value ?? '')}>${words}</option>`;
  })}
</select></label>`;

/** Says that it has copied, as long as that is the text which is in the clipboard. */
export function CopyButton({ text, label = 'Copy' }) {
  const [copied, setCopied] = useState(null);
  const announce = useAnnounce();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      copyBySelection(text);
    }
    setCopied(text);
    announce('Copied.');
    setTimeout(() => setCopied((now) => (now === text ? null : now)), 2_000);
  };
  return html`<button type="button" onClick=${copy}>${copied === text ? 'Copied' : label}</button>`;
}

/** Without TLS a page has no clipboard. */
function copyBySelection(text) {
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

/** JSON that is checked while typing; `onSave(value)` may throw, and its message is shown. */
export function JsonEditor({ label, value, onSave, readOnly }) {
  const shown = useMemo(() => JSON.stringify(value ?? {}, null, 2), [value]);
  const [text, setText] = useState(null);
  const [failure, setFailure] = useState('');
  const [saving, setSaving] = useState(false);
  const edited = text ?? shown;
  const wrong = problem(edited);
  const save = async () => {
    setSaving(true);
    setFailure('');
    try {
      await onSave(JSON.parse(edited));
      setText(null);
    } catch (refused) {
      setFailure(refused.message);
    }
    setSaving(false);
  };
  return html`<div class="json">
    <textarea aria-label=${label} rows=${Math.min(20, edited.split('\n').length + 1)} spellcheck="false" value=${edited}
      readOnly=${readOnly} aria-invalid=${wrong ? 'true' : 'false'} onInput=${(event) => setText(event.currentTarget.value)}></textarea>
    <p role="status" class="wrong">${wrong || failure}</p>
    ${!readOnly && html`<p>
      <button disabled=${text === null || wrong !== '' || saving} onClick=${save}>Save</button>${' '}
      <button disabled=${text === null || saving} onClick=${() => { setText(null); setFailure(''); }}>Undo</button>
    </p>`}
  </div>`;
}

function problem(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? '' : 'Must be an object: { … }';
  } catch (wrong) {
    return wrong.message;
  }
}

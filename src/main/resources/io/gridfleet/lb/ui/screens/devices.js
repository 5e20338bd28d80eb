/* All devices: found by selector while typing, several changed at once. */
import { get, query as parameters, send } from '../api.js';
import { useLive } from '../live.js';
import { Choice, Count, html, Live, Page, Search, State, Table, useMemo, useSession, useState } from '../parts.js';
import { DeviceLink, forEach, useAct } from '../words.js';

const COLUMNS = {
  name: { title: 'Device', cell: (row) => html`<${DeviceLink} id=${row.id} name=${row.name} />`, sort: (row) => row.name },
  state: { title: 'State', cell: (row) => html`<${State} of=${row.state} />`, sort: (row) => row.state },
  why: { title: 'Why', cell: (row) => row.inhibitors.map((one) => one.words + (one.detail ? `: ${one.detail}` : '')).join(', ') },
  platform: { title: 'Platform', cell: (row) => row.platform, sort: (row) => row.platform },
  os_version: { title: 'Version', cell: (row) => row.os_version, sort: (row) => row.os_version },
  model: { title: 'Model', cell: (row) => row.model, sort: (row) => row.model },
  manufacturer: { title: 'Manufacturer', cell: (row) => row.manufacturer, sort: (row) => row.manufacturer },
  udid: { title: 'Udid', cell: (row) => html`<code>${row.connection_target}</code>`, sort: (row) => row.connection_target },
  node: { title: 'Node', cell: (row) => row.node, sort: (row) => row.node },
  run: { title: 'Run', cell: (row) => row.run_name ?? '', sort: (row) => row.run_name },
  tags: { title: 'Tags', cell: (row) => Object.entries(row.tags).map(([key, value]) => `${key}:${value}`).join(' ') },
};
const SHOWN = ['name', 'state', 'why', 'platform', 'os_version', 'model', 'node', 'udid'];
const MAX_IN_ADDRESS = 50;
const STATES = ['free', 'busy', 'reserved', 'locked', 'avoided', 'maintenance', 'offline'];

export function Screen({ query, setQuery }) {
  const selector = query.selector ?? '';
  const devices = useLive(async (signal) => {
    const began = performance.now();
    const items = await get('/api/devices' + parameters({ selector, view: 'summary' }), { signal });
    performance.measure('gridfleet-devices', { start: began, end: performance.now() });
    return { items, selector };
  }, [selector], { events: ['device.', 'session.', 'run.'] });
  const [kept, setKept] = useState(null);
  if (devices.data && devices.data !== kept) setKept(devices.data);
  const wrong = devices.failure && [400, 422].includes(devices.failure.status) ? devices.failure : null;
  const shown = devices.data ?? kept;
  const of = shown && (wrong || !devices.data) ? { ...devices, data: shown, failure: null, stale: false } : devices;
  return html`<${Page} title="Devices">
    <div class="filters">
      <${Search} label="Search by selector" value=${selector} placeholder="platform:android os_version:>=13" invalid=${wrong !== null}
        describedBy="devices-wrong" onInput=${(text) => setQuery({ selector: text })} />
      <${Choice} label="State" value=${query.state} options=${[['', 'any'], ...STATES]} onChange=${(state) => setQuery({ state }, { push: true })} />
      <${Columns} query=${query} setQuery=${setQuery} />
    </div>
    <div id="devices-wrong" role="status">${wrong && html`<pre class="wrong">${wrong.message}</pre>`}</div>
    <${Live} of=${of}>${(known) => html`<${Rows} items=${known.items} query=${query} setQuery=${setQuery} reload=${devices.reload} />`}</${Live}>
  </${Page}>`;
}

const chosen = (query) => {
  const names = (query.columns ?? '').split(',').filter((name) => COLUMNS[name]);
  return names.length ? names : SHOWN;
};

function Columns({ query, setQuery }) {
  const names = chosen(query);
  return html`<details><summary>Columns</summary><div class="filters">${Object.entries(COLUMNS).map(([name, { title }]) => html`
    <label key=${name}><input type="checkbox" checked=${names.includes(name)} disabled=${name === 'name'}
      onChange=${() => setQuery({ columns: Object.keys(COLUMNS).filter((one) => (one === name) !== names.includes(one)).join(',') })} /> ${title}</label>`)}
  </div></details>`;
}

/** The selected ids, in the address while they are few: an address has a bound. */
function useSelection({ selected: given = '' }, setQuery) {
  const [many, setMany] = useState(null);
  const few = useMemo(() => new Set(given.split(',').filter(Boolean)), [given]);
  const select = (ids) => {
    const fits = ids.size <= MAX_IN_ADDRESS;
    setMany(fits ? null : ids);
    setQuery({ selected: fits ? [...ids].join(',') : null });
  };
  return [many ?? few, select];
}

function Rows({ items, query, setQuery, reload }) {
  const [selected, setSelected] = useSelection(query, setQuery);
  const { may } = useSession();
  const rows = useMemo(() => items.filter((row) => !query.state || row.state === query.state), [items, query.state]);
  const counts = useMemo(() => STATES.map((state) => [state, items.filter((row) => row.state === state).length]).filter(([, n]) => n), [items]);
  const picked = useMemo(() => rows.filter((row) => selected.has(row.id)), [rows, selected]);
  return html`
    <p><${Count} of=${rows.length} /> device${rows.length === 1 ? '' : 's'}. ${counts.map(([state, n]) => html`<span key=${state}><${State} of=${state} /> <${Count} of=${n} /> </span>`)}</p>
    ${may('operate') && html`<${Actions} picked=${picked} done=${() => { setSelected(new Set()); reload(); }} />`}
    <${Table} label="Devices" rows=${rows} rowKey=${(row) => row.id} sort=${query.sort} onSort=${(sort) => setQuery({ sort })}
      selected=${may('operate') ? selected : undefined} onSelect=${may('operate') ? setSelected : undefined}
      empty=${items.length ? 'No device is in this state.' : html`No device fits. <a href=${`/ui/selector?text=${encodeURIComponent(query.selector ?? '')}`}>See why</a>.`}
      columns=${chosen(query).map((name) => ({ name, ...COLUMNS[name] }))} />`;
}

/** What can be done to devices; also used by the screen of one device. */
export const DEVICE_ACTIONS = [
  { name: 'Maintenance', path: 'maintenance', field: { label: 'Reason', max: 200 }, body: (reason) => ({ reason }),
    text: 'They get no new sessions; sessions that run go on.', done: 'in maintenance' },
  { name: 'Back', path: 'maintenance/exit', body: () => ({}), text: 'Their maintenance ends; they get sessions again.', done: 'back from maintenance' },
  { name: 'Lock', path: 'lock', body: () => ({}), text: 'They are kept for an operator and get no sessions until they are unlocked.', done: 'locked' },
  { name: 'Unlock', path: 'unlock', body: () => ({}), text: 'The operator’s lock ends; they get sessions again.', done: 'unlocked' },
];

export function Actions({ picked, one, done }) {
  const act = useAct();
  const names = new Map(picked.map((row) => [row.id, row.name]));
  const words = picked.length === 1 ? picked[0].name : `${picked.length} devices`;
  return html`<div class="actions" role="group" aria-label=${one ? 'Actions for this device' : 'Actions for the selected devices'}>${DEVICE_ACTIONS.map((action) => html`
    <button key=${action.name} disabled=${picked.length === 0} onClick=${() => act({
      title: `${action.name}: ${words}?`,
      text: html`<p>${action.text}</p>`,
      field: action.field,
      action: action.name,
      run: async (value) => {
        try {
          await forEach([...names.keys()], (id) => names.get(id), (id) => send('POST', `/api/devices/${encodeURIComponent(id)}/${action.path}`, action.body(value)));
        } finally {
          done();
        }
      },
      done: `${words} ${picked.length === 1 ? 'is' : 'are'} ${action.done}.`,
    })}>${action.name}</button>`)}
    ${!one && html`<span class="dim" role="status">${picked.length ? `${picked.length} selected` : 'Select devices to change them.'}</span>`}</div>`;
}

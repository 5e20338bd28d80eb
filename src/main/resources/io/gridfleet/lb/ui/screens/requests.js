/* The requests of the last days, newest first; the filters are in the address. */
import { get, query as parameters } from '../api.js';
import { useLive } from '../live.js';
import { Ago, Choice, Duration, html, Live, Page, Search, State, Table } from '../parts.js';
import { DeviceLink, more, RequestLink, RunLink } from '../words.js';

const OUTCOMES = ['', 'waiting', 'starting', 'created', 'refused', 'client_left', 'lost'];
const PAGE = 50;
const MAX_PAGES = 100;

/** The newest page and the older ones that were asked for. */
export async function pages(path, filters, count, signal) {
  let cursor = null;
  let items = [];
  for (let i = 0; i < count; i++) {
    const page = await get(path + parameters({ ...filters, limit: PAGE, cursor }), { signal });
    items = items.concat(page.items);
    cursor = page.next_cursor;
    if (!cursor) break;
  }
  return { items, next_cursor: cursor };
}

export function Screen({ query, setQuery }) {
  const count = Math.min(MAX_PAGES, Number(query.pages) || 1);
  const filter = (changes, how) => setQuery({ ...changes, pages: null }, how);
  const { outcome, test, run, tenant, device, client, session, from, to } = query;
  const filters = { outcome, test, run, tenant, device, client, session, from, to };
  const requests = useLive((signal) => pages('/api/requests', filters, count, signal), [JSON.stringify(filters), count],
    { events: ['request.'] });
  const text = (name, label) => html`<${Search} label=${label} value=${query[name]} wait=${300}
    onInput=${(value) => filter({ [name]: value })} />`;
  return html`<${Page} title="Requests">
    <div class="filters">
      <${Choice} label="Outcome" value=${outcome} options=${OUTCOMES.map((one) => [one, one ? one.replaceAll('_', ' ') : 'any'])}
        onChange=${(value) => filter({ outcome: value }, { push: true })} />
      ${text('test', 'Test name')} ${text('tenant', 'Tenant')} ${text('run', 'Run id')}
      ${device && html`<button onClick=${() => filter({ device: null }, { push: true })}>All devices</button>`}
      ${session && html`<button onClick=${() => filter({ session: null }, { push: true })}>All sessions</button>`}
    </div>
    <${Live} of=${requests}>${(known) => html`
      <${Table} label="Requests" rows=${known.items} rowKey=${(row) => row.id}
        empty="No request is recorded with these filters. Each New Session request leaves a record here."
        columns=${[
          { name: 'arrived', title: 'Arrived', cell: (row) => html`<${Ago} at=${row.arrived_at} />` },
          { name: 'request', title: 'Request', cell: (row) => html`<${RequestLink} id=${row.id} name=${row.test_name} />` },
          { name: 'outcome', title: 'Outcome', cell: (row) => html`<${State} of=${row.outcome} />` },
          { name: 'device', title: 'Device', cell: (row) => html`<${DeviceLink} id=${row.device_id} name=${row.device_name} />` },
          { name: 'waited', title: 'Waited', numeric: true, cell: (row) => html`<${Duration} ms=${row.waited_ms} />` },
          { name: 'total', title: 'Took', numeric: true, cell: (row) => html`<${Duration} ms=${row.total_ms} />` },
          { name: 'attempts', title: 'Attempts', numeric: true, cell: (row) => row.attempts },
          { name: 'asks', title: 'Asks', cell: (row) => row.selector },
          { name: 'tenant', title: 'Tenant', cell: (row) => row.tenant },
          { name: 'run', title: 'Run', cell: (row) => html`<${RunLink} id=${row.run_id} />` },
          { name: 'client', title: 'Client', cell: (row) => row.client },
          { name: 'error', title: 'Error', cell: (row) => row.error },
        ]} />
      ${known.items.length > 0 && more(known, () => setQuery({ pages: String(count + 1) }))}`}</${Live}>
  </${Page}>`;
}

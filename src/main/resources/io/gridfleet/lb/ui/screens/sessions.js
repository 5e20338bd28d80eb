/* Live and ended sessions; the filters are in the address. */
import { get, query as parameters } from '../api.js';
import { useLive } from '../live.js';
import { Ago, Choice, Count, html, Live, Page, Search, span, State, Table, useSession } from '../parts.js';
import { DeviceLink, ENDS, howItEnded, RunLink, SessionLink } from '../words.js';
import { useEndSession } from './session.js';

const PAGE = 100;
const STATUS = ['', 'running', 'passed', 'failed', 'error'];

export function Screen({ query, setQuery }) {
  const offset = Number(query.offset) || 0;
  const { status, test, tenant, device, run, ended } = query;
  const filters = { status, test, tenant, device_id: device, run_id: run, end_reason: ended };
  const sessions = useLive((signal) => get('/api/sessions' + parameters({ ...filters, limit: PAGE, offset }), { signal }),
    [JSON.stringify(filters), offset], { events: ['session.'] });
  const { may } = useSession();
  const end = useEndSession();
  const filter = (changes, how) => setQuery({ ...changes, offset: null }, how);
  const text = (name, label) => html`<${Search} label=${label} value=${query[name]} wait=${300} onInput=${(value) => filter({ [name]: value })} />`;
  const all = (name, value) => value && html`<a href=${'/ui/sessions' + parameters({ ...query, [name]: value, offset: null })}>${value}</a>`;
  return html`<${Page} title="Sessions">
    <div class="filters">
      <${Choice} label="Outcome" value=${status} options=${STATUS.map((one) => [one, one || 'any'])} onChange=${(value) => filter({ status: value }, { push: true })} />
      <${Choice} label="How it ended" value=${ended} options=${[['', 'any'], ...Object.entries(ENDS)]} onChange=${(value) => filter({ ended: value }, { push: true })} />
      ${text('test', 'Whole name of the test')} ${text('tenant', 'Tenant')} ${text('run', 'Run id')} ${text('device', 'Device id')}
    </div>
    <${Live} of=${sessions}>${(known) => html`
      <p><${Count} of=${known.total} /> session${known.total === 1 ? '' : 's'}.</p>
      <${Table} label="Sessions" rows=${known.items} rowKey=${(row) => row.session_id}
        empty=${html`No session fits these filters. Clients create sessions with <code>POST ${location.origin}/session</code>.`}
        columns=${[
          { name: 'test', title: 'Test', cell: (row) => all('test', row.test_name) },
          { name: 'status', title: 'Outcome', cell: (row) => html`<${State} of=${row.status} />` },
          { name: 'ended', title: 'How it ended', cell: howItEnded },
          { name: 'tenant', title: 'Tenant', cell: (row) => all('tenant', row.tenant) },
          { name: 'device', title: 'Device', cell: (row) => html`<${DeviceLink} id=${row.device_id} name=${row.device_name} />` },
          { name: 'started', title: 'Started', cell: (row) => html`<${Ago} at=${row.started_at} />` },
          { name: 'took', title: 'Lasts', numeric: true, cell: (row) => (row.ended_at ? span(Date.parse(row.ended_at) - Date.parse(row.started_at))
            : html`<${Ago} at=${row.started_at} plain />`) },
          { name: 'run', title: 'Run', cell: (row) => html`<${RunLink} id=${row.run_id} />` },
          { name: 'error', title: 'Error', cell: (row) => row.error_message },
          { name: 'session', title: 'Session', cell: (row) => html`<${SessionLink} id=${row.session_id} />` },
          ...(may('use') ? [{ name: 'act', title: 'Action', cell: (row) => !row.ended_at && html`<button
            aria-label=${`End ${row.test_name ?? row.session_id}`} onClick=${() => end(row)}>End…</button>` }] : []),
        ]} />
      <p class="buttons">
        ${offset > 0 && html`<button onClick=${() => setQuery({ offset: offset > PAGE ? String(offset - PAGE) : null }, { push: true })}>Newer</button>`}
        ${offset + PAGE < known.total && html`<button onClick=${() => setQuery({ offset: String(offset + PAGE) }, { push: true })}>Older</button>`}
      </p>`}</${Live}>
  </${Page}>`;
}

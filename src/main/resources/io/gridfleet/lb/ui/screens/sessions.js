/* Live and ended sessions; the filters are in the address. */
import { get, query as parameters } from '../api.js';
import { useLive } from '../live.js';
import { Ago, Choice, Count, html, Live, Page, span, State, Table, useSession } from '../parts.js';
import { DeviceLink, RunLink, SessionLink } from '../words.js';
import { useEndSession } from './session.js';

const PAGE = 100;
const STATUS = ['', 'running', 'passed', 'failed', 'error'];

export function Screen({ query, setQuery }) {
  const offset = Number(query.offset) || 0;
  const filters = { status: query.status, device_id: query.device, run_id: query.run };
  const sessions = useLive((signal) => get('/api/sessions' + parameters({ ...filters, limit: PAGE, offset }), { signal }),
    [JSON.stringify(filters), offset], { events: ['session.'] });
  const { may } = useSession();
  const end = useEndSession();
  const filter = (changes, how) => setQuery({ ...changes, offset: null }, how);
  return html`<${Page} title="Sessions">
    <div class="filters">
      <${Choice} label="Outcome" value=${query.status} options=${STATUS.map((one) => [one, one || 'any'])} onChange=${(status) => filter({ status }, { push: true })} />
      ${query.device && html`<button onClick=${() => filter({ device: null })}>All devices</button>`}
      ${query.run && html`<button onClick=${() => filter({ run: null })}>All runs</button>`}
    </div>
    <${Live} of=${sessions}>${(known) => html`
      <p><${Count} of=${known.total} /> session${known.total === 1 ? '' : 's'}.</p>
      <${Table} label="Sessions" rows=${known.items} rowKey=${(row) => row.session_id}
        empty=${html`No session fits these filters. Clients create sessions with <code>POST ${location.origin}/session</code>.`}
        columns=${[
          { name: 'test', title: 'Test', cell: (row) => row.test_name ?? '' },
          { name: 'status', title: 'Outcome', cell: (row) => html`<${State} of=${row.status} />` },
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

/* Runs, newest first. */
import { get, query as parameters } from '../api.js';
import { useLive } from '../live.js';
import { Ago, Choice, Count, html, Live, Page, State, Table } from '../parts.js';
import { RunLink } from '../words.js';

const STATES = ['', 'preparing', 'active', 'completed', 'failed', 'expired', 'cancelled'];
const PAGE = 50;

export function Screen({ query, setQuery }) {
  const offset = Number(query.offset) || 0;
  const runs = useLive((signal) => get('/api/runs' + parameters({ state: query.state, limit: PAGE, offset }), { signal }),
    [query.state, offset], { events: ['run.', 'session.'] });
  return html`<${Page} title="Runs">
    <div class="filters"><${Choice} label="State" value=${query.state} options=${STATES.map((one) => [one, one || 'any'])}
      onChange=${(state) => setQuery({ state, offset: null }, { push: true })} /></div>
    <${Live} of=${runs}>${(known) => html`
      <${Table} label="Runs" rows=${known.items} rowKey=${(run) => run.id}
        empty=${html`No run${query.state ? ' in this state' : ' yet'}. A test suite creates one with <code>POST /api/runs</code>;
          see <a href="/docs/test-suites">test suites</a>.`}
        columns=${[
          { name: 'name', title: 'Run', cell: (run) => html`<${RunLink} id=${run.id} name=${run.name} />` },
          { name: 'state', title: 'State', cell: (run) => html`<${State} of=${run.state} />` },
          { name: 'devices', title: 'Devices', numeric: true, cell: (run) => html`<${Count} of=${run.reserved_devices?.length ?? 0} />` },
          { name: 'passed', title: 'Passed', numeric: true, cell: (run) => html`<${Count} of=${run.session_counts.passed} />` },
          { name: 'failed', title: 'Failed', numeric: true, cell: (run) => html`<${Count} of=${run.session_counts.failed + run.session_counts.error} />` },
          { name: 'running', title: 'Running', numeric: true, cell: (run) => html`<${Count} of=${run.session_counts.running} />` },
          { name: 'created', title: 'Created', cell: (run) => html`<${Ago} at=${run.created_at} />` },
          { name: 'by', title: 'By', cell: (run) => run.created_by },
          { name: 'heartbeat', title: 'Heartbeat', cell: (run) => html`<${Ago} at=${run.last_heartbeat} />` },
          { name: 'error', title: 'Error', cell: (run) => run.error },
        ]} />
      <p class="buttons">
        ${offset > 0 && html`<button onClick=${() => setQuery({ offset: offset > PAGE ? String(offset - PAGE) : null }, { push: true })}>Newer</button>`}
        ${offset + PAGE < known.total && html`<button onClick=${() => setQuery({ offset: String(offset + PAGE) }, { push: true })}>Older</button>`}
      </p>`}</${Live}>
  </${Page}>`;
}

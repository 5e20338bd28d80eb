/* Each waiting request: what it asks, since when, its place, why it waits, and how long it may take. */
import { get, query as parameters, send } from '../api.js';
import { useLive } from '../live.js';
import { Ago, Count, html, Live, Page, Search, Table, useSession } from '../parts.js';
import { estimate, RequestLink, RunLink, useAct, why } from '../words.js';

const PAGE = 200;

export function Screen({ query, setQuery }) {
  const limit = Number(query.rows) || PAGE;
  const text = query.text?.trim() || undefined;
  const queue = useLive((signal) => get('/api/queue' + parameters({ limit, text }), { signal }), [limit, text],
    { events: ['request.', 'session.', 'device.', 'run.'] });
  const { may } = useSession();
  const act = useAct();
  const remove = (row) => act({
    title: 'Take this request out of the queue?',
    text: html`<p>${row.test_name ? html`The test <b>${row.test_name}</b>` : html`The request <code>${row.id}</code>`} of
      <b>${row.tenant}</b> is answered with an error; its client reads your sentence.</p>`,
    field: { label: 'Sentence for the client', max: 200, required: true },
    action: 'Take it out',
    danger: true,
    run: (sentence) => send('DELETE', `/api/queue/${encodeURIComponent(row.id)}` + parameters({ why: sentence })),
    done: (answer) => answer?.message ?? 'The request was taken out of the queue.',
  });
  return html`<${Page} title="Queue">
    <div class="filters">
      <${Search} label="Test, tenant, selector, run or client" value=${query.text} wait=${300} onInput=${(part) => setQuery({ text: part })} />
    </div>
    <${Live} of=${queue}>${(now) => html`
        ${!now.complete && html`<p class="note">Requests that wait on other replicas may be missing: the store does not answer, or too many wait.</p>`}
        <p><${Count} of=${now.total} /> ${text ? 'with this text ' : ''}wait${now.total === 1 ? 's' : ''}.</p>
        <${Table} label="Waiting requests" rows=${now.items} rowKey=${(row) => row.id} sort=${query.sort}
          onSort=${(sort) => setQuery({ sort })}
          empty=${text ? 'No waiting request contains this text.' : 'Nobody waits. A request that finds no free device stands here, with the reason.'}
          columns=${[
            { name: 'place', title: 'Place', numeric: true, sort: (row) => row.position, cell: (row) => html`<${Count} of=${row.position} />` },
            { name: 'request', title: 'Request', sort: (row) => row.test_name, cell: (row) => html`<${RequestLink} id=${row.id} name=${row.test_name} />` },
            { name: 'asks', title: 'Asks', sort: (row) => row.selector, cell: (row) => row.selector || 'any device' },
            { name: 'waits', title: 'Waits', sort: (row) => row.age_sec, cell: (row) => html`<${Ago} at=${new Date(queue.at - row.age_sec * 1000).toISOString()} plain />` },
            { name: 'why', title: 'Why', cell: why },
            { name: 'ahead', title: 'Ahead', numeric: true, sort: (row) => row.ahead_same, cell: (row) => row.ahead_same },
            { name: 'estimate', title: 'Estimate', sort: (row) => (row.estimate?.known ? row.estimate.to_sec : 1e9), cell: (row) => estimate(row.estimate) },
            { name: 'tenant', title: 'Tenant', sort: (row) => row.tenant, cell: (row) => row.tenant },
            { name: 'run', title: 'Run', cell: (row) => html`<${RunLink} id=${row.run_id} />` },
            { name: 'client', title: 'Client', cell: (row) => row.client },
            ...(may('operate') ? [{ name: 'act', title: 'Action', cell: (row) => html`<button
              aria-label=${`Take out ${row.test_name ?? row.id}`} onClick=${() => remove(row)}>Take out…</button>` }] : []),
          ]} />
        ${now.items.length < now.total && html`<p><button onClick=${() => setQuery({ rows: String(limit + PAGE) })}>Show more</button></p>`}`}</${Live}>
  </${Page}>`;
}

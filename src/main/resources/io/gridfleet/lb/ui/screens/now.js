/* What is free, who waits and why, what failed lately, and whether the store and the replicas are up. */
import { get } from '../api.js';
import { useLive } from '../live.js';
import { Ago, Count, Empty, Facts, html, Live, Page, span, State, Table } from '../parts.js';
import { to } from '../screens.js';
import { estimate, why } from '../words.js';

const PARTS = [['free', 'good'], ['busy', 'used'], ['reserved', 'used'], ['locked', 'care'], ['avoided', 'care'],
  ['maintenance', 'plain'], ['offline', 'bad']];

export function Screen() {
  const overview = useLive((signal) => get('/api/overview', { signal }), []);
  return html`<${Page} title="Now">
    <${Live} of=${overview}>${(now) => html`
      <${Facts} of=${[
        ['Sessions', html`<a href="/ui/sessions"><${Count} of=${now.sessions.total} /></a>`],
        ['Waiting', html`<a href="/ui/queue"><${Count} of=${now.waiting.total} /></a>`],
        ['Longest wait', now.waiting.total ? span(now.waiting.oldest_sec * 1000) : null],
        ['Store', html`<${State} of=${now.store.up ? 'up' : 'down'} /> ${now.store.kind}${!now.store.up && now.store.since
          ? html` since <${Ago} at=${now.store.since} plain />` : ''}`],
        ['Version', now.version],
      ]} />
      <h2>Devices</h2>
      <${Platforms} of=${now.platforms} />
      <h2>Waiting, longest first</h2>
      <${Waiting} of=${now.waiting} at=${overview.at} />
      <h2>Failed in the last hour</h2>
      <${Failures} of=${now.failures} />
      ${now.replicas.length > 1 && html`<h2>Replicas</h2><ul>${now.replicas.map((replica) => html`
        <li key=${replica.name}>${replica.name}${replica.self ? ' (this one)' : html`, seen <${Ago} at=${replica.last_seen_at} />`}</li>`)}</ul>`}
    `}</${Live}>
  </${Page}>`;
}

const Platforms = ({ of }) => (of.length === 0
  ? html`<${Empty}>No devices yet: name nodes and their devices in the <a href="/docs/operating">configuration</a>.</${Empty}>`
  : html`<div class="cards">${of.map((platform) => html`<section class="card" key=${platform.platform}>
      <h3><a href=${`/ui/devices?selector=${encodeURIComponent(`platform:"${platform.platform}"`)}`}>${platform.platform}</a></h3>
      <span class="number">${platform.free} of ${platform.total}</span> free
      <div class="bar" aria-hidden="true">${PARTS.filter(([name]) => platform[name]).map(([name, kind]) => html`
        <i key=${name} class=${kind} style=${{ flexGrow: platform[name] }}></i>`)}</div>
      ${PARTS.filter(([name]) => platform[name]).map(([name]) => html`<span key=${name}><${State} of=${name} /> ${platform[name]} </span>`)}
    </section>`)}</div>`);

const Waiting = ({ of, at }) => html`<${Table} label="Waiting requests" rows=${of.items} rowKey=${(row) => row.id}
  empty=${html`Nobody waits. Requests that find no free device stand here, with the reason.`}
  columns=${[
    { name: 'request', title: 'Request', cell: (row) => html`<a href=${to('requests', row.id)}>${row.test_name ?? row.selector ?? row.id}</a>` },
    { name: 'waits', title: 'Waits', cell: (row) => html`<${Ago} at=${new Date(at - row.age_sec * 1000).toISOString()} plain />` },
    { name: 'why', title: 'Why', cell: why },
    { name: 'estimate', title: 'Estimate', cell: (row) => estimate(row.estimate) },
  ]} />`;

const Failures = ({ of }) => html`<${Table} label="Failures of the last hour" rows=${of}
  rowKey=${(row) => `${row.device_id} ${row.cause}`} empty="No device has failed."
  columns=${[
    { name: 'device', title: 'Device', cell: (row) => html`<a href=${to('devices', row.device_id)}>${row.device_name}</a>` },
    { name: 'cause', title: 'Cause', cell: (row) => row.cause },
    { name: 'count', title: 'Times', numeric: true, cell: (row) => html`<${Count} of=${row.count} />` },
    { name: 'last', title: 'Last', cell: (row) => html`<${Ago} at=${row.last_at} />` },
    { name: 'text', title: 'The node’s words', cell: (row) => row.text },
  ]} />`;

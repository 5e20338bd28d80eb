/* One request step by step; while it waits, what hinders each device that fits, live. */
import { get, query as parameters, send } from '../api.js';
import { useLive } from '../live.js';
import { Ago, CopyButton, Count, Duration, exactly, Facts, html, Live, Page, span, State, Table, useNavigate, useSession } from '../parts.js';
import { DeviceLink, estimate, Inhibitors, RunLink, SessionLink, useAct } from '../words.js';

const OVER = ['created', 'refused', 'client_left', 'lost'];

export function Screen({ params }) {
  const request = useLive((signal) => get(`/api/requests/${encodeURIComponent(params.id)}`, { signal }), [params.id],
    { events: ['request.', 'session.', 'device.'] });
  const { may, tokens_needed: tokens } = useSession();
  const act = useAct();
  const navigate = useNavigate();
  const row = request.data;
  const remove = () => act({
    title: 'Take this request out of the queue?',
    text: html`<p>Its client is answered with an error and reads your sentence.</p>`,
    field: { label: 'Sentence for the client', max: 200, required: true },
    action: 'Take it out',
    danger: true,
    run: (sentence) => send('DELETE', `/api/queue/${encodeURIComponent(params.id)}` + parameters({ why: sentence })),
    done: (answer) => answer?.message ?? 'The request was taken out of the queue.',
  });
  const actions = row && [
    html`<${CopyButton} key="curl" text=${curl(row, tokens)} label="Copy as curl" />`,
    row.waiting && may('operate') && html`<button key="remove" class="danger" onClick=${remove}>Take out…</button>`,
    html`<button key="all" onClick=${() => navigate('/ui/requests')}>All requests</button>`,
  ];
  return html`<${Page} title=${row?.test_name ? `Request: ${row.test_name}` : `Request ${params.id}`} actions=${actions}>
    <${Live} of=${request}>${(known) => html`
      <${Facts} of=${[
        ['Outcome', html`<${State} of=${known.outcome} />`],
        ['Arrived', html`<${Ago} at=${known.arrived_at} />`],
        ['Ended', known.ended_at && html`<${Ago} at=${known.ended_at} />`],
        ['Waited for a device', html`<${Duration} ms=${known.waited_ms} />`],
        ['Took', known.total_ms === null ? null : html`<${Duration} ms=${known.total_ms} />`],
        ['Of that this server’s own', known.own_ms === null ? null : html`<${Duration} ms=${known.own_ms} />`],
        ['Session', known.session_id && html`<${SessionLink} id=${known.session_id} />`],
        ['Device', known.device_id && html`<${DeviceLink} id=${known.device_id} name=${known.device_name} />`],
        ['Tenant', known.tenant],
        ['Run', known.run_id && html`<${RunLink} id=${known.run_id} />`],
        ['Client', known.client],
        ['Replica', known.replica],
        ['Id', html`<code>${known.id}</code>`],
      ]} />
      ${known.error && html`<h2>Answered with</h2><pre>${known.error}</pre>`}
      ${known.waiting && html`<${Waiting} of=${known.waiting} />`}
      <h2>Asked</h2>
      <${Asked} of=${known.asked} />
      <h2>Steps</h2>
      <${Steps} of=${known.steps} over=${OVER.includes(known.outcome)} />
      ${known.steps_omitted > 0 && html`<p class="note">${known.steps_omitted} more steps were not kept.</p>`}
    `}</${Live}>
  </${Page}>`;
}

const Waiting = ({ of }) => html`<h2>Why it waits now</h2>
  <${Facts} of=${[
    ['Place in the queue', html`<${Count} of=${of.position} />`],
    ['Before it, for the same devices', html`<${Count} of=${of.ahead_same} />`],
    ['Estimate', estimate(of.estimate)],
    ['Devices that fit', html`<${Count} of=${of.devices_total} />`],
  ]} />
  <p>${of.waits_for}</p>
  ${of.devices.length > 0 && html`<div class="wrap"><${Table} label="Devices that fit, and what hinders each" rows=${of.devices}
    rowKey=${(device) => device.id} columns=${[
      { name: 'device', title: 'Device', cell: (device) => html`<${DeviceLink} id=${device.id} name=${device.name} />` },
      { name: 'why', title: 'Hindered by', cell: (device) => html`<${Inhibitors} of=${device.inhibitors} />` },
    ]} /></div>`}
  ${of.devices.length < of.devices_total && html`<p class="note">The first ${of.devices.length} of ${of.devices_total} devices.</p>`}`;

const text = (selector) => (typeof selector === 'string' ? selector : JSON.stringify(selector));

const Asked = ({ of }) => html`
  <${Facts} of=${[
    ['Selector', of.selector && html`<a href=${`/ui/selector?text=${encodeURIComponent(text(of.selector))}`}><code>${text(of.selector)}</code></a>`],
    ['Waits at most', of.wait_ms ? span(of.wait_ms) : null],
    ['Priority', of.priority ? String(of.priority) : null],
  ]} />
  <pre tabindex="0" aria-label="Capabilities">${JSON.stringify(of.first_match, null, 2)}</pre>`;

const Steps = ({ of }) => (of.length === 0 ? html`<p class="dim">No step is recorded yet.</p>` : html`
  <ol class="steps">${of.map((step, i) => html`<li key=${i}>
    <span class="number dim" title=${exactly(step.at)}>+${span(step.after_ms)}</span>${' '}<b>${step.step.replaceAll('_', ' ')}</b>
    ${step.device_id && html` <${DeviceLink} id=${step.device_id} name=${step.device_name} />`}
    ${step.outcome && html` → ${step.outcome}`}${step.took_ms !== null && step.took_ms !== undefined ? ` after ${span(step.took_ms)}` : ''}
    ${step.cause && html`<div>${step.cause}</div>`}${step.node_text && html`<pre>${step.node_text}</pre>`}
  </li>`)}</ol>`);

/** The same request for a shell; quoted so that a name stays a name. The token is left to the shell. */
function curl({ asked, test_name }, tokens) {
  const [first, ...others] = asked.first_match.length ? asked.first_match : [{}];
  const capabilities = others.length ? { firstMatch: asked.first_match } : { alwaysMatch: withSelector(first, asked, test_name) };
  const body = JSON.stringify({ capabilities }).replaceAll("'", "'\\''");
  const token = tokens ? ' -H "Authorization: Bearer $GRIDFLEET_TOKEN"' : '';
  return `curl -X POST ${location.origin}/session${token} -H 'Content-Type: application/json' -d '${body}'`;
}

function withSelector(first, { selector }, testName) {
  const all = { ...first };
  if (selector && !Object.keys(all).some((key) => key.endsWith('gridfleet:selector'))) all['gridfleet:selector'] = selector;
  if (testName && !Object.keys(all).some((key) => key.endsWith('gridfleet:testName'))) all['gridfleet:testName'] = testName;
  return all;
}

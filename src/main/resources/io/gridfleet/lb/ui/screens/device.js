/* One device: attributes, what hinders it, 14 days of history, its failures; maintenance, lock, test data and tags. */
import { get, query as parameters, send } from '../api.js';
import { useLive } from '../live.js';
import { Ago, Facts, html, JsonEditor, Live, Page, span, State, Table, useAnnounce, useSession } from '../parts.js';
import { Inhibitors, RequestLink, RunLink, SessionLink } from '../words.js';
import { Actions } from './devices.js';

const DAY = 86_400_000;
const DAYS = 14;
const MAX_PERIODS = 2_000;
const KINDS = ['session', 'failed_attempt', 'avoided', 'cooldown', 'maintenance', 'operator_lock', 'reservation', 'offline'];

async function history(id, signal) {
  const from = new Date(Date.now() - DAYS * DAY).toISOString();
  let cursor = null;
  let items = [];
  do {
    const page = await get(`/api/devices/${encodeURIComponent(id)}/history` + parameters({ from, limit: 500, cursor }), { signal });
    items = items.concat(page.items);
    cursor = page.next_cursor;
  } while (cursor && items.length < MAX_PERIODS);
  return { items, complete: !cursor };
}

export function Screen({ params }) {
  const path = `/api/devices/${encodeURIComponent(params.id)}`;
  const { may } = useSession();
  const announce = useAnnounce();
  const device = useLive((signal) => get(path, { signal }), [params.id], { events: ['device.', 'session.', 'run.'] });
  const past = useLive((signal) => history(params.id, signal), [params.id], { events: ['device.', 'session.'] });
  const testData = useLive((signal) => get(`${path}/test_data`, { signal }), [params.id], { events: ['test_data.'] });
  const row = device.data;
  const saved = async (what, call) => {
    await call;
    announce(`${what} saved.`);
  };
  return html`<${Page} title=${row?.name ?? 'Device'}
      actions=${row && may('operate') && html`<${Actions} one picked=${[row]} done=${device.reload} />`}>
    <${Live} of=${device}>${(known) => html`
      <h2>Now</h2>
      <p><${State} of=${known.hold === 'maintenance' ? 'maintenance' : known.operational_state} /> ${known.reservation && html`reserved by <${RunLink} id=${known.reservation.run_id} name=${known.reservation.run_name} />`}</p>
      ${known.inhibitors.length > 0 ? html`<${Inhibitors} of=${known.inhibitors} />` : html`<p class="dim">Nothing hinders it: the next request that fits may have it.</p>`}
      <h2>Attributes</h2>
      <${Facts} of=${[
        ['Platform', known.platform_label],
        ['Version', known.os_version_display ?? known.os_version],
        ['Manufacturer', known.manufacturer],
        ['Model', known.model],
        ['Udid', html`<code>${known.connection_target}</code>`],
        ['Connection', known.connection_type],
        ['Groups', known.groups.join(', ')],
        ['Node', known.appium_node && `${known.appium_node.url ?? `port ${known.appium_node.port}`}`],
        ['Health', known.health_summary.summary],
        ['Checked', html`<${Ago} at=${known.health_summary.last_checked_at} />`],
        ['Id', html`<code>${known.id}</code>`],
      ]} />
      <details><summary>All attributes that a selector can name</summary><${Facts} of=${Object.entries(known.attributes).map(([name, value]) =>
        [name, typeof value === 'object' ? JSON.stringify(value) : String(value)])} /></details>
      <h2>The last ${DAYS} days</h2>
      <${Live} of=${past}>${(periods) => html`<${Past} of=${periods} />`}</${Live}>
      <p><a href=${`/ui/sessions?device=${encodeURIComponent(known.id)}`}>Its sessions</a> · <a href=${`/ui/requests?device=${encodeURIComponent(known.id)}`}>its requests</a></p>
      <h2>Tags</h2>
      <${JsonEditor} label="Tags as JSON" value=${known.tags} readOnly=${!may('operate')} onSave=${(tags) => saved('Tags', send('PATCH', path, { tags })).then(device.reload)} />
      <h2>Test data</h2>
      <${Live} of=${testData}>${(data) => html`<${JsonEditor} label="Test data as JSON" value=${data} readOnly=${!may('use')}
        onSave=${(value) => saved('Test data', send('PUT', `${path}/test_data`, value)).then(testData.reload)} />`}</${Live}>
    `}</${Live}>
  </${Page}>`;
}

const counted = (count, what) => `${count} ${what}${count === 1 ? '' : 's'}`;

function Past({ of }) {
  const sessions = of.items.filter(({ kind }) => kind === 'session').length;
  const failed = of.items.filter(({ kind }) => kind === 'failed_attempt');
  const tried = sessions + failed.length;
  return html`
    <p>${tried ? `${counted(sessions, 'session')}, ${counted(failed.length, 'failed attempt')}: ${Math.round((100 * sessions) / tried)} % started.` : 'No session was tried.'}
      ${!of.complete && ` The newest ${of.items.length} periods.`}</p>
    <${Timeline} items=${of.items} />
    <h2>Last failures</h2>
    <div class="wrap"><${Table} label="Last failures" rows=${failed.slice(0, 20)} rowKey=${(row) => `${row.began_at} ${row.request_id}`}
      empty="No attempt has failed on it."
      columns=${[
        { name: 'at', title: 'When', cell: (row) => html`<${Ago} at=${row.began_at} />` },
        { name: 'cause', title: 'Cause', cell: (row) => row.cause },
        { name: 'text', title: 'The node’s words', cell: (row) => row.text },
        { name: 'request', title: 'Request', cell: (row) => html`<${RequestLink} id=${row.request_id} name="request" />` },
      ]} /></div>
    <details><summary>All periods as a table</summary><${Table} label="Periods" rows=${of.items} rowKey=${(row) => `${row.kind} ${row.began_at} ${row.session_id ?? ''}`}
      empty="Nothing is recorded."
      columns=${[
        { name: 'kind', title: 'What', cell: (row) => html`<${State} of=${row.kind} />` },
        { name: 'began', title: 'From', cell: (row) => html`<${Ago} at=${row.began_at} />` },
        { name: 'lasted', title: 'Lasted', cell: (row) => (row.ended_at ? span(Date.parse(row.ended_at) - Date.parse(row.began_at)) : 'goes on') },
        { name: 'session', title: 'Session', cell: (row) => html`<${SessionLink} id=${row.session_id} />` },
        { name: 'run', title: 'Run', cell: (row) => html`<${RunLink} id=${row.run_id} />` },
        { name: 'text', title: 'Text', cell: (row) => row.text ?? row.cause },
        { name: 'by', title: 'By', cell: people },
      ]} /></details>`;
}

/** Who began and who ended a period. */
const people = ({ began_by: began, ended_by: ended }) =>
  [began, ended && ended !== began && `ended by ${ended}`].filter(Boolean).join(', ');

const COLOUR = { session: 'used', failed_attempt: 'bad', avoided: 'care', cooldown: 'care', maintenance: 'plain', operator_lock: 'care', reservation: 'used', offline: 'bad' };

/** A lane for each kind of period; time goes from left to right. */
function Timeline({ items }) {
  const to = Date.now();
  const from = to - DAYS * DAY;
  const kinds = KINDS.filter((kind) => items.some((item) => item.kind === kind));
  if (!kinds.length) return html`<p class="dim">Nothing is recorded in this time.</p>`;
  const left = 120;
  const width = 1_000 - left;
  const x = (at) => left + (width * (Math.min(to, Math.max(from, at)) - from)) / (to - from);
  const days = Array.from({ length: DAYS }, (_, i) => from + i * DAY);
  const bottom = kinds.length * 22;
  return html`<svg viewBox=${`0 0 1000 ${bottom + 20}`} role="img" width="100%"
      aria-label=${`Timeline: ${kinds.map((kind) => `${items.filter((item) => item.kind === kind).length} ${kind.replaceAll('_', ' ')}`).join(', ')}. The table below has all periods.`}>
    ${days.map((day) => html`<g key=${day}><line x1=${x(day)} x2=${x(day)} y1="0" y2=${bottom} stroke="var(--line)" />
      <text x=${x(day) + 2} y=${bottom + 14}>${new Date(day).toLocaleDateString(undefined, { day: 'numeric', month: 'short' })}</text></g>`)}
    ${kinds.map((kind, i) => html`<g key=${kind}><text x="0" y=${i * 22 + 15}>${kind.replaceAll('_', ' ')}</text>
      ${items.filter((item) => item.kind === kind).map((item) => {
        const began = x(Date.parse(item.began_at));
        const ended = x(item.ended_at ? Date.parse(item.ended_at) : to);
        return html`<rect key=${item.began_at} x=${began} y=${i * 22 + 4} width=${Math.max(1.5, ended - began)} height="14" fill=${`var(--${COLOUR[kind]})`}>
          <title>${`${kind.replaceAll('_', ' ')} ${new Date(item.began_at).toLocaleString()}${item.text ? `: ${item.text}` : ''} ${people(item)}`.trim()}</title></rect>`;
      })}</g>`)}
  </svg>`;
}

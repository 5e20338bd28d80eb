/* One session: its request, device, commands, and how it ended. */
import { get, send } from '../api.js';
import { useLive } from '../live.js';
import { Ago, Count, Duration, Facts, html, Live, Page, span, State, Table, useSession } from '../parts.js';
import { DeviceLink, howItEnded, RequestLink, RunLink, useAct } from '../words.js';

/** Ends a session after a question that names its test and its owner. */
export function useEndSession() {
  const act = useAct();
  const { tokens_needed: owned } = useSession();
  return (row) => act({
    title: 'End this session?',
    text: html`<p>${row.test_name ? html`The test <b>${row.test_name}</b>` : html`The session <code>${row.session_id}</code>`}${owned && row.tenant
      ? html` of <b>${row.tenant}</b>` : ''} on <b>${row.device_name ?? 'a device'}</b> fails at its next command. The device is free afterwards.</p>`,
    action: 'End it',
    danger: true,
    run: () => send('POST', `/api/sessions/${encodeURIComponent(row.session_id)}/kill`, {}),
    done: (answer) => (answer?.terminated ? 'The session has ended.' : 'The session has ended; its node is still to confirm.'),
  });
}

export function Screen({ params }) {
  const session = useLive((signal) => get(`/api/sessions/${encodeURIComponent(params.id)}`, { signal }), [params.id], { events: ['session.'] });
  const { may } = useSession();
  const end = useEndSession();
  const row = session.data;
  const live = row && !row.ended_at;
  return html`<${Page} title=${row?.test_name ? `Session: ${row.test_name}` : `Session ${params.id}`}
      actions=${live && may('use') && html`<button class="danger" onClick=${() => end(row)}>End…</button>`}>
    <${Live} of=${session}>${(known) => html`
      <${Facts} of=${[
        ['Outcome', html`<${State} of=${known.status} />`],
        ['Device', html`<${DeviceLink} id=${known.device_id} name=${known.device_name} />`],
        ['Platform', known.device_platform_label],
        ['Request', known.request_id && html`<${RequestLink} id=${known.request_id} name="how it was created" />`],
        ['Tenant', known.tenant],
        ['Run', known.run_id && html`<${RunLink} id=${known.run_id} />`],
        ['Started', html`<${Ago} at=${known.started_at} />`],
        ['Ended', known.ended_at ? html`<${Ago} at=${known.ended_at} />` : null],
        ['Lasts', known.ended_at ? span(Date.parse(known.ended_at) - Date.parse(known.started_at)) : html`<${Ago} at=${known.started_at} plain />`],
        ['How it ended', howItEnded(known)],
        ['Error', known.error_type],
        ['Id', html`<code>${known.session_id}</code>`],
      ]} />
      ${known.error_message && html`<pre>${known.error_message}</pre>`}
      <h2>Commands</h2>
      <${Commands} of=${known.commands} />`}</${Live}>
  </${Page}>`;
}

const COLUMNS = [
  { name: 'method', title: 'Method', cell: (row) => row.method },
  { name: 'path', title: 'Command', cell: (row) => html`<code>${row.path}</code>` },
  { name: 'ms', title: 'Took', numeric: true, cell: (row) => html`<${Duration} ms=${row.ms} />` },
  { name: 'status', title: 'Status', numeric: true, cell: (row) => row.status },
  { name: 'at', title: 'When', cell: (row) => html`<${Ago} at=${row.at} />` },
];

function Commands({ of }) {
  if (!of) return html`<p class="dim">Its commands aren’t counted here: it ended before counting began, or another replica serves it.</p>`;
  return html`
    <${Facts} of=${[
      ['Commands', html`<${Count} of=${of.count} />`],
      ['Errors', html`<${Count} of=${of.errors} />`],
      ['Slow', html`<${Count} of=${of.slow} />`],
    ]} />
    ${of.slowest.length > 0 && html`<h2>Slowest</h2><${Table} label="Slowest commands" rows=${of.slowest}
      rowKey=${(row) => `${row.at} ${row.path} ${row.ms}`} columns=${COLUMNS} />`}
    ${of.recent_errors.length > 0 && html`<h2>Last errors</h2><${Table} label="Last errors" rows=${of.recent_errors}
      rowKey=${(row) => `${row.at} ${row.path} ${row.ms}`} columns=${COLUMNS} />`}`;
}

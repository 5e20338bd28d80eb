/* One run: its devices, a lane for each worker with its tests, cooldowns; cancel, force release, take a device out. */
import { get, query as parameters, send } from '../api.js';
import { useLive } from '../live.js';
import { Ago, Empty, Facts, html, Live, Page, span, State, Table, useMemo, useSession } from '../parts.js';
import { DeviceLink, SessionLink, useAct } from '../words.js';

const OVER = ['completed', 'failed', 'expired', 'cancelled'];

export function Screen({ params }) {
  const path = `/api/runs/${encodeURIComponent(params.id)}`;
  const shown = useLive(async (signal) => {
    const [run, sessions] = await Promise.all([
      get(path, { signal }),
      get('/api/sessions' + parameters({ run_id: params.id, limit: 500 }), { signal }),
    ]);
    return { run, sessions: sessions.items, total: sessions.total };
  }, [params.id], { events: ['run.', 'session.', 'device.'] });
  const { may } = useSession();
  const act = useAct();
  const run = shown.data?.run;
  const end = (name, title) => act({
    title,
    text: html`<p>The run <b>${run.name}</b>${run.created_by ? html` of <b>${run.created_by}</b>` : ''} ends, its sessions end, and its devices are free.</p>`,
    action: title.replace('?', ''),
    danger: true,
    run: () => send('POST', `${path}/${name}`, {}),
    done: `The run ${run.name} has ended.`,
  });
  const exclude = (device) => act({
    title: 'Take this device out of the run?',
    text: html`<p><b>${device.name}</b> gets no more sessions of this run and goes into maintenance.</p>`,
    field: { label: 'Reason', max: 200, required: true },
    action: 'Take it out',
    danger: true,
    run: (message) => send('POST', `${path}/devices/${encodeURIComponent(device.device_id)}/preparation-failed`, { message, source: 'ui' }),
    done: `${device.name} was taken out of the run.`,
  });
  const open = run && !OVER.includes(run.state);
  const actions = run && may('use') && html`
    ${open && html`<button class="danger" onClick=${() => end('cancel', 'Cancel the run?')}>Cancel…</button>`}
    ${open && may('operate') && html`<button class="danger" onClick=${() => end('force-release', 'Release its devices by force?')}>Force release…</button>`}`;
  return html`<${Page} title=${run ? `Run: ${run.name}` : 'Run'} actions=${actions}>
    <${Live} of=${shown}>${({ run: now, sessions, total }) => html`
      <${Facts} of=${[
        ['State', html`<${State} of=${now.state} />`],
        ['Created', html`<${Ago} at=${now.created_at} />`],
        ['By', now.created_by],
        ['Started', now.started_at && html`<${Ago} at=${now.started_at} />`],
        ['Ended', now.completed_at && html`<${Ago} at=${now.completed_at} />`],
        ['Last heartbeat', now.last_heartbeat && html`<${Ago} at=${now.last_heartbeat} />`],
        ['Tests', `${now.session_counts.passed} passed, ${now.session_counts.failed + now.session_counts.error} failed, ${now.session_counts.running} running`],
        ['Ended by', now.ended_by],
        ['Error', now.error],
        ['Id', html`<code>${now.id}</code>`],
      ]} />
      <h2>Devices</h2>
      <${Table} label="Devices of the run" rows=${now.devices} rowKey=${(device) => device.device_id}
        empty="The run holds no device any more."
        columns=${[
          { name: 'device', title: 'Device', cell: (device) => html`<${DeviceLink} id=${device.device_id} name=${device.name} />` },
          { name: 'platform', title: 'Platform', cell: (device) => `${device.platform_label} ${device.os_version ?? ''}` },
          { name: 'state', title: 'In the run', cell: (device) => html`<${State} of=${!open ? 'released' : !device.excluded ? 'reserved' : device.excluded_until ? 'cooldown' : 'excluded'} />` },
          { name: 'until', title: 'Until', cell: (device) => html`<${Ago} at=${device.excluded_until} />` },
          { name: 'why', title: 'Why', cell: (device) => (device.exclusion_reason ?? '') + (device.excluded_by ? `, by ${device.excluded_by}` : '') },
          { name: 'cooldowns', title: 'Cooldowns', numeric: true, cell: (device) => device.cooldown_count },
          { name: 'failures', title: 'Failed attempts', numeric: true, cell: (device) => device.attempt_failures },
          ...(open && may('use') ? [{ name: 'act', title: 'Action', cell: (device) => !device.excluded && html`<button
            aria-label=${`Take out ${device.name}`} onClick=${() => exclude(device)}>Take out…</button>` }] : []),
        ]} />
      <h2>${now.claims ? 'Tests by worker' : 'Tests by device'}</h2>
      <${Lanes} sessions=${sessions} devices=${now.devices} claims=${now.claims ?? NO_CLAIMS} />
      ${total > sessions.length && html`<p class="note">The newest ${sessions.length} of ${total} tests.
        <a href=${`/ui/sessions?run=${encodeURIComponent(now.id)}`}>All</a></p>`}`}</${Live}>
  </${Page}>`;
}

const NO_CLAIMS = [];

/** The worker that had a session's device when it started; a claim of the same moment is of the older clock. */
const workerOf = (session, claims) => claims.findLast(({ device_id: device, claimed_at: from, released_at: to }) =>
  device === session.device_id && from <= session.started_at && (!to || session.started_at <= to))?.worker_id;

/** A lane for each worker that claimed devices; of sessions without a claim, each device is a lane, since a worker holds one. */
function Lanes({ sessions, devices, claims }) {
  const lanes = useMemo(() => {
    const found = new Map(claims.map(({ worker_id: worker }) => [`worker ${worker}`, { worker, tests: [] }]));
    if (!claims.length) devices.forEach(({ device_id: id, name }) => found.set(id, { id, name, tests: [] }));
    [...sessions].sort((a, b) => a.started_at.localeCompare(b.started_at)).forEach((session) => {
      const worker = workerOf(session, claims);
      const key = worker ? `worker ${worker}` : session.device_id ?? '';
      if (!found.has(key)) found.set(key, { id: session.device_id, name: session.device_name ?? 'without a device', tests: [] });
      found.get(key).tests.push(session);
    });
    return [...found].sort(([a], [b]) => a.localeCompare(b, undefined, { numeric: true }));
  }, [sessions, devices, claims]);
  if (!sessions.length && !claims.length) return html`<${Empty}>No test of this run has started a session yet.</${Empty}>`;
  return html`<div class="cards">${lanes.map(([key, { worker, id, name, tests }]) => html`<section class="card" key=${key}>
    <h3>${worker ? `Worker ${worker}` : html`<${DeviceLink} id=${id} name=${name} />`}</h3>
    <ol class="steps">${tests.map((test) => html`<li key=${test.session_id}>
      <${State} of=${test.status} /> ${test.test_name ?? ''} ${worker && html`on <${DeviceLink} id=${test.device_id} name=${test.device_name} />`}${' '}
      <${SessionLink} id=${test.session_id} />${' '}
      <span class="dim"><${Ago} at=${test.started_at} />${test.ended_at && `, ${span(Date.parse(test.ended_at) - Date.parse(test.started_at))}`}</span>
      ${test.error_message && html`<div class="wrong">${test.error_message}</div>`}</li>`)}</ol>
    ${tests.length === 0 && html`<p class="dim">No test yet.</p>`}
  </section>`)}</div>`;
}

/* Words and small parts that several screens share. */
import { Ago, html, span, useAnnounce, useConfirm } from './parts.js';
import { to } from './screens.js';

/** Why a row of /api/queue has no device yet. */
export function why(row) {
  if (!row.hindered_by?.length) return row.waits_for;
  return row.hindered_by.map(({ text, devices }) => `${text} · ${devices} ${devices === 1 ? 'device' : 'devices'}`).join(', ');
}

/** An estimate of /api/queue: a range, or why there is none. */
export function estimate(of) {
  if (!of) return '';
  return of.known ? `${span(of.from_sec * 1000)} to ${span(of.to_sec * 1000)}` : `not known: ${of.why}`;
}

/** How a session ended, by its end_reason. */
export const ENDS = {
  client_deleted: 'deleted by its client',
  client_gone: 'its client left',
  unknown_to_node: 'its node did not have it',
  idle: 'idle for too long',
  node_lost: 'its node lost it',
  run_released: 'its run ended',
  operator: 'ended by a person',
  shutdown: 'the server stopped',
};
export const howItEnded = ({ end_reason: reason, ended_by: by }) =>
  (reason === 'operator' && by ? `ended by ${by}` : (ENDS[reason] ?? reason ?? '') + (by ? `, by ${by}` : ''));

export const DeviceLink = ({ id, name }) => (id ? html`<a href=${to('devices', id)}>${name ?? id}</a>` : name ?? '');
export const SessionLink = ({ id }) => (id ? html`<a href=${to('sessions', id)}><code>${id}</code></a>` : '');
export const RunLink = ({ id, name }) => (id ? html`<a href=${to('runs', id)}>${name ?? id}</a>` : '');
export const RequestLink = ({ id, name }) => (id ? html`<a href=${to('requests', id)}>${name ?? id}</a>` : '');

/** Inhibitors as a list: {kind, words or text, detail, until}. */
export const Inhibitors = ({ of }) => html`<ul>${of.map((one, i) => html`<li key=${i}>
  ${one.text ?? one.words}${one.detail && !one.text ? `: ${one.detail}` : ''}${one.until ? html`, until <${Ago} at=${one.until} />` : ''}</li>`)}</ul>`;

/**
 * `act({title, text, action, danger, field, run, done})` asks once, calls `run(value)`, and announces `done`.
 */
export function useAct() {
  const confirm = useConfirm();
  const announce = useAnnounce();
  return ({ run, done, ...asked }) =>
    confirm({
      ...asked,
      run: async (value) => {
        const result = await run(value);
        announce(typeof done === 'function' ? done(result) : done);
      },
    });
}

/** Runs `call` for each id, eight at a time; throws one error that names what failed after all are through. */
export async function forEach(ids, name, call) {
  const failed = [];
  const rest = [...ids];
  const worker = async () => {
    for (let id = rest.shift(); id !== undefined; id = rest.shift()) {
      try {
        await call(id);
      } catch (failure) {
        failed.push(`${name(id)}: ${failure.message}`);
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  if (failed.length) {
    const shown = failed.slice(0, 5).join(' · ');
    throw new Error(`${ids.length - failed.length} of ${ids.length} done. ${shown}${failed.length > 5 ? ' · …' : ''}`);
  }
}

/** A list that is fetched page by page with a cursor: the pages shown are refreshed together. */
export const more = (known, load) => html`<p>${known.next_cursor
  ? html`<button onClick=${load}>Show older</button>` : html`<span class="dim">That is all.</span>`}</p>`;

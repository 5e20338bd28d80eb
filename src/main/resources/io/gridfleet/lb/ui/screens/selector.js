/* Explains a selector while it is typed, and copies it as a capability for a client. */
import { send } from '../api.js';
import { useLive } from '../live.js';
import { Choice, CopyButton, Count, Facts, html, Live, Page, Search, State, Table, useEffect, useRef } from '../parts.js';
import { DeviceLink } from '../words.js';

const EXAMPLES = ['platform:android os_version:>=13', 'device_type:ios model:"iPhone*"', 'browserName:chrome', '-tag.team:lab'];

/* What C# takes for the end of a line, or what isn't seen, is escaped; so are all languages' quotes and backslashes. */
const quoted = (text) => JSON.stringify(text).replace(/[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
  (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** How each client sets the capability. */
const CLIENTS = {
  Java: (text) => `options.setCapability("gridfleet:selector", ${quoted(text)});`,
  Python: (text) => `options.set_capability("gridfleet:selector", ${quoted(text)})`,
  JavaScript: (text) => `capabilities: { 'gridfleet:selector': ${quoted(text)} }`,
  Ruby: (text) => `options.add_option('gridfleet:selector', ${quoted(text).replaceAll('#', '\\#')})`,
  'C#': (text) => `options.AddAdditionalOption("gridfleet:selector", ${quoted(text)});`,
};

/** The latest answer, also while the text can't be read; the time from typing to the answer is measured. */
function useExplanation(text) {
  const kept = useRef(undefined);
  const began = useRef(0);
  useEffect(() => {
    began.current = performance.now();
  }, [text]);
  const explained = useLive(async (signal) => {
    const answer = await send('POST', '/api/selector/explain', { selector: text }, { signal });
    if (began.current) performance.measure('gridfleet-explain', { start: began.current, end: performance.now() });
    began.current = 0;
    return { answer, text };
  }, [text], { events: ['session.', 'device.', 'run.'] });
  if (explained.data) kept.current = explained.data;
  return { explained, shown: explained.data ?? kept.current };
}

export function Screen({ query, setQuery }) {
  const text = query.text ?? '';
  const { explained, shown } = useExplanation(text);
  const current = shown && shown.text === text;
  const wrong = explained.failure?.status === 400 ? explained.failure : null;
  return html`<${Page} title="Selector">
    <div class="filters">
      <${Search} label="Selector" value=${text} wait=${100} placeholder=${EXAMPLES[0]} invalid=${wrong !== null}
        describedBy="selector-wrong" onInput=${(typed) => setQuery({ text: typed })} />
      <a href="/docs/selectors">The language</a>
    </div>
    <div id="selector-wrong" role="status">${wrong && html`<pre class="wrong">${wrong.message}</pre>`}</div>
    ${text === '' && html`<p class="dim">An empty selector fits every device. Try ${EXAMPLES.map((example) => html`
      <button key=${example} onClick=${() => setQuery({ text: example }, { push: true })}><code>${example}</code></button> `)}</p>`}
    ${(shown || !wrong) && html`<${Live} of=${wrong || explained.data === undefined ? { ...explained, data: shown, failure: wrong ? null : explained.failure, stale: false } : explained}>${() => html`
      <div aria-busy=${current ? 'false' : 'true'}><${Explained} of=${shown.answer} text=${shown.text} query=${query} setQuery=${setQuery} /></div>`}</${Live}>`}
  </${Page}>`;
}

function Explained({ of, text, query, setQuery }) {
  const fitting = of.devices.filter((device) => device.matches);
  return html`
    <${Facts} of=${[
      ['Fit', html`<${Count} of=${of.matching} /> of <${Count} of=${of.devices_total} />`],
      ['Free now', html`<${Count} of=${of.free} />`],
      ['Sessions of your token', of.quota && `${of.quota.sessions} of ${of.quota.most}`],
    ]} />
    ${of.warnings.length > 0 && html`<ul class="care">${of.warnings.map((warning, i) => html`<li key=${i}>${warning}</li>`)}</ul>`}
    ${of.terms.length > 0 && html`<h2>Terms</h2><div class="wrap"><${Table} label="Terms" rows=${flat(of.terms)} rowKey=${(term) => term.key} columns=${[
      { name: 'term', title: 'Term', cell: (term) => html`${term.depth > 0 && `${'– '.repeat(term.depth)}`}<code>${term.term}</code>` },
      { name: 'matches', title: 'Devices', numeric: true, cell: (term) => html`<${Count} of=${term.matches} />` },
      { name: 'have', title: 'Devices have', cell: (term) => term.devices_have?.join(', ') },
    ]} /></div>`}
    ${of.nearest_miss && html`<h2>Nearest miss</h2><p><${Miss} of=${of.nearest_miss} /></p>`}
    <h2>Devices that fit</h2>
    <${Table} label="Devices that fit" rows=${fitting} rowKey=${(device) => device.id}
      empty="No device fits. The table of terms shows how many devices match each one."
      columns=${[
        { name: 'device', title: 'Device', cell: (device) => html`<${DeviceLink} id=${device.id} name=${device.name} />` },
        { name: 'udid', title: 'Udid', cell: (device) => html`<code>${device.udid}</code>` },
        { name: 'state', title: 'Now', cell: (device) => html`<${State} of=${device.inhibitors.length ? device.inhibitors[0].kind : 'free'} />` },
        { name: 'why', title: 'Why', cell: (device) => device.inhibitors.map((one) => `${one.words}${one.detail ? `: ${one.detail}` : ''}`).join(', ') },
      ]} />
    ${of.matching > fitting.length && html`<p>The first <${Count} of=${fitting.length} /> are listed.</p>`}
    <${Copies} text=${text} of=${of} client=${Object.hasOwn(CLIENTS, query.client ?? '') ? query.client : 'Java'}
      choose=${(client) => setQuery({ client }, { push: true })} />`;
}

const devices = (count) => `${count} ${count === 1 ? 'device' : 'devices'}`;

/** The one term without which devices would fit. */
const Miss = ({ of }) => html`Without <code>${of.without_term}</code> ${devices(of.devices)} would fit, ${of.available} of them free.`;

/** Each term, and below one of alternatives each of these. */
const flat = (terms, depth = 0) => terms.flatMap((term, i) => [{ ...term, depth, key: `${depth} ${i} ${term.term}` },
  ...flat(term.any_of ?? [], depth + 1)]);

function Copies({ text, of, client, choose }) {
  const json = JSON.stringify({ 'gridfleet:selector': of.json }, null, 2);
  const code = CLIENTS[client](text);
  return html`<h2>Use it</h2>
    <p>In normal form: <code>${of.selector || '(every device)'}</code></p>
    <${Choice} label="As a capability for" value=${client} options=${Object.keys(CLIENTS)} onChange=${choose} />
    <pre tabindex="0" aria-label="Code">${code}</pre><p><${CopyButton} text=${code} label="Copy the code" /></p>
    <pre tabindex="0" aria-label="JSON">${json}</pre><p><${CopyButton} text=${json} label="Copy the JSON" /></p>`;
}

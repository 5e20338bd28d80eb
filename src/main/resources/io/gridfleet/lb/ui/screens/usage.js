/* How busy the devices of each platform were by hour, how long requests waited, and what more or fewer devices would change. */
import { get, query as parameters, send } from '../api.js';
import { useLive } from '../live.js';
import { Choice, Count, Duration, Empty, ErrorBox, Facts, html, Live, Page, Table, useEffect, useMemo, useRef, useSession, useState } from '../parts.js';

const RANGES = [['1', 'the last day'], ['7', 'the last 7 days'], ['14', 'the last 14 days'], ['30', 'the last 30 days']];
const HOUR = 3_600_000;

/* The charts' library comes with the first chart; its style is a file of its own. */
let library = null;

function charts() {
  if (!library) {
    const style = document.createElement('link');
    style.rel = 'stylesheet';
    style.href = import.meta.resolve('/ui/assets/lib/uplot.css');
    document.head.append(style);
    library = import('uplot').then((module) => module.default);
    library.catch(() => { library = null; });
  }
  return library;
}

export function Screen({ query, setQuery }) {
  const days = RANGES.some(([value]) => value === query.days) ? query.days : '7';
  const usage = useLive((signal) => {
    const to = Math.ceil(Date.now() / HOUR) * HOUR;
    return get('/api/usage' + parameters({
      from: new Date(to - days * 24 * HOUR).toISOString(), to: new Date(to).toISOString(), platform: query.platform,
    }), { signal });
  }, [days, query.platform], { events: [] });
  const { may } = useSession();
  return html`<${Page} title="Usage">
    <div class="filters">
      <${Choice} label="Time" value=${days} options=${RANGES} onChange=${(value) => setQuery({ days: value }, { push: true })} />
      <${Choice} label="Platform" value=${query.platform} options=${[['', 'all'], ...platforms(usage.data).map((name) => [name, name])]}
        onChange=${(platform) => setQuery({ platform }, { push: true })} />
    </div>
    <${Live} of=${usage}>${(known) => html`<${Used} hours=${known.hours} />`}</${Live}>
    ${may('operate') && html`<${WhatIf} platforms=${platforms(usage.data)} days=${days} query=${query} setQuery=${setQuery} />`}
  </${Page}>`;
}

const platforms = (known) => (known ? known.platforms.map((one) => (typeof one === 'string' ? one : one.platform)) : []);

function Used({ hours }) {
  const byPlatform = useMemo(() => {
    const all = new Map();
    hours.forEach((hour) => {
      if (!all.has(hour.platform)) all.set(hour.platform, []);
      all.get(hour.platform).push(hour);
    });
    return [...all];
  }, [hours]);
  if (!hours.length) return html`<${Empty}>Nothing is recorded for this time yet. Usage is counted by the hour from the first session on.</${Empty}>`;
  return html`${byPlatform.map(([platform, rows]) => html`<section key=${platform}>
    <h2>${platform}</h2>
    <${Chart} rows=${rows} label=${`Utilisation of ${platform} by hour`} />
    <${Sums} rows=${rows} />
  </section>`)}
  <details><summary>The same as a table</summary><${Table} label="Usage by hour" rows=${hours} rowKey=${(row) => `${row.at} ${row.platform}`} columns=${[
    { name: 'at', title: 'Hour', cell: (row) => new Date(row.at).toLocaleString() },
    { name: 'platform', title: 'Platform', cell: (row) => row.platform },
    { name: 'busy', title: 'Busy', numeric: true, cell: (row) => percent(row) },
    { name: 'sessions', title: 'Sessions', numeric: true, cell: (row) => html`<${Count} of=${row.sessions} />` },
    { name: 'p50', title: 'Wait p50', numeric: true, cell: (row) => html`<${Duration} ms=${row.waits?.p50_ms} />` },
    { name: 'p90', title: 'Wait p90', numeric: true, cell: (row) => html`<${Duration} ms=${row.waits?.p90_ms} />` },
  ]} /></details>`;
}

const share = (row) => (row.capacity_sec ? Math.min(100, (100 * row.busy_sec) / row.capacity_sec) : 0);
const percent = (row) => `${Math.round(share(row))} %`;

function Sums({ rows }) {
  const sum = (name) => rows.reduce((all, row) => all + (row[name] ?? 0), 0);
  const worst = rows.reduce((most, row) => Math.max(most, row.waits?.p90_ms ?? 0), 0);
  return html`<${Facts} of=${[
    ['Busy', percent({ capacity_sec: sum('capacity_sec'), busy_sec: sum('busy_sec') })],
    ['Busiest hour', percent(rows.reduce((most, row) => (share(row) > share(most) ? row : most), rows[0]))],
    ['Sessions', html`<${Count} of=${sum('sessions')} />`],
    ['Worst p90 of the wait in an hour', html`<${Duration} ms=${worst} />`],
  ]} />`;
}

function Chart({ rows, label }) {
  const place = useRef(null);
  const [uPlot, setLibrary] = useState(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    charts().then((loaded) => setLibrary(() => loaded), () => setFailed(true));
  }, []);
  useEffect(() => (uPlot ? draw(uPlot, place.current, rows) : undefined), [uPlot, rows]);
  return html`<div ref=${place} role="img" aria-label=${`${label}; the table below has the numbers.`}></div>
    ${failed && html`<p class="note" role="status">The chart can’t be loaded; the table below has the numbers.</p>`}`;
}

/** Draws the hours into an element; returns what takes the chart away. */
function draw(uPlot, place, rows) {
  const colours = getComputedStyle(document.documentElement);
  const colour = (name) => colours.getPropertyValue(name).trim();
  const sorted = [...rows].sort((a, b) => a.at.localeCompare(b.at));
  const axis = { stroke: colour('--text'), grid: { stroke: colour('--line') }, ticks: { stroke: colour('--line') } };
  const size = () => ({ width: Math.max(280, place.clientWidth), height: 220 });
  const plot = new uPlot({
    ...size(),
    legend: { show: true },
    scales: { y: { range: [0, 100] }, wait: { range: (_, __, most) => [0, Math.max(1, most)] } },
    axes: [axis, { ...axis, values: (_, ticks) => ticks.map((tick) => `${tick} %`) },
      { ...axis, scale: 'wait', side: 1, grid: { show: false }, values: (_, ticks) => ticks.map((tick) => `${tick} s`) }],
    series: [{},
      { label: 'busy', stroke: colour('--used'), fill: colour('--used-box'), value: (_, value) => (value === null ? '' : `${Math.round(value)} %`) },
      ...[['p50', '--good'], ['p90', '--bad']].map(([wait, name]) => ({
        label: `wait ${wait}`, scale: 'wait', stroke: colour(name), value: (_, value) => (value === null ? '' : `${value} s`),
      }))],
  }, [
    sorted.map((row) => Date.parse(row.at) / 1000),
    sorted.map(share),
    ...['p50_ms', 'p90_ms'].map((wait) => sorted.map((row) => (row.waits?.count ? row.waits[wait] / 1000 : null))),
  ], place);
  const resized = () => plot.setSize(size());
  addEventListener('resize', resized);
  return () => {
    removeEventListener('resize', resized);
    plot.destroy();
  };
}

/** Its values are in the address: of (a platform; empty for a selector), selector, add. */
function WhatIf({ platforms: known, days, query, setQuery }) {
  const [state, setState] = useState({});
  const kind = query.of ?? known[0] ?? '';
  const add = query.add ?? '1';
  const replay = async (event) => {
    event.preventDefault();
    setState({ running: true });
    const to = new Date();
    const of = kind ? { platform: kind } : { selector: query.selector ?? '' };
    const body = { ...of, add: Number(add), from: new Date(to - days * 24 * HOUR).toISOString(), to: to.toISOString() };
    try {
      setState({ answer: await send('POST', '/api/usage/what-if', body) });
    } catch (failure) {
      setState({ failure });
    }
  };
  return html`<section><h2>What if</h2>
    <p class="note">Replays the requests of this time with more or fewer devices, on a virtual clock.</p>
    <form class="filters" onSubmit=${replay}>
      <${Choice} label="Devices of" value=${kind} options=${[...known.map((name) => [name, name]), ['', 'a selector']]} onChange=${(of) => setQuery({ of })} />
      ${!kind && html`<label>Selector <input required spellcheck="false" value=${query.selector ?? ''}
        onInput=${(event) => setQuery({ selector: event.currentTarget.value })} /></label>`}
      <label>More or fewer <input name="add" type="number" min="-1000" max="1000" step="1" required value=${add}
        onInput=${(event) => setQuery({ add: event.currentTarget.value })} /></label>
      <button class="primary" disabled=${state.running}>${state.running ? 'Replaying…' : 'Replay'}</button>
    </form>
    <div role="status">${state.failure && html`<${ErrorBox} failure=${state.failure} />`}
    ${state.answer && html`<${Compared} of=${state.answer} />`}</div></section>`;
}

const Compared = ({ of }) => html`<p><${Count} of=${of.requests} /> requests replayed.</p>
  <${Table} label="Before and after" rows=${[{ name: 'as it is', ...of.before }, { name: 'then', ...of.after }]} rowKey=${(row) => row.name} columns=${[
    { name: 'name', title: 'Lab', cell: (row) => row.name },
    ...['served', 'refused', 'left'].map((name) => ({ name, title: name[0].toUpperCase() + name.slice(1), numeric: true, cell: (row) => html`<${Count} of=${row[name]} />` })),
    { name: 'p50', title: 'Wait p50', numeric: true, cell: (row) => html`<${Duration} ms=${row.p50_ms} />` },
    { name: 'p90', title: 'Wait p90', numeric: true, cell: (row) => html`<${Duration} ms=${row.p90_ms} />` },
  ]} />
  <ul class="note">${of.assumptions.map((text) => html`<li key=${text}>${text}</li>`)}</ul>`;

/*
 * The shell: finds the screen of the address, keeps the history, titles, focus and keys, asks for the token where one
 * is needed, and shows that the server isn't reached. Screens are listed in screens.js. The server sends the modules
 * joined in two files (UiBundle), each of which exports them as `modules`.
 */
import { render, Component } from 'preact';
import { get, observe, send } from './api.js';
import { close, open, useConnection } from './live.js';
import { Ago, ErrorBox, html, Loading, Page, Shell, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from './parts.js';
import { find, screens } from './screens.js';

const menu = screens.filter(({ title }) => title);
const loaded = new Map();
const ready = new Map();
let go = () => {};

/** Goes to an address below /ui. */
function navigate(address, { replace = false } = {}) {
  history[replace ? 'replaceState' : 'pushState'](null, '', address);
  go(replace);
}

function load(name) {
  if (!loaded.has(name)) {
    const module = import(`./screens/${name}.js`).then(({ modules }) => modules[`screens/${name}.js`]);
    loaded.set(name, module);
    module.then((known) => ready.set(name, known), () => loaded.delete(name));
  }
  return loaded.get(name);
}

/** The address as state: it changes by links, by `navigate` and by the browser's Back. */
function useAddress() {
  const [address, setAddress] = useState(location.pathname + location.search);
  useEffect(() => {
    go = () => setAddress(location.pathname + location.search);
    const back = () => go();
    const click = (event) => {
      const link = event.target.closest?.('a[href^="/ui"]');
      const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
      if (link && plain && !link.target && !event.defaultPrevented) {
        event.preventDefault();
        navigate(link.getAttribute('href'));
      }
    };
    addEventListener('popstate', back);
    document.addEventListener('click', click);
    return () => {
      removeEventListener('popstate', back);
      document.removeEventListener('click', click);
    };
  }, []);
  return address;
}

/** What a screen throws while it is drawn is shown in its place. */
class Boundary extends Component {
  componentDidCatch(failure) {
    console.error(failure);
    this.setState({ failure });
  }

  render({ children }, { failure }) {
    return failure
      ? html`<${ErrorBox} failure=${{ message: `This screen has a fault: ${failure.message}` }}
          retry=${() => this.setState({ failure: null })} />`
      : children;
  }
}

function Screen({ name, params, address }) {
  const [module, setModule] = useState(ready.get(name) ?? null);
  const [failure, setFailure] = useState(null);
  const ask = useCallback(() => {
    setFailure(null);
    load(name).then(setModule, () => setFailure({ message: 'This screen can’t be loaded; the server may have been updated.' }));
  }, [name]);
  useEffect(ask, [ask]);
  const query = useMemo(() => Object.fromEntries(new URLSearchParams(address.split('?')[1] ?? '')), [address]);
  const setQuery = useCallback((changes, { push = false } = {}) => {
    const next = new URLSearchParams(location.search);
    Object.entries(changes).forEach(([key, value]) => (value === null || value === '' ? next.delete(key) : next.set(key, value)));
    const text = next.toString();
    navigate(location.pathname + (text ? `?${text}` : ''), { replace: !push });
  }, []);
  if (failure) return html`<${ErrorBox} failure=${failure} retry=${() => location.reload()} />`;
  if (!module) return html`<${Loading} />`;
  return html`<${module.Screen} params=${params} query=${query} setQuery=${setQuery} />`;
}

const NotFound = ({ path }) => html`<${Page} title="There is no such page">
  <p>Nothing is at <code>${path}</code>. <a href="/ui">Now</a> shows the lab.</p>
</${Page}>`;

function LostBar() {
  const { lost } = useConnection();
  return html`<div role="status" class="lost-place">${lost && html`<p class="lost">
    The server can’t be reached since <${Ago} at=${new Date(lost).toISOString()} plain />. Trying again…</p>`}</div>`;
}

/** One dialog for the whole page: `ask` opens it, the browser keeps the focus in it and gives it back. */
function Confirm({ asked, done }) {
  const dialog = useRef(null);
  const [value, setValue] = useState('');
  const [failure, setFailure] = useState('');
  const [running, setRunning] = useState(false);
  useLayoutEffect(() => {
    if (asked) {
      setValue(asked.field?.value ?? '');
      setFailure('');
      setRunning(false);
      dialog.current.showModal();
    } else if (dialog.current.open) {
      dialog.current.close();
    }
  }, [asked]);
  const run = async (event) => {
    event.preventDefault();
    setRunning(true);
    setFailure('');
    try {
      await asked.run(value);
      done();
    } catch (refused) {
      setFailure(refused.message);
      setRunning(false);
    }
  };
  return html`<dialog ref=${dialog} aria-labelledby="confirm-title" onClose=${done}>
    ${asked && html`<form onSubmit=${run}>
      <h2 id="confirm-title">${asked.title}</h2>
      <div>${asked.text}</div>
      ${asked.field && html`<label>${asked.field.label}
        <input type="text" value=${value} maxlength=${asked.field.max ?? 200} required=${asked.field.required}
          onInput=${(event) => setValue(event.currentTarget.value)} /></label>`}
      <p role="alert" class="wrong">${failure}</p>
      <div class="buttons">
        <button type="button" onClick=${done}>Cancel</button>
        <button class=${asked.danger ? 'danger' : 'primary'} disabled=${running}>${asked.action}</button>
      </div>
    </form>`}
  </dialog>`;
}

const KEYS = [['/', 'search'], ['?', 'show these keys'], ...menu.map(({ key, title }) => [`g ${key}`, title])];

const Help = () => html`<dl class="keys">${KEYS.map(([keys, what]) => html`<div key=${keys}>
  <dt>${keys.split(' ').map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${what}</dd></div>`)}</dl>`;

function useKeys(showHelp) {
  useEffect(() => {
    let leader = 0;
    const typed = (event) => {
      const field = event.target.closest?.('input, textarea, select, [contenteditable]');
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
      if (field && field.type !== 'checkbox') {
        if (event.key === 'Escape') field.blur();
        return;
      }
      const after = leader && performance.now() - leader < 1_500;
      leader = 0;
      const target = after && menu.find(({ key }) => key === event.key);
      if (target) navigate(`/ui${target.path && '/' + target.path}`);
      else if (event.key === 'g') leader = performance.now();
      else if (event.key === '/') (document.querySelector('main [data-search]') ?? document.querySelector('[data-search]'))?.focus();
      else if (event.key === '?') showHelp();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', typed);
    return () => removeEventListener('keydown', typed);
  }, []);
}

function Header({ current, session, signOut }) {
  const field = useRef(null);
  const search = (event) => {
    event.preventDefault();
    navigate(`/ui/devices?selector=${encodeURIComponent(field.current.value)}`);
    field.current.value = '';
  };
  return html`<header>
    <a class="skip" href="#main">To the content</a>
    <a class="brand" href="/ui">GridFleet LB</a>
    <nav aria-label="Screens">${menu.map(({ name, path, title }) => html`<a key=${name} href=${`/ui${path && '/' + path}`}
      aria-current=${current === name || current === name.replace(/s$/, '') ? 'page' : undefined}>${title}</a>`)}</nav>
    <form role="search" onSubmit=${search}>
      <input type="search" data-search ref=${field} aria-label="Search devices by selector" placeholder="Devices by selector" spellcheck="false" autocomplete="off" />
    </form>
    <a href="/docs">Documents</a>
    <span class="who">${session.signed_in && session.tokens_needed && html`${session.tenant} (${session.role})
      <button onClick=${signOut}>Sign out</button>`}</span>
  </header>`;
}

function App() {
  const address = useAddress();
  const [session, setSession] = useState(null);
  const [failure, setFailure] = useState(null);
  const [asked, setAsked] = useState(null);
  const [said, setSaid] = useState('');
  const main = useRef(null);
  const path = address.split('?')[0];
  const found = useMemo(() => find(path), [path]);

  const check = useCallback(() => get('/ui/session').then((now) => {
    setFailure(null);
    setSession(now);
    if (now.signed_in) open();
    else close();
  }, setFailure), []);
  useEffect(() => {
    check();
    observe((status) => status === 401 && check());
  }, []);
  useEffect(() => {
    if (found) load(found.screen.name).catch(() => {});
  }, [found]);

  const announce = useCallback((text) => {
    setSaid('');
    setTimeout(() => setSaid(text), 50);
  }, []);
  useEffect(() => {
    const timer = said && setTimeout(() => setSaid(''), 8_000);
    return () => clearTimeout(timer);
  }, [said]);
  useKeys(useCallback(() => setAsked({ title: 'Keys', text: html`<${Help} />`, action: 'Close', run: () => {} }), []));

  /* Another screen begins at its heading, for the keyboard and for those who listen. */
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return undefined;
    shown.current = path;
    scrollTo(0, 0);
    let timer = 0;
    let tries = 0;
    const focus = () => {
      const heading = main.current?.querySelector('h1');
      if (document.activeElement?.matches('input, textarea, select')) return;
      if (heading) heading.focus({ preventScroll: true });
      else if (++tries < 40) timer = setTimeout(focus, 50);
    };
    focus();
    return () => clearTimeout(timer);
  }, [path]);

  const shell = useMemo(() => ({ session, confirm: setAsked, announce, navigate }), [session]);
  if (!session) {
    return failure
      ? html`<main><${ErrorBox} failure=${failure} retry=${check} /></main>`
      : html`<main><${Loading} /></main>`;
  }
  const signOut = async () => {
    await send('POST', '/ui/sign-out', {});
    close();
    await check();
  };
  const content = !session.signed_in
    ? html`<${Screen} key="sign-in" name="sign-in" params=${{ signedIn: check }} address=${address} />`
    : found
      ? html`<${Boundary} key=${path}><${Screen} name=${found.screen.name} params=${found.params} address=${address} /></${Boundary}>`
      : html`<${NotFound} path=${path} />`;
  return html`<${Shell.Provider} value=${shell}>
    ${session.signed_in && html`<${Header} current=${found?.screen.name} session=${session} signOut=${signOut} />`}
    <${LostBar} />
    <main id="main" ref=${main} tabindex="-1">${content}</main>
    <p class="said" role="status">${said}</p>
    <${Confirm} asked=${asked} done=${() => setAsked(null)} />
  </${Shell.Provider}>`;
}

render(html`<${App} />`, document.getElementById('app'));

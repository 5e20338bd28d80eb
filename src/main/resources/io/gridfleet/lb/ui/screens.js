/*
 * The table of screens: each has its address below /ui, a module screens/NAME.js, and may be in the menu with a key
 * (g KEY goes there). A module exports `Screen({params, query, setQuery})`, a component: `params` holds the parts of
 * the address that begin with a colon, `query` the parameters of the URL as an object of texts, and
 * `setQuery({name: value or null}, {push})` changes them (the history keeps a step with push: true).
 */
export const screens = [
  { name: 'now', path: '', title: 'Now', key: 'n' },
  { name: 'devices', path: 'devices', title: 'Devices', key: 'd' },
  { name: 'device', path: 'devices/:id' },
  { name: 'queue', path: 'queue', title: 'Queue', key: 'q' },
  { name: 'requests', path: 'requests', title: 'Requests', key: 'e' },
  { name: 'request', path: 'requests/:id' },
  { name: 'sessions', path: 'sessions', title: 'Sessions', key: 's' },
  { name: 'session', path: 'sessions/:id' },
  { name: 'runs', path: 'runs', title: 'Runs', key: 'r' },
  { name: 'run', path: 'runs/:id' },
  { name: 'selector', path: 'selector', title: 'Selector', key: 'x' },
  { name: 'usage', path: 'usage', title: 'Usage', key: 'u' },
];

/** The screen at a path such as /ui/devices/ID, with its parameters; null if there is none. */
export function find(path) {
  const given = path.replace(/^\/ui\/?/, '').replace(/\/$/, '').split('/');
  for (const screen of screens) {
    const parts = screen.path.split('/');
    const params = {};
    const fits = parts.length === given.length && parts.every((part, i) => {
      if (!part.startsWith(':')) return part === given[i];
      try {
        params[part.slice(1)] = decodeURIComponent(given[i]);
      } catch {
        return false;
      }
      return given[i] !== '';
    });
    if (fits) return { screen, params };
  }
  return null;
}

/** The address of an object: to('devices', id). */
export const to = (screen, id) => `/ui/${screen}` + (id === undefined ? '' : `/${encodeURIComponent(id)}`);

// The lab as these clients know it: where the front door is, and what they ask for there.

const need = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: the clients don't know where to go`);
  return value;
};

/** The front door, without a slash at its end. */
export const gridUrl = new URL(need('GRID_URL')).href.replace(/\/$/, '');

/** The front door, as WebdriverIO wants to be told. */
export const gridAddress = () => {
  const url = new URL(gridUrl);
  return {
    protocol: url.protocol.replace(':', ''),
    hostname: url.hostname,
    port: Number(url.port),
    path: url.pathname,
  };
};

/** How long a client is let wait for a device in the slow cases, in seconds. */
export const slowWait = Number(process.env.GRIDFLEET_SLOW_SECONDS ?? 35);

const chromiumArguments = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser, asked for by selector. */
export const browser = (more = {}) => ({
  browserName: 'chrome',
  'goog:chromeOptions': {
    binary: need('GRIDFLEET_CHROMIUM'),
    args: chromiumArguments,
  },
  'gridfleet:selector': 'browserName:chrome',
  ...more,
});

/** One device of the fake driver, asked for by selector. */
export const phone = (model, more = {}) => ({
  platformName: 'Fake',
  'appium:automationName': 'Fake',
  'appium:deviceName': 'Fake',
  'appium:app': need('GRIDFLEET_FAKE_APP'),
  'gridfleet:selector': `model:"${model}"`,
  ...more,
});

/** A page that needs no network. */
export const page = (title, body = '') =>
  `data:text/html,${encodeURIComponent(`<title>${title}</title>${body}`)}`;

/** A session opened with nothing but HTTP, so that it can be told from the clients' own. */
export const hold = async (capabilities) => {
  const answer = await fetch(`${gridUrl}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ capabilities: { alwaysMatch: capabilities } }),
  });
  const { value } = await answer.json();
  if (!value.sessionId) throw new Error(`nothing to hold: ${value.error}: ${value.message}`);
  return {
    release: () => fetch(`${gridUrl}/session/${value.sessionId}`, { method: 'DELETE' }),
  };
};

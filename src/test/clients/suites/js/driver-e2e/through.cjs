// Appium's end-to-end suite of a driver starts its own server and speaks to it by axios. What concerns sessions goes
// through the front door instead, which has that server as a node; the rest, such as the server's own status, does not.
const axios = require('axios');

const server = `http://127.0.0.1:${process.env.GRIDFLEET_DRIVER_E2E_PORT}`;
let through = 0;

axios.interceptors.request.use((config) => {
  if (config.url?.startsWith(`${server}/session`)) {
    through += 1;
    config.url = process.env.GRID_URL + config.url.slice(server.length);
  }
  return config;
});

const isOnline = async () => {
  const { data } = await axios.get(`${process.env.GRIDFLEET_API_URL}/devices`);
  return data.some((device) => device.name === 'End to end' && device.operational_state === 'available');
};

let online = false;

exports.mochaHooks = {
  // The suite has started its server by now; the front door finds it by its next probe.
  async beforeEach() {
    this.timeout(30_000);
    while (!online) {
      online = await isOnline();
      if (!online) await new Promise((again) => setTimeout(again, 200));
    }
  },
  afterAll() {
    if (through < 20) throw new Error(`only ${through} requests went through the front door`);
  },
};

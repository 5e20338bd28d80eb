// A wait for a busy device, with progress on: it ends in a session, or in an error that says why.

import assert from 'node:assert/strict';
import { setTimeout as after } from 'node:timers/promises';
import { describe, test } from 'node:test';
import { remote } from 'webdriverio';
import { gridAddress, hold, phone, slowWait } from './lab.js';
import { startSelenium } from './selenium.js';

const waiting = (model, seconds) =>
  phone(model, {
    'gridfleet:waitForDeviceOnlineTimeout': seconds,
    'gridfleet:newSessionRequestProgress': true,
  });

const clients = {
  WebdriverIO: {
    start: (capabilities) =>
      remote({
        ...gridAddress(),
        logLevel: 'warn',
        connectionRetryTimeout: (slowWait + 120) * 1000,
        connectionRetryCount: 0,
        capabilities,
      }),
    id: (driver) => driver.sessionId,
    quit: (driver) => driver.deleteSession(),
  },
  'selenium-webdriver': {
    start: startSelenium,
    id: async (driver) => (await driver.getSession()).getId(),
    quit: (driver) => driver.quit(),
  },
};

const elapsed = (since) => (performance.now() - since) / 1000;

describe('A slow new session', { concurrency: true }, () => {
  for (const [name, client] of Object.entries(clients)) {
    test(`${name} waits ${slowWait} s and gets its session`, async () => {
      const model = `Slow ${name} yes`;
      const holder = await hold(phone(model));
      const since = performance.now();
      const freed = after(slowWait * 1000).then(() => holder.release());
      const driver = await client.start(waiting(model, slowWait + 60));
      await freed;
      assert.ok(elapsed(since) >= slowWait - 1, `after ${elapsed(since)} s`);
      assert.ok(await client.id(driver));
      await client.quit(driver);
    });

    test(`${name} waits ${slowWait} s in vain and is told why`, async () => {
      const model = `Slow ${name} no`;
      const holder = await hold(phone(model));
      const since = performance.now();
      try {
        await assert.rejects(
          async () => await client.start(waiting(model, slowWait)),
          /No available good condition devices/,
        );
        assert.ok(elapsed(since) >= slowWait - 1, `after ${elapsed(since)} s`);
      } finally {
        await holder.release();
      }
    });
  }
});

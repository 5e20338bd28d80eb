import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { remote } from 'webdriverio';
import { gridAddress, gridUrl, phone } from './lab.js';

const start = (capabilities) =>
  remote({ ...gridAddress(), logLevel: 'warn', connectionRetryCount: 0, capabilities });

/** What the front door says of a device. */
const device = async (udid) =>
  (await fetch(`${gridUrl}/api/devices/by-connection-target/${udid}`)).json();

const isLocked = (row) => row.inhibitors.some((inhibitor) => inhibitor.kind === 'locked');

test('WebdriverIO follows directConnect by itself, and its device is free again when the node forgot the session', async () => {
  const driver = await start(phone('Direct', { 'appium:newCommandTimeout': 5 }));
  assert.notEqual(driver.options.port, gridAddress().port, 'it talks to the node');
  assert.equal(String(driver.options.port), String(driver.capabilities['appium:directConnectPort']));
  assert.equal(isLocked(await device('direct-1')), true);

  await driver.getPageSource();
  await driver.deleteSession();

  // 5 s of newCommandTimeout, 30 s of margin, and a sweep or two until the node is asked.
  for (let seconds = 0; seconds < 90 && isLocked(await device('direct-1')); seconds++) {
    await pause(1000);
  }
  assert.equal(isLocked(await device('direct-1')), false);
});

test('WebdriverIO stays with the front door when it asks to', async () => {
  const driver = await start(phone('Direct', { 'gridfleet:directConnect': false }));
  try {
    assert.equal(driver.options.port, gridAddress().port);
    await driver.getPageSource();
  } finally {
    await driver.deleteSession();
  }
  assert.equal(isLocked(await device('direct-1')), false);
});

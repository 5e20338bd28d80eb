import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remote } from 'webdriverio';
import { browser, gridAddress, page, phone } from './lab.js';

const isPng = (base64) =>
  assert.equal(Buffer.from(base64, 'base64').subarray(1, 4).toString(), 'PNG');

const start = (capabilities) =>
  remote({ ...gridAddress(), logLevel: 'warn', connectionRetryCount: 0, capabilities });

test('WebdriverIO drives Chromium with BiDi on, and hears an event through the tunnel', async () => {
  const driver = await start(browser());
  try {
    assert.equal(driver.isBidi, true);
    const socket = new URL(driver.capabilities.webSocketUrl);
    assert.equal(socket.port, String(gridAddress().port));

    await driver.sessionSubscribe({ events: ['log.entryAdded'] });
    const said = new Promise((resolve) => driver.on('log.entryAdded', resolve));
    await driver.url(page('till', '<p id=price>12</p><script>console.log("open")</script>'));
    assert.equal((await said).text, 'open');

    assert.equal(await driver.getTitle(), 'till');
    assert.equal(await driver.$('#price').getText(), '12');
    assert.equal(await driver.execute(() => 6 * 7), 42);
    isPng(await driver.takeScreenshot());
  } finally {
    await driver.deleteSession();
  }
});

test('WebdriverIO drives two Chromiums at once, each with its own page', async () => {
  const drivers = await Promise.all([start(browser()), start(browser())]);
  try {
    await Promise.all(drivers.map((driver, n) => driver.url(page(`page ${n}`))));
    const titles = await Promise.all(drivers.map((driver) => driver.getTitle()));
    assert.deepEqual(titles, ['page 0', 'page 1']);
  } finally {
    await Promise.all(drivers.map((driver) => driver.deleteSession()));
  }
});

test('WebdriverIO drives two Appium devices on two servers', async () => {
  const drivers = await Promise.all([start(phone('Fake One')), start(phone('Fake Two'))]);
  try {
    assert.notEqual(drivers[0].capabilities['appium:udid'], drivers[1].capabilities['appium:udid']);
    for (const driver of drivers) {
      assert.match(await driver.getPageSource(), /GridFleet shop/);
      const buy = await driver.$('//MockButton[@id="buy"]');
      await buy.click();
      isPng(await driver.takeScreenshot());
    }
  } finally {
    await Promise.all(drivers.map((driver) => driver.deleteSession()));
  }
});

test('WebdriverIO hears the clock of an Appium session over BiDi', async () => {
  const driver = await start(
    phone('Fake One', { webSocketUrl: true, 'appium:runClock': true }),
  );
  try {
    const tick = new Promise((resolve) => driver.on('appium:clock.currentTime', resolve));
    await driver.sessionSubscribe({ events: ['appium:clock.currentTime'] });
    assert.ok(await tick);
  } finally {
    await driver.deleteSession();
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Builder, By, Capabilities } from 'selenium-webdriver';
import { browser, gridUrl, page, phone } from './lab.js';
import { startSelenium } from './selenium.js';

const start = (capabilities) =>
  new Builder().usingServer(gridUrl).withCapabilities(new Capabilities(capabilities)).build();

const isPng = (base64) =>
  assert.equal(Buffer.from(base64, 'base64').subarray(1, 4).toString(), 'PNG');

test('selenium-webdriver drives Chromium', async () => {
  const driver = await start(browser());
  try {
    await driver.get(page('till', '<input id=amount>'));
    assert.equal(await driver.getTitle(), 'till');
    const amount = await driver.findElement(By.id('amount'));
    await amount.sendKeys('12');
    assert.equal(await amount.getAttribute('value'), '12');
    assert.equal(await driver.executeScript('return 6 * 7'), 42);
    isPng(await driver.takeScreenshot());
  } finally {
    await driver.quit();
  }
});

test('selenium-webdriver gets a stale session told as such', async () => {
  const driver = await start(browser());
  const id = (await driver.getSession()).getId();
  await driver.quit();
  const answer = await fetch(`${gridUrl}/session/${id}/url`);
  assert.equal(answer.status, 404);
  assert.equal((await answer.json()).value.error, 'invalid session id');
});

test('selenium-webdriver drives a device of the fake driver', async () => {
  const driver = await startSelenium(phone('Fake Two'));
  try {
    assert.match(await driver.getPageSource(), /GridFleet shop/);
    isPng(await driver.takeScreenshot());
  } finally {
    await driver.quit();
  }
});

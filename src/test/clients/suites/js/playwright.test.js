import assert from 'node:assert/strict';
import { test } from 'node:test';

const capabilities = {
  'gridfleet:selector': 'browserName:chrome model:"Selenium Grid"',
  'goog:chromeOptions': {
    binary: process.env.GRIDFLEET_CHROMIUM,
    args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-sync'],
  },
};

// Playwright reads both when it is loaded.
process.env.SELENIUM_REMOTE_URL = process.env.GRID_URL;
process.env.SELENIUM_REMOTE_CAPABILITIES = JSON.stringify(capabilities);

test("Playwright's Grid mode drives Chromium of a Selenium Grid", async () => {
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch();
  try {
    const page = await browser.newPage();
    await page.setContent('<title>till</title><input id=amount>');
    assert.equal(await page.title(), 'till');
    await page.fill('#amount', '12');
    assert.equal(await page.inputValue('#amount'), '12');
    assert.equal(await page.evaluate(() => 6 * 7), 42);
  } finally {
    await browser.close();
  }
});

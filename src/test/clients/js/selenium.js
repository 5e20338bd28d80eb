// selenium-webdriver without its Builder, which refuses to start anything that has no browserName.

import { Capabilities, WebDriver } from 'selenium-webdriver';
import { Executor, HttpClient } from 'selenium-webdriver/http/index.js';
import { gridUrl } from './lab.js';

export const startSelenium = async (capabilities) => {
  const executor = new Executor(new HttpClient(gridUrl));
  const driver = WebDriver.createSession(executor, new Capabilities(capabilities));
  await driver.getSession();
  return driver;
};

const { driverE2ETestSuite } = require('@appium/driver-test-support');
const { FakeDriver } = require('@appium/fake-driver');

driverE2ETestSuite(FakeDriver, {
  platformName: 'Fake',
  'appium:deviceName': 'Fake',
  'appium:automationName': 'Fake',
  'appium:app': process.env.GRIDFLEET_FAKE_APP,
  'gridfleet:selector': 'model:"End to end"',
  'appium:address': '127.0.0.1',
  'appium:port': Number(process.env.GRIDFLEET_DRIVER_E2E_PORT),
});

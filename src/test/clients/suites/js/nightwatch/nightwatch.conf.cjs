const url = new URL(process.env.GRID_URL);

module.exports = {
  src_folders: [`${__dirname}/tests`],
  output_folder: process.env.GRIDFLEET_REPORTS,
  test_settings: {
    default: {
      launch_url: 'about:blank',
      selenium: { start_process: false },
      webdriver: { start_process: false, host: url.hostname, port: Number(url.port), default_path_prefix: '' },
      screenshots: { enabled: false },
      desiredCapabilities: {
        browserName: 'chrome',
        'gridfleet:selector': 'browserName:chrome model:Chromium',
        'goog:chromeOptions': {
          binary: process.env.GRIDFLEET_CHROMIUM,
          args: [
            '--headless=new',
            '--no-sandbox',
            '--disable-gpu',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
          ],
        },
      },
    },
  },
};

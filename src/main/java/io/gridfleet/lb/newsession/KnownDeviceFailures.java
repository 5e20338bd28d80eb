package io.gridfleet.lb.newsession;

import static io.gridfleet.lb.newsession.DriverTexts.device;
import static io.gridfleet.lb.newsession.DriverTexts.request;
import static io.gridfleet.lb.newsession.DriverTexts.unsure;

import java.util.List;
import java.util.stream.Stream;

/**
 * What drivers and nodes say when it is their device, their host or they themselves that failed.
 */
final class KnownDeviceFailures {
  private static final String ADB = "appium/appium-adb lib/tools/";
  private static final String ANDROID = "appium/appium-android-driver lib/commands/";
  private static final String UIAUTOMATOR2 = "appium/appium-uiautomator2-driver lib/";
  private static final String XCUITEST = "appium/appium-xcuitest-driver lib/";
  private static final String WDA = "appium/WebDriverAgent ";
  private static final String APPIUM = "appium/appium packages/";
  private static final String CHROMEDRIVER = "chromium/chromium chrome/test/chromedriver/";
  private static final String GECKODRIVER = "mozilla/gecko-dev testing/geckodriver/src/";
  private static final String GRID =
      "SeleniumHQ/selenium java/src/org/openqa/selenium/grid/node/local/LocalNode.java";

  private KnownDeviceFailures() {}

  static List<FailureRule> rows() {
    return Stream.of(ios(), android(), adb(), browsers(), nodes()).flatMap(List::stream).toList();
  }

  private static List<FailureRule> ios() {
    DriverTexts texts = new DriverTexts();
    texts.from(
        XCUITEST + "device/device-discovery.ts",
        device("device_lost", "Unknown device or simulator UDID"),
        device("device_lost", "Cannot detect udid for .* Simulator"));
    texts.from(
        XCUITEST + "device/real-device-management.ts",
        device("device_lost", "No real devices are connected to the host"),
        unsure("app_not_installed", "Cannot install the .* application"));
    texts.from(
        XCUITEST + "device/device-connections-factory.ts",
        device("no_free_port", "The port #\\d+ is occupied by an other process"));
    texts.from(
        XCUITEST + "commands/wda/startup.ts",
        unsure("device_too_old", "'usePreinstalledWDA' capability is only supported on"),
        request("capability_not_valid", "The prebuilt WebDriverAgent app at '.*' provided as"),
        request("capability_not_valid", "processArguments.(args|env) capability is expected"),
        device("webdriveragent_did_not_start", "Unable to launch WebDriverAgent"),
        device("webdriveragent_did_not_start", "Unable to start WebDriverAgent session"));
    texts.from(
        WDA + "lib/xcodebuild.ts",
        device("webdriveragent_did_not_start", "xcodebuild failed with code"),
        device("webdriveragent_did_not_start", "Unable to connect to running WebDriverAgent"),
        device("webdriveragent_did_not_start", "/status response from the WebDriverAgent server"));
    texts.from(
        WDA + "lib/wda-strategies.ts",
        device("webdriveragent_did_not_start", "Failed to start the preinstalled WebDriverAgent"));
    texts.from(
        WDA + "lib/webdriveragent.ts",
        device("webdriveragent_did_not_start", "WDA was not ready in \\d+ ms"));
    return texts.rows();
  }

  private static List<FailureRule> android() {
    DriverTexts texts = new DriverTexts();
    texts.from(
        ANDROID + "device/common.ts",
        device("device_lost", "Device .* was not in the list of connected devices"),
        request("platform_version_not_here", "Unable to find an active device or emulator with OS"),
        device("device_not_prepared", "Appium Settings helper app .* is not installed"));
    texts.from(
        ANDROID + "app-management.ts",
        request("app_not_usable", "'app' and 'appPackage' options are required"),
        request("app_not_usable", "'(app|appPackage)' option is required"),
        request("app_not_usable", "Either provide 'app' option to install '"));
    texts.from(
        ANDROID + "context/helpers.ts",
        device("no_free_port", "Cannot find any free port to forward the Devtools socket"),
        device("no_free_port", "Could not find a free port for chromedriver"));
    texts.from(
        UIAUTOMATOR2 + "uiautomator2-server/core.ts",
        device("uiautomator2_did_not_start", "instrumentation process cannot be initialized"),
        device("uiautomator2_crashed", "the instrumentation process is not running"));
    texts.from(
        UIAUTOMATOR2 + "uiautomator2-server/session.ts",
        device("no_free_port", "UiAutomator2 Server cannot start because the local port #"),
        device("no_free_port", "Cannot find any free port in range"),
        unsure("device_too_old", "UIAutomator2 only supports Android"),
        device("device_not_prepared", "Hidden API policy .* cannot be enabled"));
    texts.from(
        UIAUTOMATOR2 + "commands/aut.ts",
        request("app_not_usable", "Could not find app apk at '"),
        request("app_not_usable", "Full reset requires an app capability"));
    return texts.rows();
  }

  private static List<FailureRule> adb() {
    DriverTexts texts = new DriverTexts();
    texts.from(
        "adb's own words, as public code that runs it quotes them",
        device("device_lost", "device unauthorized"));
    texts.from(
        ADB + "system-calls.ts",
        device("device_lost", "Could not find a connected Android device"),
        device("device_lost", "error: device ('.+' )?not found"),
        device("device_lost", "error: device still connecting"),
        device("device_lost", "device offline"),
        device("adb_busy", "protocol fault \\(no status\\)"),
        device("adb_busy", "Try to increase the \\d+ms adb execution timeout"));
    texts.from(
        ADB + "emulator-commands.ts",
        device("device_lost", "The emulator \".*\" was unexpectedly disconnected"));
    texts.from(ADB + "general-commands.ts", device("adb_failed", "Error getting device API level"));
    texts.from(ADB + "system-calls.ts", unsure("adb_failed", "Error executing adbExec"));
    return texts.rows();
  }

  private static List<FailureRule> browsers() {
    DriverTexts texts = new DriverTexts();
    texts.from(
        CHROMEDRIVER + "chrome_launcher.cc",
        device("driver_does_not_fit_browser", "This version of .* only supports .* version \\d+"),
        unsure("user_data_dir_in_use", "user data directory is already in use"),
        unsure("user_data_dir_in_use", "Could not remove old devtools port file"),
        request("extension_not_usable", "cannot process extension #\\d+"),
        request("capability_not_valid", "remote-debugging-port flag has invalid value"),
        unsure("browser_not_reachable", "cannot connect to .* at .*:\\d+"),
        device("browser_crashed", "DevToolsActivePort file doesn't exist"),
        device("browser_crashed", "failed to start: (crashed|exited|was killed|failed to launch)"),
        device("browser_did_not_start", "Failed to create .* process"),
        device("browser_did_not_start", "Timed out while waiting for .* process"),
        device("browser_did_not_start", "unable to discover open pages"),
        unsure("browser_not_installed", "(cannot find|no) \\S+ binary"));
    texts.from(
        CHROMEDRIVER + "chrome/status.cc",
        device("browser_not_reachable", "(chrome|msedge) not reachable"),
        device("browser_crashed", "tab crashed"),
        device("browser_not_reachable", "disconnected: unable to connect to renderer"));
    texts.from(
        CHROMEDRIVER + "chrome/device_manager.cc",
        device("device_lost", "Device .* is not online|There are no devices online"),
        device("device_busy", "Device .* is already in use|All devices are in use"));
    texts.from(
        "chromedriver 156.0.8078.79, recorded",
        device("browser_crashed", "Chrome instance exited"),
        unsure("browser_not_here", "No matching capabilities found"));
    texts.from(
        CHROMEDRIVER + "chrome/adb_impl.cc",
        device("adb_busy", "Adb command timed out after"),
        device("adb_failed", "Failed to run adb command|Failed to forward ports to device"),
        unsure("app_not_installed", "is not installed on device"));
    texts.from(
        "appium/appium-chromedriver lib/",
        device("driver_does_not_fit_browser", "not supported by this version of Chromedriver"),
        device("driver_does_not_fit_browser", "No Chromedriver found that can automate Chrome"),
        device("driver_crashed", "ChromeDriver crashed during startup"));
    texts.from(
        "mozilla/geckodriver issue 174", device("device_busy", "Session is already started"));
    texts.from(
        "mozilla/gecko-dev testing/marionette/driver.js",
        device("device_busy", "Maximum number of active sessions"));
    texts.from(
        "mozilla/geckodriver issue 1013",
        device("browser_crashed", "Process unexpectedly closed with status"));
    texts.from(
        GECKODRIVER + "browser.rs",
        unsure("browser_not_installed", "Expected browser binary location, but unable"));
    texts.from(
        GECKODRIVER + "marionette.rs",
        unsure("browser_not_here", "Unable to find a matching set of capabilities"));
    texts.from(
        "safaridriver is closed; public test code quotes it",
        device("device_busy", "Safari instance is already paired with"));
    return texts.rows();
  }

  private static List<FailureRule> nodes() {
    DriverTexts texts = new DriverTexts();
    texts.from(
        APPIUM + "fake-driver/lib/driver.ts",
        device("device_busy", "another unique session is in progress"));
    texts.from(
        APPIUM + "base-driver/lib/basedriver/driver.ts",
        device("device_busy", "Cannot create a new session while one is in progress"));
    texts.from(
        GRID,
        device("node_full", "Max session count reached"),
        device("node_shutting_down", "The node is draining"),
        unsure("browser_not_here", "No slot matched the requested capabilities"));
    texts.from(
        APPIUM + "base-driver/lib/jsonwp-proxy/proxy.ts",
        device("driver_crashed", "Could not proxy command to the remote server"));
    return texts.rows();
  }
}

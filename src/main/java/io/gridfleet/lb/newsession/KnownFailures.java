package io.gridfleet.lb.newsession;

import static io.gridfleet.lb.newsession.DriverTexts.device;
import static io.gridfleet.lb.newsession.DriverTexts.request;
import static io.gridfleet.lb.newsession.DriverTexts.unsure;

import io.gridfleet.lb.newsession.FailureRule.Fault;
import java.util.List;
import java.util.stream.Stream;

/**
 * The rows that every {@link FailureTable} has: texts of drivers, each with the repository and file
 * where it was read. The first row that fits counts, so a row that can stand inside another's text
 * (an app that is refused during an adb command) comes before it.
 */
final class KnownFailures {
  /** The node has no WebSocket for BiDi-only sessions: no failure of the device. */
  static final String NO_BIDI = "no_bidi";

  private static final String ADB = "appium/appium-adb lib/tools/";
  private static final String XCUITEST = "appium/appium-xcuitest-driver lib/";
  private static final String WDA = "appium/WebDriverAgent ";
  private static final String APPIUM = "appium/appium packages/";

  private KnownFailures() {}

  static List<FailureRule> rows() {
    return Stream.of(apps(), KnownDeviceFailures.rows(), requests(), answers())
        .flatMap(List::stream)
        .toList();
  }

  /** The application under test: whatever else failed, it failed because of it. */
  private static List<FailureRule> apps() {
    DriverTexts texts = new DriverTexts();
    texts.from(
        ADB + "apk-utils.ts",
        device("storage_full", "INSTALL_FAILED_INSUFFICIENT_STORAGE"),
        unsure("app_does_not_fit_device", "INSTALL_FAILED_(NO_MATCHING_ABIS|OLDER_SDK)"),
        unsure("app_does_not_fit_device", "INSTALL_FAILED_(DEPRECATED_SDK|MISSING_FEATURE)"),
        request("app_not_usable", "INSTALL_PARSE_FAILED_|INSTALL_FAILED_(INVALID_APK|TEST_ONLY)"));
    texts.from(
        ADB + "app-commands.ts",
        request("app_not_usable", "Activity (name|for intent) '.*' used to start the app doesn't"),
        request("app_not_usable", "The permission to start '.*' activity has been denied"),
        request("app_not_usable", "contains illegal characters. Only letters, digits"));
    texts.from(
        WDA + "WebDriverAgentLib/Commands/FBSessionCommands.m",
        request("app_not_usable", "Make sure the correct bundle identifier has been provided"));
    texts.from(
        XCUITEST + "commands/helpers/app.ts",
        unsure("app_does_not_fit_device", "architecture is not supported by the .* application"),
        unsure("app_does_not_fit_device", "application does not support the .* Simulator arch"),
        request("app_not_usable", "The archive did not have any matching"));
    return texts.rows();
  }

  private static List<FailureRule> requests() {
    DriverTexts texts = new DriverTexts();
    texts.from(
        APPIUM + "base-driver/lib/basedriver/helpers.ts",
        request("app_not_found", "The application at '.*' does not exist or is not accessible"),
        request("app_not_found", "Cannot (download|fetch) the app"),
        request("app_not_usable", "The protocol '.*' used in '.*' is not supported"),
        request("app_not_usable", "New app path '.*' did not have extension"));
    texts.from(
        ADB + "apk-utils.ts",
        request("app_not_found", "The file at path .* does not exist or is not accessible"));
    texts.from(
        XCUITEST + "commands/helpers/validation.ts",
        request("app_not_found", "Could not find app at '"),
        request("capability_not_valid", "capability should be a valid JSON object"));
    texts.from(
        APPIUM + "fake-driver/lib/fake-app.ts",
        request("app_not_found", "ENOENT: no such file or directory, open '"));
    texts.from(
        APPIUM + "base-driver/lib/basedriver/driver.ts",
        request("capability_not_valid", "Session capabilities were not valid for the following"),
        request("capability_not_valid", "Appium only supports W3C-style capability objects"),
        request("capability_not_valid", "capabilities are mutually exclusive"));
    texts.from(
        APPIUM + "base-driver/lib/basedriver/capabilities.ts",
        request("capability_not_valid", "All non-standard capabilities should have a vendor"),
        request("capability_not_valid", "must only contain vendor-specific capabilities"),
        request("capability_not_valid", "The appium:options capability must be an object"),
        request("capability_not_valid", "Could not find matching capabilities from"),
        request("capability_not_valid", "should not exist on both primary"));
    texts.from(
        APPIUM + "appium/lib/helpers/capability.ts",
        request("capability_not_valid", "capabilities format must comply to the W3C standard"));
    texts.from(
        APPIUM + "base-driver/lib/basedriver/validation.ts",
        request(
            "capability_not_valid",
            "'\\w+' (must be (of type|a plain object|contained by)|is required to be present|must"
                + " not be empty)"));
    texts.from(
        APPIUM + "appium/lib/extension/driver-config.ts",
        request("automation_name_unknown", "Could not find a driver for automationName"),
        request("capability_not_valid", "You must include an? (platformName|automationName) cap"));
    texts.from(
        XCUITEST + "driver.ts",
        request("capability_not_valid", "processArguments(\\.\\w+)? must be"),
        request("capability_not_valid", "cannot be set together with 'bundleId' capability"),
        request("capability_not_valid", "capability is expected to contain a valid WebDriverAgent"),
        request("capability_not_valid", "'keychainPassword' must also be set"));
    texts.from(
        "appium/appium-android-driver lib/driver.ts",
        request("capability_not_valid", "should not include both of an 'appPackage' and"),
        request("capability_not_valid", "Could not parse \"\\w+\" capability"));
    return texts.rows();
  }

  /** What statuses and W3C errors say where the text is unknown. */
  private static List<FailureRule> answers() {
    String http = "RFC 9110, 15.5 and 15.6: a gateway or a guard before the node";
    String w3c = "W3C WebDriver, 6.6 and 8.1";
    return List.of(
        FailureRule.ofText(
            Fault.UNSURE, NO_BIDI, "has no BiDi-only sessions: it ", "relay.NodeSocket, ours"),
        FailureRule.ofStatus(Fault.DEVICE, "node_bad_gateway", 502, http),
        FailureRule.ofStatus(Fault.DEVICE, "node_unavailable", 503, http),
        FailureRule.ofStatus(Fault.DEVICE, "node_gateway_timeout", 504, http),
        FailureRule.ofStatus(Fault.DEVICE, "node_wants_login", 401, http),
        FailureRule.ofStatus(Fault.DEVICE, "node_forbids", 403, http),
        FailureRule.ofStatus(Fault.UNSURE, "request_too_large_for_node", 413, http),
        FailureRule.ofStatus(Fault.DEVICE, "node_has_no_such_path", 404, w3c),
        FailureRule.ofStatus(Fault.DEVICE, "node_has_no_such_path", 405, w3c),
        FailureRule.ofError(Fault.REQUEST, "invalid_argument", "invalid argument", w3c));
  }
}

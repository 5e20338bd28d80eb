package io.gridfleet.lb.newsession.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.newsession.TestDevices;
import io.gridfleet.lb.webdriver.DirectConnectKeys;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DirectConnectTest {
  private static final String JAVA = "appium/10.1.1 (selenium/4.52.0 (java linux))";
  private static final String PYTHON = "appium/4.5.1 (selenium/4.51.0 (python linux))";
  private static final String JAVASCRIPT = "webdriver/9.32.0";

  @Test
  void allKeysInBothSpellingsOrNone() {
    assertThat(keys("https://mini1.lab:4723/wd/hub/", JAVASCRIPT))
        .isEqualTo(
            Map.ofEntries(
                Map.entry("appium:directConnectProtocol", "https"),
                Map.entry("appium:directConnectHost", "mini1.lab"),
                Map.entry("appium:directConnectPort", 4723),
                Map.entry("appium:directConnectPath", "/wd/hub"),
                Map.entry("gridfleet:directConnectDeviceAddress", "00008030-001D@10.0.0.7"),
                Map.entry("directConnectProtocol", "https"),
                Map.entry("directConnectHost", "mini1.lab"),
                Map.entry("directConnectPort", 4723),
                Map.entry("directConnectPath", "/wd/hub"),
                Map.entry("directConnectDeviceAddress", "00008030-001D@10.0.0.7")));
    assertThat(keys("", JAVASCRIPT)).isEmpty();
    assertThat(keys("ftp://mini1.lab/x", JAVASCRIPT)).isEmpty();
    assertThat(keys("https:///path-only", JAVASCRIPT)).isEmpty();
  }

  @Test
  void prefixedOnesAreLeftOutOnRequest() {
    assertThat(DirectConnect.keys(TestDevices.phone("https://m.lab"), JAVASCRIPT, false))
        .hasSize(5)
        .allSatisfy((name, value) -> assertThat(name).doesNotContain(":"));
  }

  @ParameterizedTest
  @CsvSource({
    "https://m.lab, https, m.lab, 443",
    "HTTP://m.lab, http, m.lab, 80",
    "http://[2001:db8::7]:4723/, http, [2001:db8::7], 4723",
  })
  void portsAreNumbersAndAddressesStandInBrackets(
      String url, String protocol, String host, int port) {
    assertThat(keys(url, JAVASCRIPT))
        .containsEntry("directConnectProtocol", protocol)
        .containsEntry("directConnectHost", host)
        .containsEntry("directConnectPort", port)
        .containsEntry("directConnectPath", "/");
  }

  /** Measured: Appium 3.8 and chromedriver 156 answer 404 to a path of two slashes. */
  @Test
  void theRootIsEmptyForPythonWhichConcatenates() {
    assertThat(keys("https://m.lab:4723/", PYTHON)).containsEntry("directConnectPath", "");
    assertThat(keys("https://m.lab:4723/wd/hub", PYTHON))
        .containsEntry("directConnectPath", "/wd/hub");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://mini1.lab:4723",
        "https://localhost:4723",
        "https://phone.localhost",
        "https://LOCALHOST.",
        "https://127.0.0.1:4723",
        "https://127.8.8.8",
        "https://0.0.0.0",
        "https://169.254.1.1",
        "https://224.0.0.1",
        "https://[::1]:4723",
        "https://[::]",
        "https://[fe80::1]",
        "https://[ff02::1]",
      })
  void javaClientIsGivenNothingThatItWouldThrowOn(String url) {
    assertThat(keys(url, JAVA)).isEmpty();
    assertThat(keys(url, JAVASCRIPT)).isNotEmpty();
    assertThat(keys(url, PYTHON)).isNotEmpty();
    assertThat(keys(url, "selenium/4.52.0 (java linux)")).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://10.0.0.7:4723",
        "https://[fd00::7]:4723/wd/hub",
        "https://no-such-name.invalid/x",
        "https://100.64.0.1",
        "https://1.2.3.999.lab",
      })
  void javaClientIsGivenWhatItAccepts(String url) {
    assertThat(keys(url, JAVA)).hasSize(10);
  }

  @Test
  void javaClientReadsThem() throws Exception {
    for (String url :
        List.of("https://10.0.0.7:4723/wd/hub", "https://[fd00::7]", "https://m.lab/a/b/")) {
      var read = new io.appium.java_client.remote.DirectConnect(keys(url, JAVA));

      assertThat(read.isValid()).isTrue();
      assertThat(read.getUrl().getHost()).isEqualTo(java.net.URI.create(url).getHost());
      assertThat(read.getUrl().getPath()).startsWith("/").doesNotContain("//");
    }
  }

  @Test
  void anyServersKeysAreKnown() {
    assertThat(
            List.of(
                "directConnectHost",
                "appium:directConnectPath",
                "headspin:directConnectDeviceAddress",
                "DIRECTCONNECTPORT",
                "appium:directconnectprotocol"))
        .allMatch(DirectConnectKeys::isKey);
    assertThat(List.of("gridfleet:directConnect", "directConnectHostname", "udid"))
        .noneMatch(DirectConnectKeys::isKey);
  }

  private static Map<String, Object> keys(String publicUrl, String userAgent) {
    return DirectConnect.keys(TestDevices.phone(publicUrl), userAgent, true);
  }
}

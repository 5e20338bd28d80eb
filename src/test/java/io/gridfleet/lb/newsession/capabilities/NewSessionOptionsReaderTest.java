package io.gridfleet.lb.newsession.capabilities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.newsession.LiveRuns;
import io.gridfleet.lb.newsession.NewSessionConfig;
import io.gridfleet.lb.newsession.NewSessionLab;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.newsession.NewSessionOptions;
import io.gridfleet.lb.newsession.NewSessionOptions.Progress;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.selector.SelectorCache;
import io.gridfleet.lb.session.TextBound;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import io.gridfleet.lb.webdriver.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of capabilities: each row's default, its values in every spelling, its bounds. */
final class NewSessionOptionsReaderTest {
  private final NewSessionLab lab = new NewSessionLab(new Random(1), new NewSessionListener() {});
  private final NewSessionOptionsReader reader =
      new NewSessionOptionsReader(
          ConfigLoader.defaults(NewSessionConfig.class),
          new Inventory(),
          new SelectorCache(),
          LiveRuns.none(),
          new Random(1));

  private NewSessionOptions options(String members) {
    String body = "{'capabilities':{'alwaysMatch':{" + members + "}}}";
    byte[] bytes = body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    NewSessionRequest any = lab.request(Map.of(), "127.0.0.1");
    NewSessionRequest request =
        new NewSessionRequest(
            any.id(), any.arrival(), NewSessionPayload.parse(bytes), any.origin(), any.executor());
    return reader.read(request, Tenant.anonymous());
  }

  @Test
  void aRequestWithoutOptionsGetsTheDefaults() {
    NewSessionOptions options = options("");
    assertThat(options.times())
        .isEqualTo(
            new NewSessionOptions.Times(
                Duration.ofSeconds(20), Duration.ofSeconds(120), Optional.empty()));
    assertThat(options.choice().strategy().name()).isEqualTo("ranked");
    assertThat(options.choice().avoidFailed()).isTrue();
    assertThat(options.choice().retry()).isTrue();
    assertThat(options.choice().priority()).isZero();
    assertThat(options.answering())
        .isEqualTo(new NewSessionOptions.Answering(Progress.OFF, true, true));
    assertThat(options.labels())
        .isEqualTo(new NewSessionOptions.Labels(Optional.empty(), Optional.empty(), null));
    assertThat(options.warnings()).isEmpty();
  }

  @Test
  void aLongNameOfATestIsCut() {
    assertThat(options("'gridfleet:testName':'" + "n".repeat(1_000_000) + "'").labels().testName())
        .hasValueSatisfying(name -> assertThat(name).hasSize(TextBound.TEST_NAME.longest()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'gridfleet:waitForDeviceOnlineTimeout':60 | 60 | 120",
        "'gridfleet:waitForDeviceOnlineTimeout':'60' | 60 | 120",
        "'GridFleet:waitfordeviceonlinetimeout':60 | 60 | 120",
        "'appium:gridfleet:waitForDeviceOnlineTimeout':60 | 60 | 120",
        "'gridfleet:waitForDeviceOnlineTimeout':0 | 0 | 120",
        "'gridfleet:waitForDeviceOnlineTimeout':86400 | 86400 | 120",
        "'gridfleet:newCommandTimeout':300 | 300 | 300",
        "'appium:newCommandTimeout':'300' | 300 | 300",
        "'newCommandTimeout':300 | 300 | 300",
        "'appium:options':{'newCommandTimeout':300} | 300 | 300",
        "'gridfleet:newCommandTimeout':300,'appium:newCommandTimeout':200 | 300 | 300",
        "'gridfleet:waitForDeviceOnlineTimeout':5,'appium:newCommandTimeout':300 | 5 | 300",
        "'appium:newCommandTimeout':30 | 30 | 120",
        "'appium:newCommandTimeout':0 | 20 | 120",
        "'appium:newCommandTimeout':999999 | 86400 | 999999",
        "'gridfleet:requestTimeout':30 | 20 | 30",
        "'gridfleet:requestTimeout':30,'appium:newCommandTimeout':60 | 60 | 60",
      })
  void timesAreRead(String members, long patience, long attempt) {
    NewSessionOptions.Times times = options(members).times();
    assertThat(times.patience()).isEqualTo(Duration.ofSeconds(patience));
    assertThat(times.attempt()).isEqualTo(Duration.ofSeconds(attempt));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'gridfleet:newSessionRequestProgress':true | WHITE_SPACE",
        "'gridfleet:newSessionRequestProgress':'true' | WHITE_SPACE",
        "'gridfleet:newSessionRequestProgress':'Inline' | INLINE",
        "'gridfleet:waitForDeviceOnlineTimeout':3600 | OFF",
        "'gridfleet:waitForDeviceOnlineTimeout':3601 | WHITE_SPACE",
        "'gridfleet:waitForDeviceOnlineTimeout':'3601' | WHITE_SPACE",
        "'gridfleet:waitForDeviceOnlineTimeout':3601,'gridfleet:newSessionRequestProgress':false"
            + " | OFF",
        "'appium:newCommandTimeout':7200 | WHITE_SPACE",
        "'appium:newCommandTimeout':7200,'gridfleet:newSessionRequestProgress':'false' | OFF",
      })
  void progressIsRequestedOrAutomatic(String members, Progress progress) {
    assertThat(options(members).answering().progress()).isEqualTo(progress);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'gridfleet:ignoreFailedDevices':false",
        "'gridfleet:ignoreFailedDevices':'False'",
        "'gridfleet:ignoreFailedDevice':false",
        "'GRIDFLEET:IGNOREFAILEDDEVICE':'false'"
      })
  void failedDevicesNeedNotBeAvoided(String members) {
    assertThat(options(members).choice().avoidFailed()).isFalse();
  }

  @Test
  void theOtherSwitchesAreReadAsTextToo() {
    NewSessionOptions options =
        options(
            "'gridfleet:retryNewSessionFailure':'false','gridfleet:deviceStrategy':'Random',"
                + "'gridfleet:skipVendorPrefixDirectconnect':'true',"
                + "'gridfleet:directConnect':'false','gridfleet:priority':'7',"
                + "'gridfleet:testName':'checkout','gridfleet:selector':'model:x'");
    assertThat(options.choice().retry()).isFalse();
    assertThat(options.choice().strategy().name()).isEqualTo("random");
    assertThat(options.choice().priority()).isEqualTo(7);
    assertThat(options.answering())
        .isEqualTo(new NewSessionOptions.Answering(Progress.OFF, false, false));
    assertThat(options.labels().testName()).contains("checkout");
    assertThat(options.labels().selector()).isEqualTo("model:x");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'model:x os_version:>9'",
        "{'model':'x','os_version':'>9'}",
        "'{\\'model\\':\\'x\\',\\'os_version\\':\\'>9\\'}'"
      })
  void aSelectorIsTextOrJson(String selector) {
    assertThat(options("'gridfleet:selector':" + selector).questions())
        .extracting(Question::selector)
        .extracting(asked -> asked.normalForm())
        .containsExactly("model:x os_version:>9");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'goog:chromeOptions':{} | ,chrome,",
        "'goog:loggingPrefs':{},'platformName':'linux' | ,chrome,",
        "'moz:firefoxOptions':{} | browsername:firefox",
        "'ms:edgeOptions':{} | ,edge,",
        "'safari:automaticInspection':true | ,safari]",
      })
  void vendorsNamesNarrowToTheirBrowsers(String members, String asked) {
    assertThat(asked(members)).contains(asked.strip());
  }

  @Test
  void appiumsNamesNarrowToItsDevices() {
    String appium = asked("'appium:app':'x'");
    assertThat(appium).contains("-browsername:*").contains("platformname:*");
    assertThat(asked("'appium:options':{'app':'x'}")).isEqualTo(appium);
    assertThat(asked("'appium:app':'x','goog:chromeOptions':{}")).isEqualTo(appium);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'browserName':'firefox'",
        "'platformName':'Android'",
        "'gridfleet:selector':'model:x'",
        "'gridfleet:tag:team':'x'",
        "'appium:udid':'model:x'",
      })
  void explicitCapabilitiesOverrideHintsOfVendors(String members) {
    assertThat(asked(members + ",'goog:chromeOptions':{},'appium:app':'x'"))
        .isEqualTo(asked(members));
  }

  @Test
  void namesThatAreReadForAllKindsOfDevicesAreNoHints() {
    assertThat(asked("'appium:newCommandTimeout':60,'appium:gridfleet:testName':'t','udid':''"))
        .isEmpty();
  }

  private String asked(String members) {
    return options(members).questions().get(0).selector().normalForm();
  }

  @Test
  void deprecatedAndUnknownNamesAreWarnedOf() {
    assertThat(options("'gridfleet:requestTimeout':5").warnings())
        .singleElement()
        .asString()
        .contains("requestTimeout is deprecated", "newCommandTimeout");
    assertThat(options("'gridfleet:selektor':'x'").warnings())
        .singleElement()
        .asString()
        .contains("gridfleet:selektor", "did you mean gridfleet:selector?");
  }

  @Test
  void moreThanADayIsRefusedWhereItWasAskedFor() {
    assertThatThrownBy(() -> options("'gridfleet:waitForDeviceOnlineTimeout':86401"))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("at most 86400 seconds");
  }

  private NewSessionOptions entries(int count, String entry) {
    StringBuilder body = new StringBuilder("{'capabilities':{'firstMatch':[");
    for (int i = 0; i < count; i++) {
      body.append(i == 0 ? "" : ",").append(entry.replace("%d", String.valueOf(i)));
    }
    byte[] bytes =
        body.append("]}}").toString().replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    NewSessionRequest any = lab.request(Map.of(), "127.0.0.1");
    NewSessionRequest request =
        new NewSessionRequest(
            any.id(), any.arrival(), NewSessionPayload.parse(bytes), any.origin(), any.executor());
    return reader.read(request, Tenant.anonymous());
  }

  @Test
  void firstMatchHasAtMostSixtyFourEntries() {
    assertThat(entries(64, "{'gridfleet:selector':'model:a%d'}").questions()).hasSize(64);
    assertThatThrownBy(() -> entries(65, "{'gridfleet:selector':'model:a%d'}"))
        .isInstanceOfSatisfying(
            ProtocolException.class,
            refused -> {
              assertThat(refused.error().code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
              assertThat(refused.error().message())
                  .contains("'firstMatch' has 65 entries; at most 64 are accepted");
            });
  }

  @Test
  void theSelectorsOfAllEntriesHaveOneBound() {
    String wild = "{'gridfleet:selector':'model:*" + "a".repeat(400) + "%d'}";
    assertThat(entries(2, wild).questions()).hasSize(2);
    assertThatThrownBy(() -> entries(64, wild))
        .isInstanceOfSatisfying(
            ProtocolException.class,
            refused ->
                assertThat(refused.error().message())
                    .contains("all 'firstMatch' entries together ask too much"));
    assertThat(entries(64, "{'gridfleet:selector':'model:*" + "a".repeat(400) + "'}").questions())
        .as("the same selector costs once")
        .hasSize(64);
  }

  @Test
  void largeBodiesAndManyEntriesAreReadInTheBackground() {
    Queue<Runnable> background = new ArrayDeque<>();
    NewSessionOptionsReader large =
        new NewSessionOptionsReader(
            ConfigLoader.defaults(NewSessionConfig.class),
            new Inventory(),
            new SelectorCache(),
            LiveRuns.none(),
            new Random(1),
            background::add);
    byte[] small = "{\"capabilities\":{}}".getBytes(StandardCharsets.UTF_8);
    assertThat(large.payload(small).toCompletableFuture()).isCompleted();
    assertThat(background).isEmpty();

    String more = ",\"more\":\"" + "x".repeat(40_000) + "\"}";
    byte[] body = ("{\"capabilities\":{}" + more).getBytes(StandardCharsets.UTF_8);
    CompletableFuture<NewSessionPayload> read = large.payload(body).toCompletableFuture();
    assertThat(read).isNotDone();
    background.remove().run();
    assertThat(read).isCompleted();

    assertThat(large.isLarge(lab.request(Map.of(), "127.0.0.1"))).isFalse();
    assertThat(large.isLarge(lab.request(Map.of("gridfleet:selector", "os:ios"), "127.0.0.1")))
        .isFalse();
    Map<String, Object> selector = Map.of("gridfleet:selector", "a".repeat(600));
    assertThat(large.isLarge(lab.request(selector, "127.0.0.1"))).isTrue();
  }
}

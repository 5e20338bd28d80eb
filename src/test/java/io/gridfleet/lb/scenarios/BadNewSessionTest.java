package io.gridfleet.lb.scenarios;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.Wire;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The answers of New Session to invalid bodies; the next request is served. */
@ExtendWith(LeakCheck.class)
final class BadNewSessionTest {
  @RegisterExtension final Lab lab = new Lab();

  @BeforeEach
  void onePhone() {
    lab.start(1);
  }

  @AfterEach
  void theNextRequestIsServed() throws IOException {
    assertThat(lab.node(1).history().creations()).isEmpty();
    assertThat(lab.session("")).isNotEmpty();
  }

  private Answered post(byte[] body) throws IOException {
    Wire wire = lab.wire();
    wire.send("POST /session HTTP/1.1\r\nHost: lab\r\nContent-Length: " + body.length + "\r\n\r\n");
    wire.send(body);
    Wire.Response answer = wire.readResponse();
    wire.request("GET", "/healthz", "");
    assertThat(wire.readResponse().head().status()).as("same connection").isEqualTo(200);
    wire.close();
    return new Answered(answer.head(), answer.text());
  }

  private void assertInvalid(byte[] body, String words) throws IOException {
    Answered answered = post(body);
    assertThat(answered.status()).as(answered.text()).isEqualTo(400);
    assertThat(answered.head().header("content-type")).startsWith("application/json");
    assertThat(answered.error()).isEqualTo("invalid argument");
    assertThat(answered.message()).contains(words);
    assertThat(answered.text().length()).isLessThan(2000);
  }

  @Test
  void aTextThatNoSelectorTakesIsRefusedByItsName() throws IOException {
    String long1 = "x".repeat(1025);
    String long9 = "x".repeat(9001);
    for (String text : List.of(long1, long9)) {
      for (String name :
          List.of(
              "platformName",
              "browserName",
              "browserVersion",
              "appium:platform",
              "appium:device_type",
              "appium:model",
              "appium:os_version",
              "gridfleet:deviceId",
              "gridfleet:tag:team")) {
        assertInvalid(one(name, "'" + text + "'"), "'" + name + "'");
      }
      assertInvalid(one("gridfleet:group:" + text, "true"), "gridfleet:group:xxx");
      assertInvalid(one("gridfleet:tag:" + text, "'a'"), "gridfleet:tag:xxx");
    }
    assertInvalid(one("gridfleet:tag:my team", "'a'"), "'gridfleet:tag:my team'");
    assertInvalid(one("appium:model", "{'a':1}"), "'appium:model'");
    assertInvalid(one("appium:options", "{'platform':[1]}"), "'appium:platform'");
    assertInvalid(one("gridfleet:deviceId", "[]"), "'gridfleet:deviceId'");
    StringBuilder tags = new StringBuilder("'a:b':1");
    for (int i = 0; i < 300; i++) {
      tags.append(",'gridfleet:tag:t").append(i).append("':'x'");
    }
    assertInvalid(Lab.w3c(tags.toString()).getBytes(UTF_8), "300 capabilities");
  }

  private static byte[] one(String name, String value) {
    return Lab.w3c("'" + name + "':" + value).getBytes(UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'capabilities': | JSON",
        "[] | object",
        "7 | object",
        "nul | JSON",
        "{} | capabilities",
        "{'capabilities':[]} | capabilities",
        "{'capabilities':{'alwaysMatch':7}} | alwaysMatch",
        "{'capabilities':{'firstMatch':{}}} | firstMatch",
        "{'capabilities':{'firstMatch':[3]}} | firstMatch",
        "{'desiredCapabilities':'x'} | desiredCapabilities",
        "{'capabilities':{'alwaysMatch':{'platformName':'a'},'firstMatch':[{'platformName':'b'}]}}"
            + " | platformName",
        "{'capabilities':{'alwaysMatch':{'deviceColour':'a'}}} | deviceColour",
        "{'capabilities':{'alwaysMatch':{'browserName':7}}} | browserName",
        "{'capabilities':{'alwaysMatch':{'gridfleet:selector':true}}} | No matched devices",
        "{'capabilities':{'alwaysMatch':{'gridfleet:selector':3.5}}} | No matched devices",
        "{'capabilities':{},'capabilities':{}} | capabilities",
      })
  void aBodyThatIsNoNewSession(String body, String words) throws IOException {
    assertInvalid(body.replace('\'', '"').getBytes(UTF_8), words);
  }

  @Test
  void anEmptyBody() throws IOException {
    assertInvalid(new byte[0], "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"a\":"})
  void nestedTenThousandDeep(String opening) throws IOException {
    String value = opening.repeat(10_000);
    assertInvalid(
        ("{\"capabilities\":{\"alwaysMatch\":{\"appium:a\":" + value).getBytes(UTF_8), "");
  }

  @Test
  void nestedTenThousandDeepAndClosed() throws IOException {
    String value = "[".repeat(10_000) + "]".repeat(10_000);
    assertInvalid(Lab.w3c("'appium:a':" + value).getBytes(UTF_8), "");
  }

  @Test
  void bytesThatAreNoUtf8() throws IOException {
    assertInvalid(Lab.w3c("'appium:a':'\u00ff\u00fe'").getBytes(ISO_8859_1), "");
    assertInvalid(Lab.w3c("'appium:a':'\u00c0\u0080'").getBytes(ISO_8859_1), "");
  }

  @Test
  void aZeroByte() throws IOException {
    assertInvalid(Lab.w3c("'appium:a':'\0'").getBytes(UTF_8), "");
    assertInvalid("{\"capabilities\":{}}\0".getBytes(UTF_8), "");
  }

  @Test
  void aHundredMebibytesWithALength() throws IOException {
    Wire wire = lab.wire();
    wire.send("POST /session HTTP/1.1\r\nHost: lab\r\nContent-Length: 104857600\r\n\r\n");
    Wire.Response answer = wire.readResponse();
    assertThat(answer.head().status()).isEqualTo(413);
    assertThat(answer.text()).contains("\"error\":");
    wire.close();
  }

  @Test
  void aHundredMebibytesInChunks() throws IOException {
    Wire wire = lab.wire();
    wire.send("POST /session HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\n\r\n");
    byte[] chunk = ("100000\r\n" + " ".repeat(1 << 20) + "\r\n").getBytes(ISO_8859_1);
    try {
      for (int i = 0; i < 100; i++) {
        wire.send(chunk);
      }
    } catch (IOException closedEarly) {
      // the answer may have come long before the end
    }
    assertThat(answerBeforeReset(wire)).isIn(413, -1);
    wire.close();
  }

  private static int answerBeforeReset(Wire wire) {
    try {
      return wire.readHead().status();
    } catch (IOException reset) {
      return -1;
    }
  }
}

package io.gridfleet.lb.webdriver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
  @Test
  void theOrderOfMembersAndTheKindsOfValuesAreKept() {
    Map<String, Object> read = object("{\"b\":1,\"a\":[true,null,\"x\"],\"c\":{\"d\":1.50}}");
    assertThat(read).containsOnlyKeys("b", "a", "c");
    assertThat(read.keySet()).containsExactly("b", "a", "c");
    assertThat(Json.text(read)).isEqualTo("{\"b\":1,\"a\":[true,null,\"x\"],\"c\":{\"d\":1.50}}");
  }

  @Test
  void aNumberKeepsItsValueHoweverLarge() {
    assertThat(object("{\"a\":123456789012345678901234567890}"))
        .containsEntry("a", new BigInteger("123456789012345678901234567890"));
    assertThat(object("{\"a\":1e400}")).containsEntry("a", new BigDecimal("1e400"));
    assertThat(Json.text(object("{\"a\":1e400}"))).isEqualTo("{\"a\":1E+400}");
  }

  @Test
  void aNumberOfAThousandDigitsIsRefused() {
    refused("{\"a\":" + "9".repeat(1000) + "}", "Number");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e2000000000",
        "-1e-2000000000",
        "1e5205362068960826",
        "1e1001",
        "0.1e-2147483648"
      })
  void aNumberThatIsShortToWriteAndEndlessToWriteOutIsRefused(String number) {
    refused("{\"a\":[{\"b\":" + number + "}]}", "Number");
  }

  @Test
  void nestingTenThousandDeepIsRefused() {
    refused("{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}", "500");
    refused("{\"a\":".repeat(10_000), "500");
  }

  @Test
  void nestingThatPeopleUseIsRead() {
    assertThat(object("{\"a\":" + "[".repeat(400) + "]".repeat(400) + "}")).containsKey("a");
  }

  @Test
  void aBodyOfNothingButBracketsIsRefusedBeforeItFillsTheHeap() {
    refused("{\"a\":[" + "[],".repeat(1_000_000) + "[]]}", "Token count");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"c328", "ff", "80", "c0af", "eda080", "edbfbf", "f4908080", "e282", "f0288cbc"})
  void invalidUtf8IsRefused(String hex) {
    byte[] middle = new BigInteger("01" + hex, 16).toByteArray();
    byte[] bytes = new byte[middle.length - 1 + 8];
    byte[] head = "{\"a\":\"".getBytes(StandardCharsets.UTF_8);
    System.arraycopy(head, 0, bytes, 0, head.length);
    System.arraycopy(middle, 1, bytes, head.length, middle.length - 1);
    bytes[bytes.length - 2] = '"';
    bytes[bytes.length - 1] = '}';
    assertThatThrownBy(() -> Json.object(bytes))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("The body is not valid UTF-8");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "{",
        "{}x",
        "{} {}",
        "{'a':1}",
        "{a:1}",
        "{\"a\":01}",
        "{\"a\":NaN}",
        "{\"a\":\"\u0000\"}",
        "{\"a\":\"\n\"}",
        "\u0000{}",
        "{\"a\":1,}",
        "/* */{}",
        "{\"a\":1,\"a\":1}",
        "{\"a\":{\"b\":1,\"b\":1}}",
        "null",
        "\"{}\"",
        "12",
        "true",
        "[{}]"
      })
  void whatIsNotOneJsonObjectIsRefused(String text) {
    refused(text, "The body");
  }

  @Test
  void textInAnotherEncodingIsRefused() {
    assertThatThrownBy(() -> Json.object("{\"a\":1}".getBytes(StandardCharsets.UTF_16)))
        .isInstanceOf(ProtocolException.class);
    assertThatThrownBy(() -> Json.object("{\"a\":1}".getBytes(StandardCharsets.UTF_16LE)))
        .isInstanceOf(ProtocolException.class);
  }

  @Test
  void anErrorHasThePositionAndStaysShort() {
    assertThatThrownBy(() -> object("{\n  \"a\": nul" + "x".repeat(5000) + "}"))
        .hasMessageContaining("line 2")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
  }

  @Test
  void theLastOfTwoEqualNamesCountsInANodesAnswer() {
    byte[] body = "{\"progress\":[],\"value\":1,\"progress\":[1]}".getBytes(StandardCharsets.UTF_8);
    assertThat(Json.objectFromNode(body)).containsEntry("progress", List.of(1));
  }

  @Test
  void aLoneSurrogateCanBeReadAndWritten() {
    assertThat(Json.bytes(object("{\"a\":\"\\ud800\"}")))
        .isEqualTo("{\"a\":\"?\"}".getBytes(StandardCharsets.UTF_8));
  }

  private static Map<String, Object> object(String text) {
    return Json.object(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void refused(String text, String message) {
    assertThatThrownBy(() -> object(text))
        .isInstanceOfSatisfying(
            ProtocolException.class,
            e -> assertThat(e.error().code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
        .hasMessageContaining(message);
  }
}

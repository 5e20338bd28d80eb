package io.gridfleet.lb.newsession.capabilities;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.newsession.NewSessionAnswer;
import io.gridfleet.lb.newsession.NewSessionLab;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.newsession.PendingSession;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import io.gridfleet.lb.webdriver.ProtocolException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Values of any shape and length under every name that this server reads: a session, or an error of
 * the client's, never an internal one.
 */
final class AnyCapabilitiesPropertyTest {
  private static final List<String> OTHER_NAMES =
      List.of(
          "browserName",
          "browserVersion",
          "platformName",
          "acceptInsecureCerts",
          "pageLoadStrategy",
          "proxy",
          "timeouts",
          "unhandledPromptBehavior",
          "strictFileInteractability",
          "setWindowRect",
          "webSocketUrl",
          "appium:udid",
          "appium:deviceName",
          "appium:platform",
          "appium:platformVersion",
          "appium:device_type",
          "appium:model",
          "appium:os_version",
          "appium:newCommandTimeout",
          "appium:options",
          "gridfleet:unknown",
          "gridfleet:tag:",
          "gridfleet:group:",
          "gridfleet:",
          "appium:",
          ":");

  private static final List<String> LARGE =
      Stream.of("x", "a:b ", "*", "(", "-", "\"", "\\", " ", "\u00e4", "1", "?")
          .flatMap(part -> Stream.of(256, 1025, 9001, 20_000).map(part::repeat))
          .toList();

  private static final List<String> LARGE_EDGES =
      Stream.of("x", "?").flatMap(part -> Stream.of(256, 20_000).map(part::repeat)).toList();

  private static List<String> names() {
    List<String> names = new ArrayList<>(OTHER_NAMES);
    for (String name : GridfleetCapabilities.NAMES) {
      names.add("gridfleet:" + name);
      names.add("appium:gridfleet:" + name);
    }
    return names;
  }

  @Provide
  Arbitrary<String> names0() {
    Arbitrary<String> known = Arbitraries.of(names());
    Arbitrary<String> further =
        Combinators.combine(Arbitraries.of(GridfleetCapabilities.FAMILIES), texts())
            .as((family, text) -> "gridfleet:" + family + text);
    return Arbitraries.frequencyOf(Tuple.of(8, known), Tuple.of(1, further));
  }

  private static Arbitrary<String> texts() {
    Arbitrary<String> odd =
        Arbitraries.of(
            "",
            " ",
            "*",
            "-",
            "(",
            "a:",
            ":b",
            "a:b c:d",
            "id:*",
            "(((",
            "a:/(x+x+)+y/",
            "a:>=",
            "a:[1 TO",
            "\0",
            "\u001b[31m\r\n",
            "1e999",
            "-1",
            "NaN",
            "free",
            "inline",
            "random",
            "phone-0@127.0.0.1",
            "\ud83d\ude00");
    Arbitrary<String> any = Arbitraries.strings().withCharRange('\0', '\ud7ff').ofMaxLength(40);
    Arbitrary<String> large =
        Arbitraries.of(LARGE).edgeCases(cases -> LARGE_EDGES.forEach(cases::add));
    return Arbitraries.oneOf(odd, any, large);
  }

  private static Arbitrary<Object> values(int depth) {
    Arbitrary<Object> numbers =
        Arbitraries.of(
            0,
            -1,
            1.5,
            Integer.MAX_VALUE,
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            Double.MAX_VALUE,
            -Double.MIN_VALUE,
            new BigDecimal("1e400"),
            new BigDecimal("-1e-400"),
            BigInteger.TEN.pow(60));
    Arbitrary<Object> plain =
        Arbitraries.oneOf(
            texts().map(text -> (Object) text),
            numbers,
            Arbitraries.of(true, false).map(flag -> (Object) flag),
            Arbitraries.just((Object) Optional.empty()));
    if (depth == 0) {
      return plain.map(value -> value instanceof Optional<?> ? Map.of() : value);
    }
    Arbitrary<Object> deeper = values(depth - 1);
    return Arbitraries.oneOf(
        plain.map(value -> value instanceof Optional<?> ? List.of() : value),
        deeper.list().ofMaxSize(4).map(list -> (Object) list),
        maps(
                Arbitraries.oneOf(
                    Arbitraries.of("$any", "$all", "$not", "platform", "model", "udid", "a:b"),
                    texts()),
                deeper,
                0,
                3)
            .map(map -> (Object) map));
  }

  /** {@code Arbitraries.maps} computes all edge cases of its values again for each map. */
  private static Arbitrary<Map<String, Object>> maps(
      Arbitrary<String> names, Arbitrary<Object> values, int min, int max) {
    return Combinators.combine(names, values)
        .as((name, value) -> Map.entry(name, value))
        .list()
        .ofMinSize(min)
        .ofMaxSize(max)
        .uniqueElements(Map.Entry::getKey)
        .map(
            entries -> {
              Map<String, Object> map = new LinkedHashMap<>();
              entries.forEach(entry -> map.put(entry.getKey(), entry.getValue()));
              return map;
            });
  }

  @Provide
  Arbitrary<Map<String, Object>> capabilities() {
    return maps(names0(), values(2), 1, 4);
  }

  @Provide
  Arbitrary<List<Map<String, Object>>> entries() {
    return capabilities().list().ofMinSize(1).ofMaxSize(3);
  }

  @Property(tries = 1_500, edgeCases = EdgeCasesMode.MIXIN)
  void areNeverAnInternalError(
      @ForAll("capabilities") Map<String, Object> always,
      @ForAll("entries") List<Map<String, Object>> firstMatch,
      @ForAll boolean legacy) {
    check(
        legacy
            ? Map.of("desiredCapabilities", always)
            : Map.of("capabilities", Map.of("alwaysMatch", always)));
    check(Map.of("capabilities", Map.of("firstMatch", firstMatch)));
  }

  private static void check(Map<String, Object> body) {
    NewSessionLab lab = new NewSessionLab(new Random(1), new NewSessionListener() {});
    lab.fleet(1);
    NewSessionPayload payload;
    try {
      payload = NewSessionPayload.parse(Json.bytes(body));
    } catch (ProtocolException refused) {
      assertThat(refused.error().code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
      return;
    }
    NewSessionRequest any = lab.request(Map.of(), "10.0.0.9");
    PendingSession pending =
        lab.flow.begin(
            new NewSessionRequest(any.id(), any.arrival(), payload, any.origin(), any.executor()));
    lab.time.pass(Duration.ofSeconds(3));
    CompletableFuture<NewSessionAnswer> answer = pending.answer().toCompletableFuture();
    if (answer.isDone()) {
      String text = new String(answer.join().body(), StandardCharsets.UTF_8);
      assertThat(text).doesNotContain("Something is wrong", "unknown error");
      assertThat(text.length()).as("the answer's length").isLessThan(200_000);
    } else {
      pending.clientLeft();
    }
  }
}

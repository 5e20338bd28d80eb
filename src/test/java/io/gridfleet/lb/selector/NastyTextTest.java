package io.gridfleet.lb.selector;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.ProcessorTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Every text and every set of attributes is matched or refused in a bounded time. */
final class NastyTextTest {
  /** Processor time, which doesn't depend on the load of the machine. */
  private static final Duration MAX_DURATION = Duration.ofMillis(10);

  /** The number of tries, of which the fastest counts: the first ones load and compile classes. */
  private static final int TRIES = 12;

  private static final Attributes DEVICE =
      Attributes.of(
          Map.of(
              "a",
              "a".repeat(200),
              "model",
              "iPhone 15 Pro Max of the second shelf from the left",
              "os_version",
              "17.4",
              "list",
              List.of("x".repeat(100), "y", 3, true)));

  @Provide
  Arbitrary<String> nearSelectors() {
    return Arbitraries.of(
            "a",
            "model",
            "os_version",
            ":",
            ":",
            ":",
            " ",
            " ",
            ",",
            "(",
            ")",
            "[",
            "]",
            "\"",
            "'",
            "/",
            "\\",
            "*",
            "?",
            "-",
            "!",
            "NOT ",
            " AND ",
            " OR ",
            "=",
            ">",
            "<",
            "..",
            ".",
            "13",
            "17.4",
            "{",
            "}",
            "\"a\"",
            "$any",
            "$not",
            "null",
            "true",
            "+",
            "@",
            "\n",
            "\u0000",
            "\uD800",
            "😀",
            "ς",
            "İ",
            "1e999",
            "(?i)",
            "{1,9}",
            "|",
            "x*y")
        .list()
        .ofMaxSize(40)
        .map(parts -> String.join("", parts));
  }

  @Property(tries = 5000)
  void whateverIsTypedIsReadOrRefused(@ForAll("nearSelectors") String text) {
    readOrRefused(text);
  }

  @Property(tries = 3000)
  void anyTextIsReadOrRefused(@ForAll String text) {
    readOrRefused(text);
    readOrRefused("{" + text);
    readOrRefused("model:\"" + text + "\"");
  }

  @Property(tries = 500)
  void anyAttributesCanBeAsked(
      @ForAll @Size(max = 4) Map<String, @Size(max = 3) List<String>> values,
      @ForAll("nearSelectors") String text) {
    Attributes device = Attributes.of(values);
    try {
      Selector selector = Selector.parse(text);
      selector.matches(device);
      Explanation.of(selector, List.of(new Explanation.Candidate("d", device, List.of()))).table();
    } catch (SelectorException e) {
      assertThat(e.text()).startsWith("No matched devices were found");
    }
  }

  @Test
  void noHostileTextTakesLong() {
    hostile().values().forEach(NastyTextTest::readOrRefused);
    hostile().forEach((name, text) -> assertThat(quickest(text)).as(name).isLessThan(MAX_DURATION));
  }

  @Test
  void noObjectIsTooDeepOrTooLong() {
    Map<String, Object> loop = new LinkedHashMap<>();
    loop.put("$not", loop);
    List<Object> deep = new ArrayList<>(List.of("x"));
    for (int i = 0; i < 10_000; i++) {
      deep = new ArrayList<>(List.of(deep));
    }
    for (Object value :
        new Object[] {loop, deep, Map.of("a", "x".repeat(100_000)), new Object(), 5, true}) {
      try {
        Selector.of(value);
        assertThat(value).as("must be refused").isNull();
      } catch (SelectorException e) {
        assertThat(e.text()).startsWith("No matched devices were found");
      }
    }
  }

  private static void readOrRefused(String text) {
    try {
      Selector selector = Selector.parse(text);
      selector.matches(DEVICE);
      assertThat(Selector.parse(selector.normalForm())).isEqualTo(selector);
    } catch (SelectorException e) {
      assertThat(e.text()).startsWith("No matched devices were found").contains("^");
      assertThat(e.line()).isPositive();
      assertThat(e.column()).isPositive();
    }
  }

  private static Duration quickest(String text) {
    return Stream.generate(() -> ProcessorTime.of(() -> match(text)))
        .limit(TRIES)
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }

  private static void match(String text) {
    try {
      Selector.parse(text).matches(DEVICE);
    } catch (SelectorException e) {
      assertThat(e.column()).isPositive();
    }
  }

  private static Map<String, String> hostile() {
    int most = 8000;
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("open parentheses", "(".repeat(most));
    texts.put("balanced parentheses", "(".repeat(3000) + "a:1" + ")".repeat(3000));
    texts.put("as deep as may be", "(".repeat(64) + "a:1" + ")".repeat(64));
    texts.put("negations", "-".repeat(most) + "a:1");
    texts.put("words not", "NOT ".repeat(2000) + "a:1");
    texts.put("terms", "a:1 ".repeat(2000));
    texts.put("different terms", numbered("a:%d ", 1500));
    texts.put("as many terms as may be", numbered("a:%d,", 255) + "a:x");
    texts.put("a group of each", numbered("(a:%d b:1),", 120) + "a:x");
    texts.put("commas", ",".repeat(most));
    texts.put("commas after a term", "a:1" + ",".repeat(most));
    texts.put("blanks", " ".repeat(most));
    texts.put("loose words", "a:1 " + "word ".repeat(1500));
    texts.put("loose brackets", "a:1 b " + "(((-!".repeat(1500));
    texts.put("a long key", "k".repeat(most) + ":1");
    texts.put("a long value", "a:" + "v".repeat(most));
    texts.put("a too long text", "a:" + "v".repeat(1_000_000));
    texts.put("quotes", "\"".repeat(most));
    texts.put("backslashes", "a:" + "\\".repeat(most));
    texts.put("wildcards", "a:" + "*a".repeat(250) + "b");
    texts.put("too many wildcards", "a:" + "*a".repeat(4000) + "b");
    texts.put("all wildcards", numbered("a:*a*a*a*%d ", 250));
    texts.put("nested repetition", "a:/(a*)*b/");
    texts.put("nested plus", "a:/(a+)+(a+)+(a+)+$b/");
    texts.put("counted repetition", "a:/(a{10}){10}b/");
    texts.put("counted too often", "a:/((((a{100}){100}){100}){100}){100}/");
    texts.put("a great count", "a:/a{99999999999999999999}/");
    texts.put("counted classes", "a:/\\pL{100}\\pN/");
    texts.put("counted runs", "a:/(a?){100}a{1}b/");
    texts.put("alternatives", "a:/" + "a|".repeat(120) + "b/");
    texts.put("expression in groups", "a:/" + "(".repeat(120) + "a" + ")".repeat(120) + "/");
    texts.put("classes", "a:/" + "\\pL\\PN".repeat(40) + "/");
    texts.put("classes twice", ("a:/" + "\\pL\\PN".repeat(40) + "/ ").repeat(2));
    texts.put("many expressions", numbered("a:/x%d/ ", 100));
    texts.put("open sets", "a:[".repeat(2000));
    texts.put("a long set", "a:[" + numbered("%d,", 1500) + "x]");
    texts.put("a digit a part", "os_version:>" + "1.".repeat(30) + "1");
    texts.put("a great version", "os_version:>" + "9".repeat(7000));
    texts.put("a great exponent", "level:>1e999999999");
    texts.put("dots", "a:" + ".".repeat(most));
    texts.put("open objects", "{\"$not\":".repeat(900));
    texts.put("open lists", "[".repeat(most));
    texts.put("a great number", "{\"a\":" + "9".repeat(7000) + "}");
    texts.put("members", "{" + numbered("\"k%d\":1,", 600) + "\"z\":1}");
    texts.put("a long list", "{\"a\":[" + numbered("%d,", 1500) + "1]}");
    texts.put("strings within", "{\"$all\":[" + numbered("\"a:%d b:*x*\",", 90) + "\"a:1\"]}");
    texts.put("lone surrogates", "\uD800".repeat(2000));
    texts.put("combining marks", "a:" + "e\u0301\u0323".repeat(2500));
    texts.put("dotted capitals in terms", ("a:" + "İ".repeat(1000) + " ").repeat(8));
    texts.put("marks in terms", ("a:" + "e\u0301\u0323".repeat(330) + " ").repeat(8));
    texts.put("dotted capital", "a:" + "İ".repeat(most));
    texts.put("sigmas in terms", ("a:" + "Σ".repeat(1000) + " ").repeat(8));
    texts.put("sigmas and dots", "a:" + "Σ.".repeat(most / 2));
    texts.put("a heap of marks", "a:e" + "\u0301\u0323".repeat(most / 2));
    texts.put(
        "marks from above down", "a:e" + "\u0301".repeat(most / 2) + "\u0323".repeat(most / 2));
    texts.put("hangul", "a:" + "\u1100\u1161\u11a8".repeat(most / 3));
    texts.put("ligatures", "a:" + "\ufb03\u1e9e\ufdfa".repeat(most / 3));
    texts.put("keys to guess", numbered("os_verion%d:1 ", 250));
    texts.put("lines", "\n".repeat(most) + "a");
    texts.put("plus and colon", "a:" + "+b".repeat(3500) + ":");
    texts.put("dollar", "{\"$" + "a".repeat(most) + "\":1}");
    return texts;
  }

  private static String numbered(String format, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(format.replace("%d", Integer.toString(i)));
    }
    return text.toString();
  }
}

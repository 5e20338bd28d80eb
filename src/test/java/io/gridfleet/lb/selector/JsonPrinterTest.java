package io.gridfleet.lb.selector;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The JSON form of a selector reads as a person would write it. */
final class JsonPrinterTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static String json(String text) throws JsonProcessingException {
    Selector selector = Selector.parse(text);
    Object form = selector.jsonForm();
    assertThat(Selector.of(form)).isEqualTo(selector);
    return JSON.writeValueAsString(form);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | {}",
        "model:'Moto X' carrier:a,carrier:b | {'model':'moto x','carrier':['a','b']}",
        "os_version:>=13 os_version:<15 | {'os_version':{'gte':'13','lt':'15'}}",
        "os_version:13 os_version:<13.4 | {'os_version':'13','$all':[{'os_version':{'lt':'13.4'}}]}",
        "os_version:=13 | {'os_version':{'eq':'13'}}",
        "model:!=x -a:b,a:c | {'model':{'ne':'x'},'$any':[{'a':{'ne':'b'}},{'a':'c'}]}",
        "-(a:b,a:c*) -carrier:* sku:* | {'a':{'nin':['b','c*']},'carrier':null,'sku':{'exists':true}}",
        "-(a:b c:d) | {'$not':{'a':'b','c':'d'}}",
        "model:/^iPhone 1[4-6]/ | {'model':{'regex':'^iPhone 1[4-6]'}}",
        "battery_level:20..80 | {'$all':['battery_level:20..80']}",
        "-level:1..2 | {'$not':'level:1..2'}",
        "a:'>9' b:'>9*' | {'a':{'eq':'>9'},'$all':['b:\\'>9*\\'']}",
        "a:x,(b:y c:z) | {'$any':[{'a':'x'},{'b':'y','c':'z'}]}"
      })
  void aSelectorIsPrinted(String text, String expected) throws JsonProcessingException {
    assertThat(json(text)).isEqualTo(expected.replace("'", "\""));
  }

  /** What the limits of JSON texts don't allow stays a string. */
  @Test
  void aSelectorThatIsTooDeepOrTooLongForJsonIsAString() {
    String deep =
        IntStream.range(0, 60).mapToObj(i -> "k%d:v,(m%d:v ".formatted(i, i)).collect(joining())
            + "z:v"
            + ")".repeat(60);
    String key = "k".repeat(20);
    String longer =
        IntStream.range(0, 120)
            .mapToObj(i -> "a%s%d:x,b%s%d:y".formatted(key, i, key, i))
            .collect(joining(" "));
    for (String text : new String[] {deep, longer}) {
      Selector selector = Selector.parse(text);
      assertThat(selector.jsonForm()).isEqualTo(selector.normalForm());
    }
    assertThat(Selector.parse("a:b").jsonForm()).isEqualTo(Map.of("a", "b"));
  }
}

package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.parts.RealPart;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import jdk.jshell.JShell;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openqa.selenium.By;

/**
 * What the screen of a selector gives to copy, for each client and as JSON: code that sets exactly
 * this selector, whatever characters it has. Java, JavaScript and Python are run; of Ruby and C#,
 * which aren't among the parts, the literal is read by the rules of these languages.
 */
final class UiSelectorIT {
  /** A literal in which nothing ends a line and only escapes stand that C# and Ruby have. */
  private static final Pattern LITERAL =
      Pattern.compile(
          "\"((?:[^\"\\\\\\p{Cntrl}\\x{85}\\x{2028}\\x{2029}]|\\\\[\"\\\\bfnrt#]|\\\\u[0-9a-f]{4})*)\"");

  @RegisterExtension static final UiSetup ui = UiSetup.with(UiLab::plain);

  private final UiBrowser browser = ui.browser();

  static List<String> nastyTexts() {
    return List.of(
        "model:\"Pixel 8\"",
        "model:\"5\\\" tv\" -tag.team:'it\\'s'",
        "model:\"a\\\\b \\\\u0041 #{1+1} #$HOME #@x ${x} {0} %s\"",
        "model:\"one\ttwo\"\n-carrier:* \r\n os_version:>=13",
        "model:\"\u2028\u2029\u0085\u202e\ufeff é 漢 😀 \\u0007\"",
        "model:/^iPhone 1[4-6]\\b\\d\"'/");
  }

  private String copied(String button) {
    browser.driver().executeScript("navigator.clipboard.writeText = async (t) => window.copy = t");
    browser.driver().executeScript("delete window.copy");
    browser.press(button);
    browser.until("a copy", "return window.copy !== undefined");
    return (String) browser.driver().executeScript("return window.copy");
  }

  private String codeFor(String client, String begin) {
    browser
        .driver()
        .findElement(By.xpath("//label[@class='choice']/select/option[.='" + client + "']"))
        .click();
    browser.until(
        "code for " + client,
        "return document.querySelector('[aria-label=Code]').textContent.startsWith('"
            + begin
            + "')");
    String code = copied("Copy the code");
    assertThat(browser.find("[aria-label=Code]").getAttribute("textContent")).isEqualTo(code);
    return code;
  }

  @ParameterizedTest
  @MethodSource("nastyTexts")
  void eachClientIsGivenTheSelectorAsItIs(String text) throws Exception {
    browser.open(ui.lab(), "/ui/selector?text=" + URLEncoder.encode(text, StandardCharsets.UTF_8));
    browser.untilShows("As a capability for");

    assertThat(java(codeFor("Java", "options.setCapability("))).isEqualTo(text);
    assertThat(python(codeFor("Python", "options.set_capability("))).isEqualTo(text);
    assertThat(javaScript(codeFor("JavaScript", "capabilities: {"))).isEqualTo(text);
    String ruby = codeFor("Ruby", "options.add_option(");
    assertThat(ruby).startsWith("options.add_option('gridfleet:selector', ").endsWith(")");
    assertThat(ruby.replace("\\\\", "").replace("\\#", "")).doesNotContain("#");
    assertThat(literal(ruby)).isEqualTo(text);
    String cSharp = codeFor("C#", "options.AddAdditionalOption(");
    assertThat(cSharp)
        .startsWith("options.AddAdditionalOption(\"gridfleet:selector\", ")
        .endsWith(");");
    assertThat(cSharp.replace("\\\\", "")).doesNotContain("\\#");
    assertThat(literal(cSharp)).isEqualTo(text);
    assertSame(text, copied("Copy the JSON"));
  }

  /** The JSON form is a capability that the server reads as the same selector. */
  private void assertSame(String text, String json) throws IOException {
    JsonNode form = JsonClient.JSON.readTree(json).path("gridfleet:selector");
    assertThat(form.isObject()).as(json).isTrue();
    assertThat(normal(form)).isEqualTo(normal(JsonClient.JSON.getNodeFactory().textNode(text)));
  }

  private static String normal(JsonNode selector) throws IOException {
    String body = JsonClient.JSON.createObjectNode().set("selector", selector).toString();
    JsonClient.Reply reply = ui.lab().client().post("/api/selector/explain", body);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return JsonClient.JSON.readTree(reply.text()).path("selector").asText();
  }

  /** Its text comes back as JSON: drivers may change the ends of lines in a plain one. */
  private String javaScript(String code) throws IOException {
    Object json =
        browser
            .driver()
            .executeScript(
                "return JSON.stringify(({" + code + "}).capabilities['gridfleet:selector'])");
    return JsonClient.JSON.readTree(String.valueOf(json)).asText();
  }

  private static String java(String code) {
    try (JShell shell = JShell.builder().executionEngine("local").build()) {
      shell.eval(
          "class Options { String set;"
              + " void setCapability(String name, Object value) {"
              + " set = name.equals(\"gridfleet:selector\") ? (String) value : name; } }");
      shell.eval("Options options = new Options();");
      shell.eval(code).forEach(done -> assertThat(done.status().isActive()).as(code).isTrue());
      String units =
          shell
              .eval("String.join(\" \", options.set.chars().mapToObj(Integer::toString).toList())")
              .get(0)
              .value();
      StringBuilder text = new StringBuilder();
      for (String unit : units.replace("\"", "").split(" ", -1)) {
        text.append((char) Integer.parseInt(unit));
      }
      return text.toString();
    }
  }

  private static String python(String code) throws Exception {
    String script =
        "import json\n"
            + "class Options:\n"
            + "  def set_capability(self, name, value):\n"
            + "    print(json.dumps({name: value}))\n"
            + "options = Options()\n"
            + code
            + "\n";
    Process python =
        new ProcessBuilder(RealPart.PYTHON.find().orElse("python3"), "-")
            .redirectErrorStream(true)
            .start();
    python.getOutputStream().write(script.getBytes(StandardCharsets.UTF_8));
    python.getOutputStream().close();
    String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(python.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(python.exitValue()).as(said).isZero();
    return JsonClient.JSON.readTree(said).path("gridfleet:selector").asText();
  }

  /** The text of the last literal of a line of code. */
  private static String literal(String code) throws IOException {
    String written = code.substring(code.indexOf(", \"") + 2, code.lastIndexOf('"') + 1);
    assertThat(written).matches(LITERAL);
    return JsonClient.JSON.readTree(written.replace("\\#", "#")).asText();
  }
}

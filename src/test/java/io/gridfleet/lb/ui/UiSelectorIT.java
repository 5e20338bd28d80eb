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
import jdk.jshell.JShell;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openqa.selenium.By;

/**
 * What the screen of a selector gives to copy, for each client and as JSON: code that sets exactly
 * this selector, whatever characters it has. Java, JavaScript, Python and Ruby are run; of C#, for
 * which Debian has no compiler, the call is read by the rules of the language.
 */
final class UiSelectorIT {
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
    assertThat(CSharpCall.read(codeFor("C#", "options.AddAdditionalOption(")))
        .containsExactly("AddAdditionalOption", "gridfleet:selector", text);
    assertSame(text, copied("Copy the JSON"));
    assertThat(ruby(codeFor("Ruby", "options.add_option("))).isEqualTo(text);
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
    String said = output(script, RealPart.PYTHON.find().orElse("python3"), "-");
    return JsonClient.JSON.readTree(said).path("gridfleet:selector").asText();
  }

  /** Warnings of Ruby's are output as well, and no numbers. */
  private static String ruby(String code) throws Exception {
    String script =
        "# encoding: utf-8\n"
            + "options = Object.new\n"
            + "def options.add_option(name, value)\n"
            + "  raise name unless name == 'gridfleet:selector'\n"
            + "  puts value.codepoints.join(' ')\n"
            + "end\n"
            + code
            + "\n";
    String said = output(script, RealPart.RUBY.where(), "-w", "-").strip();
    assertThat(said).matches("[0-9 ]+");
    StringBuilder text = new StringBuilder();
    for (String character : said.split(" ", -1)) {
      text.appendCodePoint(Integer.parseInt(character));
    }
    return text.toString();
  }

  /** What a program says that reads a script from its standard input. */
  private static String output(String script, String... command) throws Exception {
    Process program = new ProcessBuilder(command).redirectErrorStream(true).start();
    program.getOutputStream().write(script.getBytes(StandardCharsets.UTF_8));
    program.getOutputStream().close();
    String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(program.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(program.exitValue()).as(said).isZero();
    return said;
  }
}

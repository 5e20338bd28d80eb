package io.gridfleet.lb.webdriver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The result of reading each payload, compared with a golden file. */
final class PayloadGoldenTest {
  private static final Path FOLDER = Path.of("src/test/resources/webdriver/payloads");

  static List<String> payloads() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".json"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("payloads")
  void aPayloadIsReadAsInItsGoldenFile(String name) throws IOException {
    Path golden = FOLDER.resolve(name.replace(".json", ".golden"));
    String result = result(Files.readAllBytes(FOLDER.resolve(name)));
    if (Boolean.getBoolean("gridfleet.golden.write")) {
      Files.writeString(golden, result);
    }
    assertThat(result).isEqualTo(Files.readString(golden));
  }

  private static String result(byte[] body) {
    StringBuilder result = new StringBuilder();
    try {
      NewSessionPayload payload = NewSessionPayload.parse(body);
      result.append("legacy ").append(payload.legacy()).append('\n');
      for (Capabilities candidate : payload.candidates()) {
        result.append("candidate ").append(Json.text(candidate.asMap())).append('\n');
      }
      result.append("others ").append(Json.text(payload.otherMembers())).append('\n');
      byte[] node = payload.bodyFor(List.of(payload.candidates().get(0).asMap()));
      result.append("node ").append(new String(node, StandardCharsets.UTF_8)).append('\n');
    } catch (ProtocolException e) {
      Map<String, Object> answer = new LinkedHashMap<>(e.error().body());
      result.append(e.error().status()).append(' ').append(Json.text(answer)).append('\n');
    }
    return result.toString();
  }
}

package io.gridfleet.lb.jar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The jar carries the licence and the notice of everything in it, and a list of that. */
final class ThirdPartyIT {
  private static final Path JAR =
      Path.of(System.getProperty("gridfleet.jar", "target/gridfleet-lb.jar"));

  private static final Path SBOM = JAR.resolveSibling("gridfleet-lb-sbom.cdx.json");

  /** The text for artifacts whose own jar has none, by a part of their entry in the list. */
  private static final List<String[]> TEXTS =
      List.of(
          new String[] {"Apache", "Apache-2.0.txt"},
          new String[] {"LGPL-2.1", "LGPL-2.1.txt"},
          new String[] {"Go License", "Go.txt"});

  /** Name and version of a line such as {@code (MIT) SLF4J (org.slf4j:slf4j-api:2.0.20 - url)}. */
  private static final Pattern ARTIFACT = Pattern.compile("\\([^: (]+:([^:]+):([^ :]+) - ");

  private static final Pattern LEGAL =
      Pattern.compile("META-INF/(LICENSE|NOTICE)(\\.(txt|md))?", Pattern.CASE_INSENSITIVE);

  private JarFile jar;

  @BeforeEach
  void open() throws IOException {
    jar = new JarFile(JAR.toFile());
  }

  @AfterEach
  void close() throws IOException {
    jar.close();
  }

  private String text(String name) throws IOException {
    assertThat(jar.getEntry(name)).as(name).isNotNull();
    return new String(
        jar.getInputStream(jar.getEntry(name)).readAllBytes(), StandardCharsets.UTF_8);
  }

  private static List<JsonNode> components() throws IOException {
    List<JsonNode> found = new ArrayList<>();
    new ObjectMapper().readTree(SBOM.toFile()).path("components").forEach(found::add);
    return found;
  }

  @Test
  void everyBundledArtifactHasTheTextOfItsLicence() throws IOException {
    int artifacts = 0;
    List<String> without = new ArrayList<>();
    for (String entry : text("META-INF/THIRD-PARTY.txt").lines().toList()) {
      Matcher artifact = ARTIFACT.matcher(entry);
      if (!artifact.find()) {
        continue;
      }
      artifacts++;
      String folder = "META-INF/third-party/" + artifact.group(1) + "-" + artifact.group(2);
      boolean own =
          jar.stream()
              .map(JarEntry::getName)
              .anyMatch(name -> name.startsWith(folder) && name.contains("LICENSE"));
      if (!own && !hasSharedText(entry)) {
        without.add(entry);
      }
    }
    assertThat(artifacts).as("artifacts in the list").isGreaterThan(40);
    assertThat(without).as("bundled without the text of a licence").isEmpty();
  }

  private boolean hasSharedText(String entry) {
    return TEXTS.stream()
        .anyMatch(
            text ->
                entry.contains(text[0])
                    && jar.getEntry("META-INF/third-party/texts/" + text[1]) != null);
  }

  @Test
  void noticesAreKept() {
    assertThat(
            jar.stream()
                .map(JarEntry::getName)
                .filter(name -> name.startsWith("META-INF/third-party/"))
                .collect(Collectors.joining("\n")))
        .contains("jackson-databind", "NOTICE")
        .containsPattern("slf4j-api-[0-9.]+-jar/META-INF/LICENSE")
        .containsPattern("postgresql-[0-9.]+-jar/META-INF/LICENSE")
        .containsPattern("HdrHistogram-[0-9.]+-jar/META-INF/LICENSE");
  }

  /** By the artifacts themselves, as they are on the class path of this test. */
  @Test
  void everyLicenceAndNoticeOfABundledArtifactIsKept() throws IOException {
    String list = text("META-INF/THIRD-PARTY.txt");
    int kept = 0;
    for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
      String name = Path.of(path).getFileName().toString().replaceFirst("\\.jar$", "");
      if (!path.endsWith(".jar") || !isListed(list, name)) {
        continue;
      }
      try (JarFile artifact = new JarFile(path)) {
        for (String entry : artifact.stream().map(JarEntry::getName).toList()) {
          if (LEGAL.matcher(entry).matches()) {
            kept++;
            String ours = "META-INF/third-party/" + name + "-jar/" + entry;
            assertThat(jar.getEntry(ours)).as(ours).isNotNull();
          }
        }
      }
    }
    assertThat(kept).as("licences and notices").isGreaterThan(20);
  }

  private static boolean isListed(String list, String name) {
    Matcher artifact = ARTIFACT.matcher(list);
    while (artifact.find()) {
      if (name.equals(artifact.group(1) + "-" + artifact.group(2))) {
        return true;
      }
    }
    return false;
  }

  @Test
  void theBillOfMaterialsIsThatOfTheJar() throws IOException {
    assumeThat(SBOM).as("the plugin makes none where Maven is offline").exists();
    JsonNode bill = new ObjectMapper().readTree(SBOM.toFile());

    assertThat(bill.path("bomFormat").asText()).isEqualTo("CycloneDX");
    assertThat(bill.path("metadata").path("component").path("name").asText())
        .isEqualTo("gridfleet-lb");
    assertThat(components())
        .extracting(component -> component.path("name").asText())
        .contains("netty-handler", "jackson-databind", "caffeine", "sqlite-jdbc", "postgresql")
        .doesNotContain("junit-jupiter", "assertj-core", "checker-qual");
    assertThat(components())
        .allSatisfy(component -> assertThat(component.path("hashes")).isNotEmpty());
  }

  @Test
  void modulesOfNettyThatAreNotUsedAreNotInTheJar() throws IOException {
    assertThat(jar.stream().map(JarEntry::getName).filter(name -> name.contains("netty")))
        .contains("META-INF/native/libnetty_transport_native_io_uring42_x86_64.so")
        .contains("META-INF/native/libnetty_transport_native_io_uring42_aarch_64.so")
        .contains("META-INF/native/libnetty_transport_native_epoll_x86_64.so")
        .contains("META-INF/native/libnetty_transport_native_epoll_aarch_64.so")
        .noneMatch(
            name ->
                name.matches(
                    ".*(codec/(dns|haproxy|http2|http3|mqtt|quic|redis|smtp|socks|stomp|xml)/"
                        + "|channel/(rxtx|sctp|udt)/|riscv|windows|resolver_dns).*"));
    assertThat(Files.size(JAR)).as("bytes of the jar").isLessThan(28L << 20);
  }

  @Test
  void sqliteIsThereForTheSystemsOfLabs() {
    assertThat(jar.stream().map(JarEntry::getName).filter(name -> name.contains("sqlite/native/")))
        .anyMatch(name -> name.contains("/Linux/x86_64/"))
        .anyMatch(name -> name.contains("/Linux/aarch64/"))
        .anyMatch(name -> name.contains("/Linux/armv7/"))
        .anyMatch(name -> name.contains("/Linux-Musl/x86_64/"))
        .anyMatch(name -> name.contains("/Mac/aarch64/"))
        .anyMatch(name -> name.contains("/Windows/x86_64/"))
        .noneMatch(name -> name.matches(".*/(FreeBSD|Linux/(ppc64|riscv64|x86))/.*"));
  }

  @Test
  void ourOwnLicenceIsWhereReadersLook() throws IOException {
    assertThat(text("META-INF/LICENSE")).contains("Apache License", "Version 2.0");
  }
}

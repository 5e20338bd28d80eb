package io.gridfleet.lb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ScalarsTest {
  @ParameterizedTest
  @CsvSource({
    "20s, 20000",
    "10min, 600000",
    "10m, 600000",
    "300, 300000",
    "1h, 3600000",
    "1h30min, 5400000",
    "250ms, 250",
    "1d, 86400000",
    "0.5s, 500",
    "1.5, 1500",
    "20 S, 20000",
    "0, 0",
    "1h 5ms, 3600005"
  })
  void aDurationIsReadAsPeopleWriteIt(String text, long millis) {
    assertThat(Durations.parse(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "s", "-1s", "1 week", "1h!", "PT1H", "1e3", "9999999999999999999s"})
  void whatIsNoDurationIsRefused(String text) {
    assertThatThrownBy(() -> Durations.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Property(tries = 500)
  void aWrittenDurationReadsBackTheSame(@ForAll @LongRange(min = 0, max = 1L << 40) long millis) {
    Duration duration = Duration.ofMillis(millis);
    assertThat(Durations.parse(Durations.text(duration))).isEqualTo(duration);
  }

  @ParameterizedTest
  @CsvSource({
    "32KiB, 32768",
    "16MiB, 16777216",
    "1 GB, 1000000000",
    "7, 7",
    "1.5kib, 1536",
    "9B, 9"
  })
  void aSizeIsReadAsPeopleWriteIt(String text, long bytes) {
    assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
    assertThat(ByteSize.parse(ByteSize.parse(text).toString())).isEqualTo(new ByteSize(bytes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MiB", "-1", "1TiB", "1 2"})
  void whatIsNoSizeIsRefused(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:4444, true", "localhost:0, true", "[::1]:4444, true", "[0:0:0:0:0:0:0:1]:1, true",
    "127.9.9.9:1, true", "0.0.0.0:4444, false", "[::]:4444, false", "lab.local:80, false",
    "127.evil.example:1, false", "10.0.0.1:65535, false"
  })
  void anAddressKnowsWhetherOtherMachinesReachIt(String text, boolean loopback) {
    HostPort address = HostPort.parse(text);
    assertThat(address.isLoopback()).isEqualTo(loopback);
    assertThat(address).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ":4444", "4444", "host", "host:", "host:65536", "::1:80", "a b:1", "h:x"})
  void whatIsNoAddressIsRefused(String text) {
    assertThatThrownBy(() -> HostPort.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.1.2.3, true", "10.0.0.0/8, 11.0.0.0, false", "10.0.0.0/9, 10.128.0.0, false",
    "10.0.0.0/9, 10.127.255.255, true", "192.168.1.7, 192.168.1.7, true", "::1, ::1, true",
    "192.168.1.7, 192.168.1.8, false", "fd00::/8, fd12::1, true", "fd00::/8, fe80::1, false",
    "0.0.0.0/0, 8.8.8.8, true", "0.0.0.0/0, ::1, false"
  })
  void aRangeHoldsTheAddressesThatBeginAsItDoes(String range, String address, boolean inside)
      throws UnknownHostException {
    assertThat(AddressRange.parse(range).contains(InetAddress.getByName(address)))
        .isEqualTo(inside);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "lab.local", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/", "300.1.1.1"})
  void whatIsNoRangeIsRefused(String text) {
    assertThatThrownBy(() -> AddressRange.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theNearestNameIsTheOneThatWasProbablyMeant() {
    List<String> names = List.of("listen", "nodes", "inventory", "tokens");
    assertThat(NearestName.of("lissen", names)).contains("listen");
    assertThat(NearestName.of("Nodes", names)).contains("nodes");
    assertThat(NearestName.of("token", names)).contains("tokens");
    assertThat(NearestName.of("colour", names)).isEmpty();
    assertThat(NearestName.of("x", List.of("a"))).isEmpty();
  }

  @Test
  void aSecretIsNeverShown() {
    assertThat(Secret.of("hush")).asString().doesNotContain("hush");
    assertThat(Secret.present(" hush\n").map(Secret::reveal)).contains("hush");
    assertThat(Secret.present(" \n")).isEmpty();
  }
}

package io.gridfleet.lb.device;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class DeviceIdTest {
  @Test
  void aUuidIsItsOwnIdAndAnotherKeyIsHashed() {
    assertThat(DeviceId.of("6BA7B810-9DAD-11D1-80B4-00C04FD430C8").value())
        .isEqualTo("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
    assertThat(DeviceId.of("1-2-3-4-5").value()).isEqualTo("00000001-0002-0003-0004-000000000005");
    for (String key : List.of("device-1", "E-m-u-l-1", "6ba7b810-9dad-11d1-80b4-00c04fd430c8-1")) {
      byte[] hashed = ("gridfleet-device:" + key.toLowerCase(Locale.ROOT)).getBytes(UTF_8);
      assertThat(DeviceId.of(key).value()).isEqualTo(UUID.nameUUIDFromBytes(hashed).toString());
    }
  }

  /** Includes pairs with a common prefix and ids shorter than eight characters. */
  @Property
  void startOrdersAsIdsDo(
      @ForAll @AlphaChars @StringLength(max = 10) String one,
      @ForAll @AlphaChars @StringLength(max = 10) String other) {
    agree(one, other);
    agree(one + other, one);
    agree("a" + one, "a" + other);
  }

  private static void agree(String one, String other) {
    int byStart = Long.compare(new DeviceId(one).start(), new DeviceId(other).start());
    int byId = Integer.signum(new DeviceId(one).compareTo(new DeviceId(other)));
    if (byStart == 0) {
      assertThat(one.substring(0, Math.min(8, one.length())))
          .isEqualTo(other.substring(0, Math.min(8, other.length())));
    } else {
      assertThat(byStart).isEqualTo(byId);
    }
  }
}

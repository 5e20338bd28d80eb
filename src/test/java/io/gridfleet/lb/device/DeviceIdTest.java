package io.gridfleet.lb.device;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;

class DeviceIdTest {
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

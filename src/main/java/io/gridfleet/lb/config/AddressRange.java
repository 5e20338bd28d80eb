package io.gridfleet.lb.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Addresses with a common beginning: {@code 10.0.0.0/8}, {@code fd00::/8}, or a single one. */
public final class AddressRange {
  private static final String EXPECTED = "an address or a range such as 10.0.0.0/8";

  /** Numbers only: a name would be looked up. */
  private static final Pattern NUMERIC =
      Pattern.compile("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|(?=.*:)[0-9a-fA-F:.]+");

  private final byte[] first;
  private final int bits;

  private AddressRange(byte[] first, int bits) {
    this.first = first;
    this.bits = bits;
  }

  /**
   * Reads a range.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    String address = (slash < 0 ? text : text.substring(0, slash)).strip();
    if (!NUMERIC.matcher(address).matches()) {
      throw new IllegalArgumentException(EXPECTED);
    }
    try {
      byte[] bytes = InetAddress.getByName(address).getAddress();
      int most = bytes.length * Byte.SIZE;
      String length = slash < 0 ? Integer.toString(most) : text.substring(slash + 1).strip();
      if (!length.matches("[0-9]{1,3}") || Integer.parseInt(length) > most) {
        throw new IllegalArgumentException(EXPECTED);
      }
      return new AddressRange(bytes, Integer.parseInt(length));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(EXPECTED, e);
    }
  }

  public boolean contains(InetAddress address) {
    byte[] other = address.getAddress();
    if (other.length != first.length) {
      return false;
    }
    int whole = bits / Byte.SIZE;
    int rest = bits % Byte.SIZE;
    return Arrays.equals(first, 0, whole, other, 0, whole)
        && (rest == 0 || (first[whole] ^ other[whole]) >> (Byte.SIZE - rest) == 0);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AddressRange that
        && bits == that.bits
        && Arrays.equals(first, that.first);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(first) + bits;
  }

  @Override
  public String toString() {
    try {
      return InetAddress.getByAddress(first).getHostAddress() + "/" + bits;
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }
}

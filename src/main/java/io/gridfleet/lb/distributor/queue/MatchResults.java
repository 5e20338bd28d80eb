package io.gridfleet.lb.distributor.queue;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.distributor.Question;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which devices fit which questions, computed without the distributor's lock. Devices are compared
 * by identity: a device that changed meanwhile is another object and has no result. Immutable once
 * made.
 */
public final class MatchResults {
  /** The number of devices between two checks whether the result is still wanted. */
  private static final int DEVICES_AT_ONCE = 512;

  public static final MatchResults NONE = new MatchResults(new IdentityHashMap<>());

  private final IdentityHashMap<Device, Integer> places;
  private final Map<Question, BitSet> fitting = new HashMap<>();

  private MatchResults(IdentityHashMap<Device, Integer> places) {
    this.places = places;
  }

  /**
   * Matches all questions against all devices; returns {@link #NONE} once the result isn't wanted.
   *
   * @param wanted whether the result is still needed
   */
  public static MatchResults of(
      Collection<Question> questions, Collection<Device> devices, BooleanSupplier wanted) {
    Device[] all = devices.toArray(Device[]::new);
    IdentityHashMap<Device, Integer> places = new IdentityHashMap<>(all.length);
    for (int i = 0; i < all.length; i++) {
      places.put(all[i], i);
    }
    MatchResults answers = new MatchResults(places);
    for (Question question : questions) {
      BitSet fits = new BitSet(all.length);
      for (int i = 0; i < all.length; i++) {
        if (i % DEVICES_AT_ONCE == 0 && !wanted.getAsBoolean()) {
          return NONE;
        }
        fits.set(i, question.fits(all[i]));
      }
      answers.fitting.put(question, fits);
    }
    return answers;
  }

  /** Returns the devices that fit a question; null if it has no result. */
  @Nullable BitSet to(Question question) {
    return fitting.get(question);
  }

  /** Returns the index of a device in the results; null if it has none. */
  @Nullable Integer place(Device device) {
    return places.get(device);
  }

  /** The questions and devices without a result. */
  public record Missing(List<Question> questions, List<Device> devices) {}
}

package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which of some devices fit some questions, found out without the distributor's lock. Devices are
 * told apart by identity: what was changed meanwhile is another object, and not answered here.
 * Immutable once made.
 */
final class MatchResults {
  /** Questions are asked of so many devices before it is looked whether anybody still wants it. */
  private static final int DEVICES_AT_ONCE = 512;

  static final MatchResults NONE = new MatchResults(new IdentityHashMap<>());

  private final IdentityHashMap<Device, Integer> places;
  private final Map<Question, BitSet> fitting = new HashMap<>();

  private MatchResults(IdentityHashMap<Device, Integer> places) {
    this.places = places;
  }

  /**
   * Asks all questions of all devices; nothing is answered when it isn't wanted any more.
   *
   * @param wanted whether somebody still waits for it
   */
  static MatchResults of(
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

  /** The devices that fit a question; null when it wasn't asked. */
  @Nullable BitSet to(Question question) {
    return fitting.get(question);
  }

  /** Where a device stands in the answers; null when it wasn't asked. */
  @Nullable Integer place(Device device) {
    return places.get(device);
  }

  /** What must be asked to place a request. */
  record Missing(List<Question> questions, List<Device> devices) {}
}

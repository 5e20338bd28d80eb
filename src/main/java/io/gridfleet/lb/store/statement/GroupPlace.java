package io.gridfleet.lb.store.statement;

import java.util.Comparator;
import java.util.Optional;

/**
 * Where an operation stands in the transaction of a group: locks of rows are taken in this order by
 * every group of every replica, so that no two of them wait for each other.
 *
 * <p>What two replicas can wait for at all is, in this order: a request's key; a run that is being
 * ended; the id of a session (two nodes may assign the same one); the table of reservations; a
 * tenant; a free slot; the avoidance of a device; a live session. Other rows are locked by the
 * replica only that holds their device's lock, whose operations run one after another. The ranks
 * are in that order, and operations of one rank are ordered by their key.
 *
 * @param tenant one with a quota, for {@link Rank#LOCK}, as a text that every database accepts
 */
public record GroupPlace(Rank rank, String key, Optional<String> tenant)
    implements Comparable<GroupPlace> {

  /** What an operation locks. */
  public enum Rank {
    /** Its own lock of a slot. */
    RELEASE,
    /** The row of a key under way, then that of its answer. */
    KEY,
    /** Its run, shared; its own lock of a slot; the id of its session. */
    PUBLICATION,
    /** The table of reservations, shared; its tenant; a free slot. */
    LOCK,
    AVOIDANCE,
    /** A live session, then its lock of a slot. */
    END,
    /** Nothing. */
    SIGNAL,
    /** Several rows: not part of a group. */
    ALONE
  }

  private static final Comparator<GroupPlace> ORDER =
      Comparator.comparing(GroupPlace::rank).thenComparing(GroupPlace::key);

  /** Rows by which an operation can't be ordered among others. */
  public static final GroupPlace ALONE = of(Rank.ALONE, "");

  public static GroupPlace of(Rank rank, String key) {
    return new GroupPlace(rank, key, Optional.empty());
  }

  @Override
  public int compareTo(GroupPlace other) {
    return ORDER.compare(this, other);
  }
}

package io.gridfleet.lb.ui;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** What all replicas must know of sign-ins; implemented by the store. */
public interface SignInRecords {

  /**
   * Returns the key that signs cookies.
   *
   * @param fresh a random key that becomes the key if there is none
   */
  CompletionStage<byte[]> key(byte[] fresh);

  /** Records that a sign-in was ended before it expires. */
  CompletionStage<Void> end(String id, Instant expires);

  /** Returns the recorded sign-ins that would not have expired yet, with their expiry. */
  CompletionStage<Map<String, Instant>> ended(int most);
}

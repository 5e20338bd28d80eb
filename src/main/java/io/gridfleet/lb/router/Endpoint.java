package io.gridfleet.lb.router;

import java.util.Optional;

/** A handler of requests that aren't relayed. */
@FunctionalInterface
public interface Endpoint {
  /**
   * Handles a request. Called on the client's event loop; must not block, and may answer the
   * exchange later.
   */
  void handle(Exchange exchange);

  /**
   * Returns the refusal of a request by its head, if any: then its body isn't aggregated, and
   * {@link #handle} isn't called. Must not block.
   */
  default Optional<EndpointAnswer> refusal(Exchange exchange) {
    return Optional.empty();
  }
}

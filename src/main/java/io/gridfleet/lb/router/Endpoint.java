package io.gridfleet.lb.router;

import java.util.Optional;

/** Answers one kind of request that isn't relayed. */
@FunctionalInterface
public interface Endpoint {
  /** Called on the client's event loop; must not block, and answers the exchange in its time. */
  void handle(Exchange exchange);

  /**
   * What a request is refused with by its head: its body isn't gathered, and {@link #handle} isn't
   * called. Must not block.
   */
  default Optional<EndpointAnswer> refusal(Exchange exchange) {
    return Optional.empty();
  }
}

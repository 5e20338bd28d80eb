package io.gridfleet.lb.distributor;

import java.util.List;
import java.util.Optional;

/**
 * What requests must have in common to be answered alike.
 *
 * @param reader whose names the answer may contain, see {@link SeatInhibitors#of}
 */
record Asked(List<Question> questions, Optional<String> reader) {
  static Asked by(Order order) {
    return new Asked(order.questions(), order.quota().reader());
  }
}

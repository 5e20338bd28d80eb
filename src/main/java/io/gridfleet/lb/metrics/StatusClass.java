package io.gridfleet.lb.metrics;

/** The first digit of an HTTP status, as a label. */
enum StatusClass {
  /** The client got no status. */
  NONE("none"),
  INFORMATION("1xx"),
  SUCCESS("2xx"),
  REDIRECT("3xx"),
  CLIENT_ERROR("4xx"),
  SERVER_ERROR("5xx");

  private static final StatusClass[] BY_DIGIT = values();

  private final String label;

  StatusClass(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  static StatusClass of(int status) {
    int digit = status / 100;
    return digit < BY_DIGIT.length && digit > 0 ? BY_DIGIT[digit] : NONE;
  }
}

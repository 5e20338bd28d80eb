package io.gridfleet.lb.config;

import io.gridfleet.lb.config.Yaml.Scalar;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Single values by their type. A parser reports an invalid text by an {@link
 * IllegalArgumentException} whose message follows "must be". Any type with a static {@code
 * parse(String)} of its own is supported.
 */
final class Scalars {
  private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]{1,18}");

  private static final int MAX_PORT = 65_535;

  private static final Set<Class<?>> KNOWN =
      Set.of(String.class, Duration.class, URI.class, Path.class, FileGlob.class);

  /** The static {@code parse(String)} of a type, if it has one. */
  private static final ClassValue<Optional<Method>> PARSERS =
      new ClassValue<>() {
        @Override
        protected Optional<Method> computeValue(Class<?> type) {
          return parser(type);
        }
      };

  private Scalars() {}

  static boolean isScalar(Class<?> type) {
    return type.isPrimitive()
        || type.isEnum()
        || KNOWN.contains(type)
        || PARSERS.get(type).isPresent();
  }

  static Object parse(Class<?> type, Scalar scalar) {
    String text = scalar.text();
    if (type == String.class) {
      return text;
    }
    if (type == boolean.class) {
      return bool(text);
    }
    if (type == int.class) {
      return Math.toIntExact(whole(text, Integer.MIN_VALUE, Integer.MAX_VALUE));
    }
    if (type == long.class) {
      return whole(text, Long.MIN_VALUE, Long.MAX_VALUE);
    }
    if (type == Duration.class) {
      return Durations.parse(text);
    }
    if (type == URI.class) {
      return url(text);
    }
    if (type == Path.class) {
      return scalar.place().directory().resolve(text);
    }
    if (type == FileGlob.class) {
      return FileGlob.of(scalar.place().directory(), text);
    }
    return type.isEnum() ? choice(type, text) : parsed(type, text);
  }

  /** The text for a constant of an enum: {@code SET_UP} is written {@code set-up}. */
  static String word(Object constant) {
    return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static boolean bool(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "true", "yes", "on" -> true;
      case "false", "no", "off" -> false;
      default -> throw new IllegalArgumentException("true or false");
    };
  }

  private static long whole(String text, long least, long most) {
    if (WHOLE.matcher(text.strip()).matches()) {
      long value = Long.parseLong(text.strip());
      if (value >= least && value <= most) {
        return value;
      }
    }
    throw new IllegalArgumentException("a whole number");
  }

  private static URI url(String text) {
    String expected = "a url such as http://10.0.0.7:4723/wd/hub";
    URI url;
    try {
      url = URI.create(text.strip());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(expected, e);
    }
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    boolean reachable = url.getHost() != null && url.getPort() != 0 && url.getPort() <= MAX_PORT;
    if (!List.of("http", "https").contains(scheme) || !reachable) {
      throw new IllegalArgumentException(expected);
    }
    if (url.getUserInfo() != null || url.getQuery() != null || url.getFragment() != null) {
      throw new IllegalArgumentException(expected + ", without user, query and fragment");
    }
    return url;
  }

  private static Object choice(Class<?> type, String text) {
    List<String> words = new ArrayList<>();
    for (Object constant : type.getEnumConstants()) {
      words.add(word(constant));
      if (word(constant).equalsIgnoreCase(text.strip().replace('_', '-'))) {
        return constant;
      }
    }
    throw new IllegalArgumentException("one of " + String.join(", ", words));
  }

  private static Object parsed(Class<?> type, String text) {
    Method parser =
        PARSERS.get(type).orElseThrow(() -> new IllegalStateException("no way to read " + type));
    try {
      return parser.invoke(null, text);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IllegalArgumentException(String.valueOf(cause.getMessage()), cause);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(type + " must be public", e);
    }
  }

  private static Optional<Method> parser(Class<?> type) {
    try {
      Method method = type.getMethod("parse", String.class);
      boolean fits = Modifier.isStatic(method.getModifiers()) && type == method.getReturnType();
      return fits ? Optional.of(method) : Optional.empty();
    } catch (NoSuchMethodException e) {
      return Optional.empty();
    }
  }
}

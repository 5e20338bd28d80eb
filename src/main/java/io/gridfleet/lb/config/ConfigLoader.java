package io.gridfleet.lb.config;

import io.gridfleet.lb.config.Yaml.Mapping;
import io.gridfleet.lb.config.Yaml.Scalar;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads a configuration record. The environment ({@code GRIDFLEET_LB_LISTEN}, {@code
 * GRIDFLEET_LB_NEW_SESSION_MAX_WAIT}) takes precedence over the YAML file, the flags of the command
 * line over both. Reads once; used by one thread.
 */
public final class ConfigLoader<T extends Record> {
  private final Class<T> type;
  private final List<ConfigProblem> problems = new ArrayList<>();
  private final List<ConfigProblem> warnings = new ArrayList<>();
  private Mapping file = Mapping.empty(SourceLocation.outside("configuration"));
  private Map<String, String> environment = Map.of();
  private Map<String, String> flags = Map.of();
  private Map<String, String> fallbacks = Map.of();

  private ConfigLoader(Class<T> type) {
    this.type = type;
  }

  public static <T extends Record> ConfigLoader<T> of(Class<T> type) {
    return new ConfigLoader<>(type);
  }

  /** The record as it is when nothing is configured. */
  public static <T extends Record> T defaults(Class<T> type) {
    return of(type).load().value();
  }

  /** Reads a file; relative paths in it start from its folder. */
  public ConfigLoader<T> file(Path path) {
    try {
      return content(path, Files.readAllBytes(path));
    } catch (IOException e) {
      problems.add(new ConfigProblem(path.toString(), 0, 0, ReadErrors.why(e)));
      return this;
    }
  }

  /** The same for a file whose bytes were read already. */
  ConfigLoader<T> content(Path path, byte[] bytes) {
    String name = path.toString();
    Path parent = path.getParent();
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      file = YamlReader.read(name, parent == null ? Path.of("") : parent, text, problems::add);
    } catch (CharacterCodingException e) {
      problems.add(new ConfigProblem(name, 0, 0, ReadErrors.why(e)));
    }
    return this;
  }

  /** Reads a text as if it stood in a file of that name in the current folder. */
  public ConfigLoader<T> text(String name, String text) {
    file = YamlReader.read(name, Path.of(""), text, problems::add);
    return this;
  }

  public ConfigLoader<T> environment(Map<String, String> variables) {
    environment = new TreeMap<>(variables);
    return this;
  }

  /** Values by their keys, such as {@code listen} or {@code newSession.maxWait}. */
  public ConfigLoader<T> flags(Map<String, String> values) {
    flags = Map.copyOf(values);
    return this;
  }

  /** Default values, by key, for keys that neither file nor environment nor flags set. */
  public ConfigLoader<T> fallbacks(Map<String, String> values) {
    fallbacks = Map.copyOf(values);
    return this;
  }

  /**
   * The record.
   *
   * @throws ConfigException with every problem, if there is one
   */
  public LoadedConfig<T> load() {
    OverrideLayers layers = new OverrideLayers(type);
    Mapping tree = file;
    for (Map.Entry<String, String> fallback : new TreeMap<>(fallbacks).entrySet()) {
      Scalar value = new Scalar(file.place(), fallback.getValue(), true);
      tree = layers.withUnlessSaid(tree, fallback.getKey(), value);
    }
    tree = layers.withEnvironment(tree, environment, warnings::add);
    for (Map.Entry<String, String> flag : new TreeMap<>(flags).entrySet()) {
      SourceLocation place = SourceLocation.outside("command line");
      tree = layers.with(tree, flag.getKey(), new Scalar(place, flag.getValue(), true));
    }
    Object made = new Binder(problems::add, environment::get).record(type, tree, "");
    if (!problems.isEmpty() || made == null) {
      throw new ConfigException(problems);
    }
    return new LoadedConfig<>(type.cast(made), warnings, new KeyLines(tree));
  }
}

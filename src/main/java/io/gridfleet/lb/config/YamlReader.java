package io.gridfleet.lb.config;

import io.gridfleet.lb.config.Yaml.Mapping;
import io.gridfleet.lb.config.Yaml.Member;
import io.gridfleet.lb.config.Yaml.Scalar;
import io.gridfleet.lb.config.Yaml.Sequence;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;

/**
 * Reads one YAML document into a {@link Yaml} tree; anchors, aliases and merge keys included. It
 * takes the events of the parser, without a tree of the library in between.
 */
final class YamlReader {
  /** A file of 10 000 devices has about four million characters. */
  private static final int MAX_CHARACTERS = 64 * 1024 * 1024;

  /** A device's capabilities are about six deep. */
  private static final int DEEPEST = 50;

  /** Each device of a large lab may share its tags by an alias. */
  private static final int MAX_ALIASES = 100_000;

  /** How many values all aliases repeat: 50 000 devices may share 200 each. */
  private static final long MAX_REPEATED = 10_000_000;

  private static final String MERGE = "<<";
  private static final String TEXT_TAG = "tag:yaml.org,2002:str";

  private final String file;
  private final Path directory;

  /** Those of a document that can be read. */
  private final List<ConfigProblem> problems = new ArrayList<>();

  private final Iterator<Event> events;
  private final Map<String, String> texts = new HashMap<>();
  private final Map<String, Anchored> anchors = new HashMap<>();

  /** The places of values with an anchor that aren't read to their end. */
  private final Map<String, SourceLocation> open = new HashMap<>();

  private int aliases;

  /** The values so far, those that aliases repeat included. */
  private long values;

  private long repeatedValues;

  /** How deep the deepest of the values being read is. */
  private int deepest;

  /**
   * A value with an anchor.
   *
   * @param values how many it is, with those in it
   * @param height how much deeper than itself the deepest of these is
   */
  private record Anchored(Yaml value, long values, int height) {}

  private YamlReader(String file, Path directory, String text) {
    this.file = file;
    this.directory = directory;
    this.events = new org.yaml.snakeyaml.Yaml(options()).parse(new StringReader(text)).iterator();
  }

  /** Returns the document; an empty one, or one that can't be read, is a section without keys. */
  static Mapping read(String file, Path directory, String text, Consumer<ConfigProblem> problems) {
    SourceLocation start = new SourceLocation(file, directory, 1, 1);
    try {
      YamlReader reader = new YamlReader(file, directory, text);
      Mapping read = reader.document(start);
      reader.problems.forEach(problems);
      return read;
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark();
      SourceLocation place = mark == null ? start : place(file, directory, mark);
      problems.accept(ConfigProblem.at(place, "not valid YAML: " + words(e)));
    } catch (YAMLException e) {
      String words = String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
      problems.accept(ConfigProblem.at(start, "not valid YAML: " + words));
    } catch (ConfigException e) {
      e.problems().forEach(problems);
    }
    return Mapping.empty(start);
  }

  private Mapping document(SourceLocation start) {
    events.next(); // of the stream
    if (events.next().is(Event.ID.StreamEnd)) {
      return Mapping.empty(start);
    }
    Yaml tree = value(events.next(), 0);
    events.next(); // the document's end
    Event end = events.next();
    if (!end.is(Event.ID.StreamEnd)) {
      throw invalid(end, "expected a single document in the stream: but found another document");
    }
    if (tree instanceof Mapping mapping) {
      return mapping;
    }
    if (!(tree instanceof Scalar scalar && scalar.isNull())) {
      problem(tree.place(), "a configuration is a section with keys, not " + tree.kind());
    }
    return Mapping.empty(start);
  }

  private static String words(MarkedYAMLException e) {
    String what = e.getProblem() == null ? "" : e.getProblem();
    return (e.getContext() == null ? what : e.getContext() + ": " + what).replaceAll("\\s+", " ");
  }

  private ConfigException invalid(Event event, String words) {
    return new ConfigException(List.of(ConfigProblem.at(place(event), "not valid YAML: " + words)));
  }

  private static LoaderOptions options() {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_CHARACTERS);
    return options;
  }

  /** The value that begins with this event. */
  private Yaml value(Event event, int depth) {
    if (event instanceof AliasEvent alias) {
      return repeated(alias, depth);
    }
    reached(depth);
    values++;
    SourceLocation place = place(event);
    String anchor = ((NodeEvent) event).getAnchor();
    if (anchor == null) {
      return content(event, place, depth);
    }
    return anchored(anchor, event, place, depth);
  }

  /** An anchor of the same name inside of the value is the one that later aliases mean. */
  private Yaml anchored(String anchor, Event event, SourceLocation place, int depth) {
    anchors.remove(anchor);
    open.put(anchor, place);
    long before = values;
    int deepestBefore = deepest;
    deepest = depth;
    Yaml read = content(event, place, depth);
    if (open.remove(anchor, place)) {
      anchors.put(anchor, new Anchored(read, values - before + 1, deepest - depth));
    }
    deepest = Math.max(deepest, deepestBefore);
    return read;
  }

  private void reached(int depth) {
    if (depth > DEEPEST) {
      throw new YAMLException("Nesting Depth exceeded max " + DEEPEST);
    }
    deepest = Math.max(deepest, depth);
  }

  private Yaml content(Event event, SourceLocation place, int depth) {
    if (event instanceof ScalarEvent scalar) {
      boolean plain = scalar.isPlain() && !TEXT_TAG.equals(scalar.getTag());
      return new Scalar(place, shared(scalar.getValue()), plain);
    }
    return event instanceof MappingStartEvent
        ? new Mapping(place, members(depth + 1))
        : new Sequence(place, items(depth + 1));
  }

  private Yaml repeated(AliasEvent alias, int depth) {
    SourceLocation inside = open.get(alias.getAnchor());
    if (inside != null) {
      problem(inside, "an alias stands inside of what it repeats");
      return new Scalar(inside, "", true);
    }
    Anchored known = anchors.get(alias.getAnchor());
    if (known == null) {
      throw invalid(alias, "found undefined alias " + alias.getAnchor());
    }
    if (!(known.value() instanceof Scalar) && ++aliases > MAX_ALIASES) {
      throw new YAMLException(
          "Number of aliases for non-scalar nodes exceeds the specified max=" + MAX_ALIASES);
    }
    reached(depth + known.height());
    values += known.values();
    repeatedValues += known.values();
    if (repeatedValues > MAX_REPEATED) {
      throw invalid(alias, "aliases repeat more than %,d values".formatted(MAX_REPEATED));
    }
    return known.value();
  }

  private List<Yaml> items(int depth) {
    List<Yaml> items = new ArrayList<>();
    for (Event event = events.next(); !event.is(Event.ID.SequenceEnd); event = events.next()) {
      items.add(value(event, depth));
    }
    return Collections.unmodifiableList(items);
  }

  private Map<String, Member> members(int depth) {
    Map<String, Member> members = new LinkedHashMap<>();
    List<Yaml> merged = new ArrayList<>();
    for (Event event = events.next(); !event.is(Event.ID.MappingEnd); event = events.next()) {
      Yaml key = value(event, depth);
      Yaml value = value(events.next(), depth);
      if (!(key instanceof Scalar name)) {
        problem(key.place(), "a key must be a single word");
      } else if (name.text().equals(MERGE) && name.plain()) {
        merged.add(value);
      } else {
        add(name, value, members);
      }
    }
    merged.forEach(source -> merge(source, members));
    return members;
  }

  private void add(Scalar key, Yaml value, Map<String, Member> members) {
    Member earlier = members.put(key.text(), new Member(key.place(), value));
    if (earlier != null) {
      problem(
          key.place(),
          "'%s' stands twice, first in line %d".formatted(key.text(), earlier.key().line()));
    }
  }

  /** Equal texts of a document are one object: devices have the same keys, and few values. */
  private String shared(String text) {
    String known = texts.putIfAbsent(text, text);
    return known == null ? text : known;
  }

  private void merge(Yaml source, Map<String, Member> members) {
    if (source instanceof Mapping mapping) {
      mapping.members().forEach(members::putIfAbsent);
    } else if (source instanceof Sequence sequence) {
      sequence.items().forEach(item -> merge(item, members));
    } else {
      problem(source.place(), "'<<' takes sections with keys");
    }
  }

  private SourceLocation place(Event event) {
    return place(file, directory, event.getStartMark());
  }

  private static SourceLocation place(String file, Path directory, Mark mark) {
    return new SourceLocation(file, directory, mark.getLine() + 1, mark.getColumn() + 1);
  }

  private void problem(SourceLocation place, String message) {
    problems.add(ConfigProblem.at(place, message));
  }
}

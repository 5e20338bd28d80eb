package io.gridfleet.lb.config;

import io.gridfleet.lb.config.Yaml.Mapping;
import io.gridfleet.lb.config.Yaml.Member;
import io.gridfleet.lb.config.Yaml.Scalar;
import io.gridfleet.lb.config.Yaml.Sequence;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Reads one YAML document into a {@link Yaml} tree; anchors, aliases and merge keys included. */
final class YamlReader {
  /** A file of 10 000 devices has about four million characters. */
  private static final int MAX_CHARACTERS = 64 * 1024 * 1024;

  /** A device's capabilities are about six deep. */
  private static final int DEEPEST = 50;

  /** Each device of a large lab may share its tags by an alias. */
  private static final int MAX_ALIASES = 100_000;

  private static final String MERGE = "<<";

  private final String file;
  private final Path directory;
  private final Consumer<ConfigProblem> problems;
  private final IdentityHashMap<Node, Yaml> known = new IdentityHashMap<>();
  private final Map<String, String> texts = new HashMap<>();
  private final IdentityHashMap<Node, Boolean> open = new IdentityHashMap<>();

  private YamlReader(String file, Path directory, Consumer<ConfigProblem> problems) {
    this.file = file;
    this.directory = directory;
    this.problems = problems;
  }

  /** Returns the document; an empty one, or one that can't be read, is a section without keys. */
  static Mapping read(String file, Path directory, String text, Consumer<ConfigProblem> problems) {
    return new YamlReader(file, directory, problems).document(text);
  }

  private Mapping document(String text) {
    SourceLocation start = new SourceLocation(file, directory, 1, 1);
    try {
      Node root = new org.yaml.snakeyaml.Yaml(options()).compose(new StringReader(text));
      Yaml tree = root == null ? Mapping.empty(start) : convert(root);
      if (tree instanceof Mapping mapping) {
        return mapping;
      }
      if (!(tree instanceof Scalar scalar && scalar.isNull())) {
        problem(tree.place(), "a configuration is a section with keys, not " + tree.kind());
      }
    } catch (MarkedYAMLException e) {
      SourceLocation place = e.getProblemMark() == null ? start : place(e.getProblemMark());
      problem(place, "not valid YAML: " + words(e));
    } catch (YAMLException e) {
      problem(start, "not valid YAML: " + String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
    }
    return Mapping.empty(start);
  }

  private static String words(MarkedYAMLException e) {
    String what = e.getProblem() == null ? "" : e.getProblem();
    return (e.getContext() == null ? what : e.getContext() + ": " + what).replaceAll("\\s+", " ");
  }

  private static LoaderOptions options() {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_CHARACTERS);
    options.setNestingDepthLimit(DEEPEST);
    options.setMaxAliasesForCollections(MAX_ALIASES);
    return options;
  }

  private Yaml convert(Node node) {
    Yaml done = known.get(node);
    if (done != null) {
      return done;
    }
    SourceLocation place = place(node.getStartMark());
    if (open.put(node, true) != null) {
      problem(place, "an alias stands inside of what it repeats");
      return new Scalar(place, "", true);
    }
    Yaml made = converted(node, place);
    open.remove(node);
    known.put(node, made);
    return made;
  }

  private Yaml converted(Node node, SourceLocation place) {
    if (node instanceof SequenceNode sequence) {
      List<Yaml> items = new ArrayList<>();
      sequence.getValue().forEach(item -> items.add(convert(item)));
      return new Sequence(place, List.copyOf(items));
    }
    if (node instanceof MappingNode mapping) {
      return new Mapping(place, members(mapping));
    }
    ScalarNode scalar = (ScalarNode) node;
    return new Scalar(
        place, shared(scalar.getValue()), scalar.getScalarStyle() == ScalarStyle.PLAIN);
  }

  private Map<String, Member> members(MappingNode mapping) {
    Map<String, Member> members = new LinkedHashMap<>();
    List<Yaml> merged = new ArrayList<>();
    for (NodeTuple tuple : mapping.getValue()) {
      SourceLocation place = place(tuple.getKeyNode().getStartMark());
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        problem(place, "a key must be a single word");
      } else if (key.getValue().equals(MERGE) && key.getScalarStyle() == ScalarStyle.PLAIN) {
        merged.add(convert(tuple.getValueNode()));
      } else {
        Member earlier = members.get(key.getValue());
        if (earlier != null) {
          problem(
              place,
              "'%s' stands twice, first in line %d"
                  .formatted(key.getValue(), earlier.key().line()));
        }
        members.put(shared(key.getValue()), new Member(place, convert(tuple.getValueNode())));
      }
    }
    merged.forEach(source -> merge(source, members));
    return members;
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

  private SourceLocation place(@Nullable Mark mark) {
    return mark == null
        ? new SourceLocation(file, directory, 1, 1)
        : new SourceLocation(file, directory, mark.getLine() + 1, mark.getColumn() + 1);
  }

  private void problem(SourceLocation place, String message) {
    problems.accept(ConfigProblem.at(place, message));
  }
}

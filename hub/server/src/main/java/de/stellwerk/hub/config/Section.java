package de.stellwerk.hub.config;

import de.stellwerk.hub.config.Problems.Place;
import de.stellwerk.hub.settings.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * One mapping of a file, read strictly. A value that is wrong or missing is reported, and the reader goes on with the fallback, so that
 * everything wrong is found in one pass; what was read is thrown away then.
 */
final class Section {

    static final String NAME = "[a-z][a-z0-9-]{0,62}";
    private static final String NAME_FORM = "a-z, 0-9, -";
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofDays(365);

    /** What all sections of one reading share. */
    record Reading(Values values, Problems problems) {}

    /** A value, and where it stands. */
    record Value(String text, Place place) {}

    private final YamlFile file;
    private final Place place;
    private final Reading reading;
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final Map<String, Place> keys = new LinkedHashMap<>();

    /** A section whose keys are the reader's. */
    Section(YamlFile file, MappingNode node, Set<String> known, Reading reading) {
        this(file, node, reading);
        for (var key : List.copyOf(nodes.keySet())) {
            if (!known.contains(key)) {
                report(ProblemCode.UNKNOWN_KEY, keyPlace(key), key, String.join(", ", new TreeSet<>(known)));
                nodes.remove(key);
            }
        }
    }

    /** A section whose keys are names somebody chose. */
    Section(YamlFile file, MappingNode node, Reading reading) {
        this.file = file;
        this.place = file.place(node);
        this.reading = reading;
        for (var tuple : node.getValue()) {
            add(tuple);
        }
    }

    private void add(NodeTuple tuple) {
        var at = file.place(tuple.getKeyNode());
        if (!(tuple.getKeyNode() instanceof ScalarNode scalar)) {
            report(ProblemCode.SHAPE, at, "?", "key: value");
            return;
        }
        var key = scalar.getValue();
        var earlier = keys.putIfAbsent(key, at);
        if (earlier != null) {
            report(ProblemCode.DUPLICATE_KEY, at, key, String.valueOf(earlier.line()));
            return;
        }
        nodes.put(key, tuple.getValueNode());
    }

    Place place() {
        return place;
    }

    Set<String> keys() {
        return Set.copyOf(nodes.keySet());
    }

    /** The keys, each of which must be a name of lower-case letters, digits and dashes. */
    List<String> checkedNames() {
        var good = new ArrayList<String>();
        for (var key : nodes.keySet()) {
            if (key.matches(NAME)) {
                good.add(key);
            } else {
                report(ProblemCode.NAME, keyPlace(key), key, NAME_FORM);
            }
        }
        return good;
    }

    Optional<Value> value(String key) {
        return anyText(key).filter(value -> {
            if (value.text().isBlank()) {
                report(ProblemCode.EMPTY, value.place(), key, "");
            }
            return !value.text().isBlank();
        });
    }

    /** A value that may be the empty text. */
    Optional<Value> anyText(String key) {
        return node(key).flatMap(node -> {
            if (!(node instanceof ScalarNode scalar)) {
                report(ProblemCode.SHAPE, file.place(node), key, "text");
                return Optional.empty();
            }
            var at = file.place(node);
            return reading.values.filled(scalar.getValue(), at).map(filled -> new Value(filled, at));
        });
    }

    Optional<Value> required(String key) {
        if (!nodes.containsKey(key)) {
            report(ProblemCode.MISSING_KEY, place, "", key);
            return Optional.empty();
        }
        return value(key);
    }

    String text(String key, String fallback) {
        return value(key).map(Value::text).orElse(fallback);
    }

    String requiredText(String key) {
        return required(key).map(Value::text).orElse("");
    }

    /** A required name of lower-case letters, digits and dashes. */
    String requiredName(String key) {
        var value = required(key);
        value.filter(name -> !name.text().matches(NAME))
                .ifPresent(name -> report(ProblemCode.NAME, name.place(), name.text(), NAME_FORM));
        return value.map(Value::text).orElse("");
    }

    int number(String key, int fallback, int least, int most) {
        var value = value(key);
        if (value.isEmpty()) {
            return fallback;
        }
        var text = value.get().text();
        if (text.matches("[0-9]{1,9}")) {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        }
        report(ProblemCode.NUMBER, value.get().place(), text, least + "–" + most);
        return fallback;
    }

    Duration duration(String key, Duration fallback) {
        var value = value(key);
        if (value.isEmpty()) {
            return fallback;
        }
        var duration = Durations.parse(value.get().text());
        if (duration.isPresent()
                && duration.get().compareTo(SHORTEST) >= 0
                && duration.get().compareTo(LONGEST) <= 0) {
            return duration.get();
        }
        report(ProblemCode.DURATION, value.get().place(), value.get().text(), "100ms–365d: 500ms, 30s, 5m, 2h, 1d");
        return fallback;
    }

    long size(String key, long fallback, long most) {
        return size(key, fallback, 1, most);
    }

    long size(String key, long fallback, long least, long most) {
        var value = value(key);
        if (value.isEmpty()) {
            return fallback;
        }
        var size = Values.size(value.get().text());
        if (size.isPresent() && size.get() >= least && size.get() <= most) {
            return size.get();
        }
        report(
                ProblemCode.SIZE,
                value.get().place(),
                value.get().text(),
                least + "–" + most + " B: 100 B, 64 KiB, 16 MiB, 1 GiB");
        return fallback;
    }

    /** What stands there as it is written, and where; a reference to a secret without its name. */
    Origin.Written written(String key) {
        var at = node(key).map(file::place).orElse(keyPlace(key));
        var text = nodes.get(key) instanceof ScalarNode scalar ? scalar.getValue() : "{ secret: … }";
        return new Origin.Written(text, at.line(), at.column());
    }

    /** A value that must be a reference: {@code { secret: name }}. */
    String requiredSecret(String key) {
        if (!nodes.containsKey(key)) {
            report(ProblemCode.MISSING_KEY, place, "", key);
            return "";
        }
        return node(key)
                .flatMap(node -> {
                    if (node instanceof MappingNode mapping) {
                        return secret(mapping);
                    }
                    report(ProblemCode.SECRET_LITERAL, file.place(node), key, "{ secret: name }");
                    return Optional.empty();
                })
                .orElse("");
    }

    /** True if the value is written as a reference to a secret, right or wrong. */
    boolean isReference(String key) {
        return nodes.get(key) instanceof MappingNode;
    }

    private Optional<String> secret(MappingNode mapping) {
        var reference = new Section(file, mapping, ConfigKeys.SECRET, reading);
        return reference.required("secret").flatMap(name -> reading.values.secret(name.text(), name.place()));
    }

    Optional<Section> section(String key, Set<String> known) {
        return mapping(key).map(node -> new Section(file, node, known, reading));
    }

    /** A section whose keys are names somebody chose. */
    Optional<Section> section(String key) {
        return mapping(key).map(node -> new Section(file, node, reading));
    }

    List<Section> list(String key, Set<String> known) {
        var node = node(key);
        if (node.isEmpty()) {
            return List.of();
        }
        if (!(node.get() instanceof SequenceNode sequence)) {
            report(ProblemCode.SHAPE, file.place(node.get()), key, "- key: value");
            return List.of();
        }
        var sections = new ArrayList<Section>();
        for (var item : sequence.getValue()) {
            if (item instanceof MappingNode mapping) {
                sections.add(new Section(file, mapping, known, reading));
            } else {
                report(ProblemCode.SHAPE, file.place(item), key, "- key: value");
            }
        }
        return sections;
    }

    /** A list of texts. */
    List<String> texts(String key) {
        var node = node(key);
        if (node.isEmpty()) {
            return List.of();
        }
        if (!(node.get() instanceof SequenceNode sequence)) {
            report(ProblemCode.SHAPE, file.place(node.get()), key, "[a, b]");
            return List.of();
        }
        var texts = new ArrayList<String>();
        for (var item : sequence.getValue()) {
            if (item instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
                texts.add(scalar.getValue());
            } else {
                report(ProblemCode.SHAPE, file.place(item), key, "[a, b]");
            }
        }
        return texts;
    }

    private Optional<MappingNode> mapping(String key) {
        return node(key).flatMap(node -> {
            if (node instanceof MappingNode mapping) {
                return Optional.of(mapping);
            }
            report(ProblemCode.SHAPE, file.place(node), key, "key: value");
            return Optional.empty();
        });
    }

    void report(ProblemCode code, Place at, String found, String expected) {
        reading.problems.add(code, at, found, expected);
    }

    private Optional<Node> node(String key) {
        return Optional.ofNullable(nodes.get(key));
    }

    private Place keyPlace(String key) {
        return keys.getOrDefault(key, place);
    }
}

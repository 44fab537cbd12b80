package de.stellwerk.hub.config;

import de.stellwerk.hub.config.Problems.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * One YAML file as nodes. Nothing is converted: every scalar stays the text it was written as, because {@code 01001000} is an AGS and
 * not an octal number. Only plain YAML is taken: one document, no aliases, no tags, 1 MiB, 16 levels.
 */
final class YamlFile {

    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_DEPTH = 16;

    private static final LoadSettings SETTINGS =
            LoadSettings.builder().setUseMarks(true).setAllowDuplicateKeys(true).build();

    private final Path path;
    private final String name;
    private final Problems problems;

    YamlFile(Path path, String name, Problems problems) {
        this.path = path;
        this.name = name;
        this.problems = problems;
    }

    /** The mapping at the top, unless the file is so broken that nothing can be said about its keys. */
    Optional<MappingNode> top() {
        return text().flatMap(this::top);
    }

    /** The same of a text that lies in no file. */
    Optional<MappingNode> top(String text) {
        try {
            if (!isPlain(text)) {
                return Optional.empty();
            }
            var node = new Compose(SETTINGS).composeString(text);
            if (node.isPresent() && node.get() instanceof MappingNode mapping) {
                return Optional.of(mapping);
            }
            var place = node.map(this::place).orElse(Place.file(name));
            problems.add(ProblemCode.SHAPE, place, name, "key: value");
            return Optional.empty();
        } catch (MarkedYamlEngineException e) {
            problems.add(ProblemCode.YAML, place(e.getProblemMark()), e.getProblem(), "YAML 1.2");
            return Optional.empty();
        } catch (YamlEngineException e) {
            problems.add(ProblemCode.YAML, Place.file(name), String.valueOf(e.getMessage()), "YAML 1.2");
            return Optional.empty();
        }
    }

    Place place(Node node) {
        return place(node.getStartMark());
    }

    private Place place(Optional<Mark> mark) {
        return mark.map(at -> new Place(name, at.getLine() + 1, at.getColumn() + 1))
                .orElse(Place.file(name));
    }

    private Optional<String> text() {
        try (var in = Files.newInputStream(path)) {
            var bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                problems.add(ProblemCode.TOO_LARGE, Place.file(name), "", "1 MiB");
                return Optional.empty();
            }
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            problems.add(ProblemCode.ENCODING, Place.file(name), "", "UTF-8");
            return Optional.empty();
        } catch (IOException e) {
            problems.add(ProblemCode.UNREADABLE, Place.file(name), e.getClass().getSimpleName(), "");
            return Optional.empty();
        }
    }

    /** Looks at the events, which come one by one, before nodes are composed, which recurses. */
    private boolean isPlain(String text) {
        boolean plain = true;
        int depth = 0;
        int documents = 0;
        for (var event : new Parse(SETTINGS).parseString(text)) {
            if (event instanceof DocumentStartEvent && ++documents == 2) {
                problems.add(ProblemCode.DOCUMENTS, place(event.getStartMark()), "", "");
                return false;
            }
            if (event instanceof NodeEvent node
                    && (event instanceof AliasEvent || node.getAnchor().isPresent())) {
                problems.add(ProblemCode.ALIAS, place(event.getStartMark()), "", "");
                plain = false;
            }
            var tag = tag(event);
            if (tag.isPresent()) {
                problems.add(ProblemCode.TAG, place(event.getStartMark()), tag.get(), "");
                plain = false;
            }
            if (event instanceof CollectionStartEvent && ++depth > MAX_DEPTH) {
                problems.add(ProblemCode.DEPTH, place(event.getStartMark()), "", String.valueOf(MAX_DEPTH));
                return false;
            }
            if (event instanceof CollectionEndEvent) {
                depth--;
            }
        }
        return plain;
    }

    private static Optional<String> tag(Event event) {
        if (event instanceof ScalarEvent scalar) {
            return scalar.getTag();
        }
        return event instanceof CollectionStartEvent collection ? collection.getTag() : Optional.empty();
    }
}

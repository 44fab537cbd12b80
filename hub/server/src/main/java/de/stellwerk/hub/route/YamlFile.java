package de.stellwerk.hub.route;

import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** Reads a YAML file into a {@link Tree}: plain YAML only, without anchors, aliases, tags of its own, merges and doubled names. */
final class YamlFile {

    private static final String FORM =
            "lines of the form 'name: value' or '- item', indented with spaces, text with special characters in quotes";
    private static final int DEPTH = 60;

    /** What a plain text, list or mapping gets by itself; {@code !!str} may be said. */
    private static final Set<Tag> TAGS = Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.SEQ, Tag.MAP);

    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setUseMarks(true)
            .setCodePointLimit(RouteFile.LARGEST_YAML)
            .setMaxAliasesForCollections(0)
            .build();

    private final String file;
    private final Problems problems;

    private YamlFile(String file, Problems problems) {
        this.file = file;
        this.problems = problems;
    }

    /** The document, or empty if there are problems. */
    static Optional<Tree> read(String file, byte[] bytes, Problems problems) {
        return new YamlFile(file, problems).read(bytes);
    }

    private Optional<Tree> read(byte[] bytes) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            problems.add(
                    "route.encoding", Place.top(file), "bytes that are not UTF-8", "a file saved with encoding UTF-8");
            return Optional.empty();
        }
        try {
            var reader = new StreamReader(SETTINGS, new StringReader(text));
            var root = new Composer(SETTINGS, new ParserImpl(SETTINGS, reader)).getSingleNode();
            if (root.isEmpty()) {
                problems.add("route.yaml", Place.top(file), "an empty file", "a list of routes: '- route:'");
                return Optional.empty();
            }
            var before = problems.size();
            var tree = tree(root.get(), 0);
            return problems.size() == before ? Optional.of(tree) : Optional.empty();
        } catch (MarkedYamlEngineException e) {
            var place =
                    e.getProblemMark().or(e::getContextMark).map(this::place).orElse(Place.top(file));
            problems.add("route.yaml", place, line(text, place) + " (" + e.getProblem() + ")", FORM);
        } catch (ReaderException e) {
            var before = text.substring(0, text.offsetByCodePoints(0, Math.min(e.getPosition(), text.length())));
            var start = before.lastIndexOf('\n') + 1;
            var place = new Place(
                    file, 1 + (int) before.chars().filter(c -> c == '\n').count(), before.length() - start + 1);
            problems.add(
                    "route.yaml", place, String.format("the character U+%04X", e.getCodePoint()), "printable text");
        } catch (YamlEngineException e) {
            problems.add("route.yaml", Place.top(file), "what is not YAML (" + e.getMessage() + ")", FORM);
        }
        return Optional.empty();
    }

    private static String line(String text, Place place) {
        return text.lines()
                .skip(place.line() - 1L)
                .findFirst()
                .map(Problems::quoted)
                .orElse("the end of the file");
    }

    private Tree tree(Node node, int depth) {
        var place = node.getStartMark().map(this::place).orElse(Place.top(file));
        if (node.getAnchor().isPresent())
            problems.add("route.yaml", place, "an anchor or alias", "the text written out: routes know no anchors");
        if (depth > DEPTH) {
            problems.add("route.yaml", place, "more than " + DEPTH + " levels", "fewer levels");
            return new Tree.Text(place, "");
        }
        if (!TAGS.contains(node.getTag()))
            problems.add(
                    "route.yaml",
                    place,
                    "the tag " + Problems.quoted(node.getTag().getValue()),
                    "no tag");
        if (node instanceof ScalarNode scalar) return new Tree.Text(place, scalar.getValue());
        if (node instanceof SequenceNode sequence) {
            var items = new ArrayList<Tree>();
            for (var item : sequence.getValue()) items.add(tree(item, depth + 1));
            return new Tree.Items(place, items);
        }
        var fields = new ArrayList<Tree.Field>();
        var names = new HashSet<String>();
        for (var tuple : ((MappingNode) node).getValue()) {
            var key = tuple.getKeyNode();
            var at = key.getStartMark().map(this::place).orElse(place);
            var name = key instanceof ScalarNode scalar ? scalar.getValue() : "";
            if (name.isEmpty()) problems.add("route.yaml", at, "a name that is not plain text", "a plain name");
            if (!names.add(name))
                problems.add("route.yaml", at, "the name '" + name + "' a second time", "each name once");
            fields.add(new Tree.Field(at, name, tree(tuple.getValueNode(), depth + 1)));
        }
        return new Tree.Fields(place, fields);
    }

    private Place place(Mark mark) {
        return new Place(file, mark.getLine() + 1, mark.getColumn() + 1);
    }
}

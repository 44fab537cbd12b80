package de.stellwerk.hub.validation;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.stellwerk.hub.gate.BadInput;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The elements of ISO 20022 messages and what stands in them, over all versions that are known: enough to find what is in none
 * of them. The schema of one version is stricter; it is used where it is given.
 *
 * <p>The resource has one line an element: its name, the elements that may stand in it, those that must, and its value, each
 * separated by a tab.
 */
final class Iso20022 {

    private static final Pattern DECIMAL = Pattern.compile("[+]?(?:[0-9]{1,18}(?:\\.[0-9]{0,17})?|\\.[0-9]{1,17})");
    private static final Pattern DATE =
            Pattern.compile("[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?:Z|[+-][0-9]{2}:[0-9]{2})?");
    private static final Pattern TIME = Pattern.compile("[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T"
            + "[0-2][0-9]:[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})?");

    private record Element(Set<String> children, Set<String> required, String value) {}

    private final Map<String, Element> elements;

    private Iso20022(Map<String, Element> elements) {
        this.elements = elements;
    }

    static Iso20022 of(String family) {
        var name = "/validation/iso20022-" + family + ".tsv";
        try (var in = Iso20022.class.getResourceAsStream(name)) {
            if (in == null) throw new IllegalStateException(name + " is not on the class path");
            var elements = new HashMap<String, Element>();
            new BufferedReader(new InputStreamReader(in, UTF_8)).lines().forEach(line -> {
                var cells = line.split("\t", -1);
                elements.put(cells[0], new Element(words(cells[1]), words(cells[2]), cells[3]));
            });
            return new Iso20022(elements);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> words(String cell) {
        return cell.isEmpty() ? Set.of() : Set.of(cell.split(" "));
    }

    /** Whether anything may stand in it. */
    boolean isOpen(String name) {
        var element = elements.get(name);
        return element != null && element.children.contains("*");
    }

    boolean mayHold(String parent, String child) {
        var element = elements.get(parent);
        return element != null && element.children.contains(child);
    }

    /** What is wrong with an element that ends here, as half a sentence; empty where nothing is. */
    String flaw(String name, Set<String> children, String text) {
        var element = elements.get(name);
        if (element == null) return "";
        if (children.isEmpty() && !element.value.isEmpty()) return flaw(element.value, text);
        if (!element.children.isEmpty() && !text.isBlank()) return "has text where elements must stand";
        for (var required : element.required) if (!children.contains(required)) return "lacks the element " + required;
        return "";
    }

    private static String flaw(String value, String text) {
        var kind = value.replaceFirst(" .*", "");
        var more = value.substring(Math.min(value.length(), kind.length() + 1));
        return switch (kind) {
            case "amount", "decimal" -> DECIMAL.matcher(text.strip()).matches() ? "" : "is not a decimal number";
            case "date" -> DATE.matcher(text.strip()).matches() ? "" : "is not a date";
            case "dateTime" -> TIME.matcher(text.strip()).matches() ? "" : "is not a date with a time";
            case "boolean" -> text.strip().matches("true|false|0|1") ? "" : "is neither true nor false";
            case "code" -> Set.of(more.split("\\|")).contains(text) ? "" : "is not one of the codes";
            default ->
                text.isEmpty()
                        ? "is empty"
                        : !more.isEmpty() && text.length() > Integer.parseInt(more)
                                ? "has more than " + more + " characters"
                                : "";
        };
    }

    static BadInput broken(String path, String flaw, int line, int column) {
        return new BadInput(
                "xml.schema",
                "The document does not keep to its message definition: " + path + " " + flaw
                        + ". Nothing was forwarded. Send a document as the definition describes it.",
                line,
                column);
    }
}

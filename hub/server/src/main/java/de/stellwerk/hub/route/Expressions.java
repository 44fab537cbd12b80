package de.stellwerk.hub.route;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.xml.XMLConstants;
import javax.xml.namespace.NamespaceContext;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import javax.xml.xpath.XPathFactoryConfigurationException;
import org.jspecify.annotations.Nullable;

/**
 * The languages of routes, and how much of each is allowed. Camel's Simple can call methods and read files, its XPath can call Simple
 * and read the environment: here both only look at the message.
 */
final class Expressions {

    /** What an expression is for. */
    enum Use {
        /** Gives a text. */
        VALUE(List.of("constant", "simple", "xpath")),
        /** Gives yes or no. */
        TEST(List.of("simple", "xpath")),
        /** Gives the parts of a body. */
        PARTS(List.of("xpath"));

        final List<String> languages;

        Use(List<String> languages) {
            this.languages = languages;
        }
    }

    static final String NAME = "[a-z][a-z0-9-]{0,62}";

    private static final List<String> LANGUAGES = List.of("constant", "simple", "xpath");

    private static final String SIMPLE_PART = "\\$\\{(?:header\\." + NAME + "|variable\\." + NAME + "|body)}";
    private static final Pattern SIMPLE_PARTS = Pattern.compile(SIMPLE_PART);

    /** In the rest of a text around {@code ${…}}: operators that Camel 4.22 would carry out, and everything that opens a function. */
    private static final Pattern SIMPLE_DANGER = Pattern.compile("[${}\\\\]|~>|\\?|\\+\\+|--");

    private static final Pattern SIMPLE_TEST = Pattern.compile("(?:\\s+|" + SIMPLE_PART
            + "|'[^'$\\\\{}]*'|\"[^\"$\\\\{}]*\"|\\d{1,18}|true|false|null|==|=~|!=~|!=|>=|<=|>|<|!?contains|!?startsWith|!?endsWith"
            + "|!?in|!?~~|&&|\\|\\|)+");

    private static final Pattern XPATH_LITERAL = Pattern.compile("'[^']*'|\"[^\"]*\"");
    private static final Pattern XPATH_CALL = Pattern.compile("([\\p{L}_][\\p{L}\\p{N}_.:-]*)\\s*\\(");
    private static final Set<String> XPATH_FUNCTIONS = Set.of(
            "boolean",
            "ceiling",
            "comment",
            "concat",
            "contains",
            "count",
            "false",
            "floor",
            "id",
            "lang",
            "last",
            "local-name",
            "name",
            "namespace-uri",
            "node",
            "normalize-space",
            "not",
            "number",
            "position",
            "processing-instruction",
            "round",
            "starts-with",
            "string",
            "string-length",
            "substring",
            "substring-after",
            "substring-before",
            "sum",
            "text",
            "translate",
            "true",
            "and",
            "or",
            "div",
            "mod");
    private static final Set<String> NODE_TESTS = Set.of("text", "node", "comment", "processing-instruction");

    private final Problems problems;
    private final boolean template;

    /** @param template a text may still hold {@code {{parameters}}}, which are checked when they are filled in */
    Expressions(Problems problems, boolean template) {
        this.problems = problems;
        this.template = template;
    }

    /** The fields of a step that hold its expression. */
    static List<String> fields() {
        var names = new ArrayList<>(LANGUAGES);
        names.add("expression");
        return names;
    }

    /** The one expression of a step, checked, in Camel's long form; empty if there are problems. */
    Optional<Tree> of(Tree.Fields step, Use use) {
        var holder = step;
        if (step.get("expression").isPresent()) {
            if (!(step.get("expression").get() instanceof Tree.Fields fields)) {
                problems.add(
                        "route.expression",
                        step.get("expression").get().place(),
                        step.get("expression").get().what(),
                        "a language and its text: one of " + use.languages);
                return Optional.empty();
            }
            holder = fields;
            for (var field : fields.all())
                if (!use.languages.contains(field.name()))
                    problems.unknown("route.language", field.place(), "language", field.name(), use.languages);
        }
        var found = holder.all().stream()
                .filter(field -> LANGUAGES.contains(field.name()))
                .toList();
        if (found.size() != 1 || step.has("expression") && holder.all().size() != 1) {
            if (found.size() != 1)
                problems.add(
                        "route.expression",
                        holder.place(),
                        found.isEmpty() ? "no expression" : "several expressions",
                        "exactly one of " + use.languages);
            return Optional.empty();
        }
        var language = found.get(0);
        if (!use.languages.contains(language.name())) {
            problems.unknown("route.language", language.place(), "language", language.name(), use.languages);
            return Optional.empty();
        }
        return language(language, use);
    }

    private Optional<Tree> language(Tree.Field language, Use use) {
        var allowed = language.name().equals("xpath")
                ? List.of("expression", "namespace", "id")
                : List.of("expression", "id");
        var text = language.value();
        var namespaces = new HashMap<String, String>();
        var more = new ArrayList<Object>();
        if (language.value() instanceof Tree.Fields fields) {
            for (var field : fields.all())
                if (!allowed.contains(field.name()))
                    problems.unknown("route.option", field.place(), "option", field.name(), allowed);
            if (!fields.has("expression")) {
                problems.add("route.expression", fields.place(), fields.what(), "'expression' with its text");
                return Optional.empty();
            }
            text = fields.get("expression").get();
            fields.get("namespace").ifPresent(tree -> namespaces(tree, namespaces));
            fields.get("namespace").ifPresent(tree -> {
                more.add("namespace");
                more.add(tree);
            });
        }
        if (!(text instanceof Tree.Text scalar)) {
            problems.add("route.expression", text.place(), text.what(), "text");
            return Optional.empty();
        }
        if (!(template && scalar.value().contains("{{"))) check(language.name(), scalar, use, namespaces);
        // What a header or variable gets is text, not a list of nodes.
        if (language.name().equals("xpath") && use == Use.VALUE) {
            more.add("resultQName");
            more.add("STRING");
        }
        var place = language.place();
        var inner = new ArrayList<Object>();
        inner.add("expression");
        inner.add(scalar);
        inner.addAll(more);
        return Optional.of(Tree.fields(place, language.name(), Tree.fields(place, inner.toArray())));
    }

    private void namespaces(Tree tree, Map<String, String> namespaces) {
        if (!(tree instanceof Tree.Items items)) {
            problems.add(
                    "route.namespace", tree.place(), tree.what(), "a list of '- key: prefix' with 'value: namespace'");
            return;
        }
        for (var item : items.values()) {
            if (item instanceof Tree.Fields fields
                    && fields.all().size() == 2
                    && fields.get("key").orElse(item) instanceof Tree.Text key
                    && fields.get("value").orElse(item) instanceof Tree.Text value
                    && key.value().matches("[A-Za-z_][A-Za-z0-9_.-]*")
                    && !value.value().startsWith("http://camel.apache.org/"))
                namespaces.put(key.value(), value.value());
            else
                problems.add(
                        "route.namespace",
                        item.place(),
                        item.what(),
                        "'key' with a prefix and 'value' with a namespace");
        }
    }

    private void check(String language, Tree.Text text, Use use, Map<String, String> namespaces) {
        var value = text.value();
        if (value.isBlank() && !language.equals("constant")) {
            problems.add("route.expression", text.place(), "nothing", "an expression");
            return;
        }
        if (value.stripLeading().toLowerCase(Locale.ROOT).startsWith("resource:")) {
            problems.add(
                    "route.expression", text.place(), text.what(), "the expression itself, not a file to read it from");
            return;
        }
        switch (language) {
            case "simple" -> simple(text, use);
            case "xpath" -> xpath(text, namespaces);
            default -> {
                // A constant is what it is.
            }
        }
    }

    private void simple(Tree.Text text, Use use) {
        var value = text.value();
        var good = use == Use.TEST
                ? SIMPLE_TEST.matcher(value).matches()
                : !SIMPLE_DANGER
                        .matcher(SIMPLE_PARTS.matcher(value).replaceAll(""))
                        .find();
        if (!good)
            problems.add(
                    "route.simple",
                    text.place(),
                    text.what(),
                    use == Use.TEST
                            ? "${header.name}, ${variable.name}, ${body}, texts in quotes, whole numbers, and comparisons such as"
                                    + " == != contains && ||"
                            : "text with ${header.name}, ${variable.name} or ${body}, and no other function or operator");
        else if (use == Use.VALUE && value.contains("<") && value.contains("${"))
            problems.add(
                    "route.markup",
                    text.place(),
                    text.what(),
                    "an xslt: step for markup with values in it, so that they are escaped");
    }

    private void xpath(Tree.Text text, Map<String, String> namespaces) {
        var bare = XPATH_LITERAL.matcher(text.value()).replaceAll("''");
        var calls = XPATH_CALL.matcher(bare);
        while (calls.find()) {
            var call = calls.group(1);
            var axis = call.indexOf("::");
            var allowed = axis < 0 ? XPATH_FUNCTIONS : NODE_TESTS;
            if (!allowed.contains(axis < 0 ? call : call.substring(axis + 2)))
                problems.unknown(
                        "route.xpath",
                        text.place(),
                        "function",
                        call,
                        allowed.stream().sorted().toList());
        }
        if (bare.contains("$")) problems.add("route.xpath", text.place(), text.what(), "an XPath without $variables");
        try {
            var factory = XPathFactory.newDefaultInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            var xpath = factory.newXPath();
            xpath.setNamespaceContext(new Prefixes(namespaces));
            xpath.compile(text.value());
        } catch (XPathExpressionException | XPathFactoryConfigurationException | RuntimeException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            problems.add(
                    "route.xpath",
                    text.place(),
                    text.what() + " (" + cause.getMessage() + ")",
                    "an XPath 1.0 expression; its prefixes are " + namespaces.keySet());
        }
    }

    private record Prefixes(Map<String, String> namespaces) implements NamespaceContext {

        @Override
        public @Nullable String getNamespaceURI(String prefix) {
            return namespaces.get(prefix);
        }

        @Override
        public String getPrefix(String namespace) {
            return getPrefixes(namespace).hasNext() ? getPrefixes(namespace).next() : "";
        }

        @Override
        public Iterator<String> getPrefixes(String namespace) {
            return namespaces.entrySet().stream()
                    .filter(entry -> entry.getValue().equals(namespace))
                    .map(Map.Entry::getKey)
                    .iterator();
        }
    }
}

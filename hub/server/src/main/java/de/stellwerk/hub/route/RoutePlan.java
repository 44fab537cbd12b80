package de.stellwerk.hub.route;

import de.stellwerk.hub.route.Assets.Shelf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What the files of {@code routes/} ask for: the routes of each file, templates filled in, or what is wrong with it. */
final class RoutePlan {

    /** What one file asks for; if there are problems, its routes do not count. */
    record Planned(RouteFile file, List<RouteVersion> versions, List<RouteProblem> problems) {}

    private static final List<String> ENTRIES = List.of("route", "routeTemplate", "templatedRoute");
    private static final Pattern PARAMETER = Pattern.compile("\\{\\{([^{}]*)}}");

    private final Doors doors;
    private final Function<String, Optional<RouteVersion>> known;
    private final Map<String, Problems> problems = new HashMap<>();
    private final Map<String, Template> templates = new TreeMap<>();

    private record Entry(RouteFile file, String kind, Tree.Fields fields) {}

    private record Template(Entry entry, Tree.Fields route, Map<String, Parameter> parameters, boolean good) {}

    private record Parameter(String name, boolean required, Optional<Tree.Text> fallback) {}

    private RoutePlan(Doors doors, Function<String, Optional<RouteVersion>> known) {
        this.doors = doors;
        this.known = known;
    }

    /**
     * @param known versions that are there already, by {@code id@hash}: they are not made anew
     */
    static SortedMap<String, Planned> of(
            SortedMap<String, RouteFile> files, Doors doors, Function<String, Optional<RouteVersion>> known) {
        return new RoutePlan(doors, known).plan(files);
    }

    private SortedMap<String, Planned> plan(SortedMap<String, RouteFile> files) {
        var entries = new ArrayList<Entry>();
        files.values().forEach(file -> entries.addAll(entries(file)));
        for (var entry : entries) if (entry.kind().equals("routeTemplate")) template(entry);
        var versions = new HashMap<String, List<RouteVersion>>();
        for (var entry : entries) {
            var route =
                    switch (entry.kind()) {
                        case "route" -> route(entry);
                        case "templatedRoute" -> templated(entry);
                        default -> Optional.<RouteVersion>empty();
                    };
            route.ifPresent(version -> versions.computeIfAbsent(entry.file().name(), name -> new ArrayList<>())
                    .add(version));
        }
        var plan = new TreeMap<String, Planned>();
        files.forEach((name, file) -> plan.put(
                name,
                new Planned(
                        file,
                        versions.getOrDefault(name, List.of()),
                        problems(file).all())));
        return plan;
    }

    private Problems problems(RouteFile file) {
        return problems.computeIfAbsent(file.name(), name -> {
            var mine = new Problems();
            mine.addAll(file.problems());
            return mine;
        });
    }

    private List<Entry> entries(RouteFile file) {
        var mine = problems(file);
        if (!mine.isEmpty()) return List.of();
        var tree = YamlFile.read(file.name(), file.bytes(), mine);
        if (tree.isEmpty()) return List.of();
        if (!(tree.get() instanceof Tree.Items items)) {
            mine.add(
                    "route.form",
                    tree.get().place(),
                    tree.get().what(),
                    "a list of routes: '- route:' and fields below it");
            return List.of();
        }
        var entries = new ArrayList<Entry>();
        for (var item : items.values()) {
            if (!(item instanceof Tree.Fields fields) || fields.all().size() != 1) {
                mine.add("route.form", item.place(), item.what(), "one of " + ENTRIES + " with fields below it");
                continue;
            }
            var field = fields.all().get(0);
            if (!ENTRIES.contains(field.name()))
                mine.unknown("route.form", field.place(), "entry", field.name(), ENTRIES);
            else if (field.value() instanceof Tree.Fields inside) entries.add(new Entry(file, field.name(), inside));
            else
                mine.add(
                        "route.form",
                        field.value().place(),
                        field.value().what(),
                        "fields below '" + field.name() + "'");
        }
        return entries;
    }

    private Optional<RouteVersion> route(Entry entry) {
        var mine = problems(entry.file());
        refuseParameters(entry.fields(), mine);
        var shelf = new Shelf(List.of(entry.file().assets()));
        return version(entry.fields(), shelf, hash(entry.file()), mine);
    }

    private Optional<RouteVersion> version(Tree.Fields route, Shelf shelf, String hash, Problems mine) {
        var id = route.get("id")
                .map(tree -> tree instanceof Tree.Text text ? text.value() : "")
                .orElse("");
        return known.apply(id + "@" + hash).or(() -> RouteReader.route(route, shelf, doors, hash, mine));
    }

    private static String hash(RouteFile... files) {
        var digest = Assets.sha256();
        for (var file : files) digest.update(file.hash().getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest.digest()).substring(0, 8);
    }

    private static void refuseParameters(Tree tree, Problems problems) {
        if (tree instanceof Tree.Text text
                && (text.value().contains("{{") || text.value().contains("}}")))
            problems.add(
                    "route.parameter",
                    text.place(),
                    text.what(),
                    "plain text: only a routeTemplate has {{parameters}}");
        else if (tree instanceof Tree.Items items) items.values().forEach(item -> refuseParameters(item, problems));
        else if (tree instanceof Tree.Fields fields)
            fields.all().forEach(field -> refuseParameters(field.value(), problems));
    }

    // --- templates

    private void template(Entry entry) {
        var mine = problems(entry.file());
        var before = mine.size();
        var fields = entry.fields();
        allowed(fields, "routeTemplate", List.of("id", "description", "parameters", "from", "route"), mine);
        var id = text(fields, "id", mine);
        var parameters = declared(fields, mine);
        var inside = fields.get("route");
        if (inside.isPresent() == fields.has("from") || inside.isPresent() && !(inside.get() instanceof Tree.Fields)) {
            mine.add("route.form", fields.place(), fields.what(), "either 'from:' or 'route:' with fields below it");
            return;
        }
        var all = new ArrayList<Tree.Field>();
        (inside.isPresent() ? (Tree.Fields) inside.get() : fields)
                .all().stream()
                        .filter(field ->
                                !field.name().equals("id") && !field.name().equals("parameters"))
                        .forEach(all::add);
        var route = new Tree.Fields(fields.place(), all);
        undeclared(route, parameters, mine);
        RouteReader.template(
                named(route, "template"), new Shelf(List.of(entry.file().assets())), doors, mine);
        id.ifPresent(name -> {
            var other = templates.get(name.value());
            if (other != null)
                mine.add(
                        "route.template",
                        name.place(),
                        "the template '" + name.value() + "' again",
                        "a name of its own: " + other.entry().file().name() + " has that one");
            else templates.put(name.value(), new Template(entry, route, parameters, mine.size() == before));
        });
    }

    private Map<String, Parameter> declared(Tree.Fields fields, Problems mine) {
        var parameters = new LinkedHashMap<String, Parameter>();
        for (var item : items(fields, "parameters", mine)) {
            allowed(item, "parameters", List.of("name", "required", "defaultValue", "description"), mine);
            var fallback = item.has("defaultValue") ? text(item, "defaultValue", mine) : Optional.<Tree.Text>empty();
            var required = item.has("required")
                    ? text(item, "required", mine)
                            .filter(text -> text.value().equals("true"))
                            .isPresent()
                    : fallback.isEmpty();
            text(item, "name", mine)
                    .ifPresent(name -> parameters.put(name.value(), new Parameter(name.value(), required, fallback)));
        }
        return parameters;
    }

    private static void undeclared(Tree tree, Map<String, Parameter> parameters, Problems mine) {
        if (tree instanceof Tree.Text text)
            PARAMETER
                    .matcher(text.value())
                    .results()
                    .map(result -> result.group(1))
                    .filter(name -> !parameters.containsKey(name))
                    .forEach(name ->
                            mine.unknown("route.parameter", text.place(), "parameter", name, parameters.keySet()));
        else if (tree instanceof Tree.Items items) items.values().forEach(item -> undeclared(item, parameters, mine));
        else if (tree instanceof Tree.Fields fields)
            fields.all().forEach(field -> undeclared(field.value(), parameters, mine));
    }

    private Optional<RouteVersion> templated(Entry entry) {
        var mine = problems(entry.file());
        var before = mine.size();
        var fields = entry.fields();
        refuseParameters(fields, mine);
        allowed(fields, "templatedRoute", List.of("routeTemplateRef", "routeId", "parameters"), mine);
        var reference = text(fields, "routeTemplateRef", mine);
        var id = text(fields, "routeId", mine);
        var values = new LinkedHashMap<String, Tree.Text>();
        for (var item : items(fields, "parameters", mine)) {
            allowed(item, "parameters", List.of("name", "value"), mine);
            var value = text(item, "value", mine);
            text(item, "name", mine).ifPresent(name -> value.ifPresent(text -> values.put(name.value(), text)));
        }
        if (reference.isEmpty() || id.isEmpty()) return Optional.empty();
        var template = templates.get(reference.get().value());
        if (template == null) {
            mine.unknown(
                    "route.template",
                    reference.get().place(),
                    "template",
                    reference.get().value(),
                    templates.keySet());
            return Optional.empty();
        }
        if (!template.good()) {
            mine.add(
                    "route.template",
                    reference.get().place(),
                    "the template '" + reference.get().value() + "', which has problems",
                    "a good template: see the problems of "
                            + template.entry().file().name());
            return Optional.empty();
        }
        fill(template, fields, values, mine);
        if (mine.size() > before) return Optional.empty();
        var home = template.entry().file();
        var shelf = new Shelf(List.of(entry.file().assets(), home.assets()));
        var route =
                named((Tree.Fields) filled(template.route(), values), id.get().value());
        return version(route, shelf, hash(entry.file(), home), mine);
    }

    /** Completes the values by the template's fallbacks and reports what is missing or too much. */
    private static void fill(Template template, Tree.Fields fields, Map<String, Tree.Text> values, Problems mine) {
        values.forEach((name, value) -> {
            if (!template.parameters().containsKey(name))
                mine.unknown(
                        "route.parameter",
                        value.place(),
                        "parameter",
                        name,
                        template.parameters().keySet());
        });
        template.parameters().values().forEach(parameter -> {
            if (values.containsKey(parameter.name())) return;
            parameter.fallback().ifPresent(text -> values.put(parameter.name(), text));
            if (parameter.required() && parameter.fallback().isEmpty())
                mine.add(
                        "route.parameter",
                        fields.get("parameters").map(Tree::place).orElse(fields.place()),
                        "no parameter '" + parameter.name() + "'",
                        "'- name: " + parameter.name() + "' with a 'value'");
        });
    }

    /** The tree with its parameters filled in. A text that came from a parameter stands where the parameter's value stands. */
    private static Tree filled(Tree tree, Map<String, Tree.Text> values) {
        if (tree instanceof Tree.Text text) {
            var names = PARAMETER
                    .matcher(text.value())
                    .results()
                    .map(result -> result.group(1))
                    .toList();
            if (names.isEmpty()) return text;
            var value = PARAMETER
                    .matcher(text.value())
                    .replaceAll((MatchResult result) ->
                            java.util.regex.Matcher.quoteReplacement(Optional.ofNullable(values.get(result.group(1)))
                                    .map(Tree.Text::value)
                                    .orElse("")));
            var place = Optional.ofNullable(values.get(names.get(0))).map(Tree.Text::place);
            return new Tree.Text(names.size() == 1 ? place.orElse(text.place()) : text.place(), value);
        }
        if (tree instanceof Tree.Items items)
            return new Tree.Items(
                    items.place(),
                    items.values().stream().map(item -> filled(item, values)).toList());
        var fields = (Tree.Fields) tree;
        return new Tree.Fields(
                fields.place(),
                fields.all().stream()
                        .map(field -> new Tree.Field(field.place(), field.name(), filled(field.value(), values)))
                        .toList());
    }

    private static Tree.Fields named(Tree.Fields route, String id) {
        var all = new ArrayList<Tree.Field>();
        all.add(new Tree.Field(route.place(), "id", new Tree.Text(route.place(), id)));
        all.addAll(route.all());
        return new Tree.Fields(route.place(), all);
    }

    // --- words

    private static void allowed(Tree.Fields fields, String of, List<String> names, Problems mine) {
        for (var field : fields.all())
            if (!names.contains(field.name()))
                mine.unknown("route.field", field.place(), "field of '" + of + "'", field.name(), names);
    }

    private static Optional<Tree.Text> text(Tree.Fields fields, String name, Problems mine) {
        var tree = fields.get(name);
        if (tree.isPresent() && tree.get() instanceof Tree.Text text) return Optional.of(text);
        mine.add(
                "route.form",
                tree.map(Tree::place).orElse(fields.place()),
                tree.map(Tree::what).orElse("no '" + name + "'"),
                "'" + name + "' with a text");
        return Optional.empty();
    }

    private static List<Tree.Fields> items(Tree.Fields fields, String name, Problems mine) {
        var tree = fields.get(name);
        if (tree.isEmpty()) return List.of();
        var found = new ArrayList<Tree.Fields>();
        if (tree.get() instanceof Tree.Items items)
            for (var item : items.values()) {
                if (item instanceof Tree.Fields inside) found.add(inside);
                else mine.add("route.form", item.place(), item.what(), "'- name: …' with fields");
            }
        else mine.add("route.form", tree.get().place(), tree.get().what(), "a list of '- name: …'");
        return found;
    }
}

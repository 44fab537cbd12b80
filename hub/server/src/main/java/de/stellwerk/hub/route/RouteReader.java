package de.stellwerk.hub.route;

import de.stellwerk.hub.route.Assets.BadAsset;
import de.stellwerk.hub.route.Assets.Shelf;
import de.stellwerk.hub.route.Expressions.Use;
import de.stellwerk.hub.validation.MessageKinds;
import java.net.URLDecoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads one route: checks every name in it against what is allowed, prepares the hub's steps, and rewrites it for Camel. What is not
 * allowed here by name is refused; nothing is passed on because it looks harmless.
 */
final class RouteReader {

    static final Pattern ID = Pattern.compile("[a-z][a-z0-9-]{0,99}");
    private static final Pattern KIND = Pattern.compile("[a-z][a-z0-9-]*(?:\\.[a-z0-9-]+)*");
    private static final Pattern AGS = Pattern.compile("[0-9]{8}");
    private static final Pattern SERVICE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern VERSION = Pattern.compile("[\\x21-\\x7e]{1,200}");
    private static final Pattern CODE = Pattern.compile("[a-z][a-z0-9-]*(?:\\.[a-z0-9-]+)+");
    private static final Pattern NAME = Pattern.compile(Expressions.NAME);
    private static final Pattern PATTERN = Pattern.compile("\\*|[a-z][a-z0-9-]{0,62}\\*?");

    private static final List<String> STEPS = List.of(
            "choice",
            "filter",
            "removeHeader",
            "removeHeaders",
            "setBody",
            "setHeader",
            "setProperty",
            "setVariable",
            "split",
            "stop",
            "to",
            "transform");

    private static final List<String> HUB_STEPS = List.of(
            "hub:validate/<file.xsd>",
            "hub:check/<kind>",
            "hub:verify",
            "hub:match/<connection>",
            "hub:transliterate/<charset>",
            "hub:deliver",
            "hub:deliver/<connection>",
            "hub:receipt",
            "hub:quarantine");

    /** What {@code hub:check} takes: the kinds that need nothing beside them. */
    private static final List<String> CHECKED = MessageKinds.NAMES.stream()
            .filter(name -> !name.contains(":") && !name.equals("fit-connect-set"))
            .toList();

    private final Problems problems;
    private final Expressions expressions;
    private final boolean template;
    private final Shelf shelf;
    private final Doors doors;
    private final String hash;

    private final List<RouteVersion.Prepared> steps = new ArrayList<>();
    private final Map<String, Integer> delivered = new HashMap<>();
    private String id = "";
    private String municipality = "";
    private boolean splitting;

    private RouteReader(Problems problems, boolean template, Shelf shelf, Doors doors, String hash) {
        this.problems = problems;
        this.expressions = new Expressions(problems, template);
        this.template = template;
        this.shelf = shelf;
        this.doors = doors;
        this.hash = hash;
    }

    /** Reads a route; empty if there are problems. */
    static Optional<RouteVersion> route(Tree.Fields route, Shelf shelf, Doors doors, String hash, Problems problems) {
        return new RouteReader(problems, false, shelf, doors, hash).route(route);
    }

    /** Looks for what is wrong with a template whatever its parameters will be. */
    static void template(Tree.Fields route, Shelf shelf, Doors doors, Problems problems) {
        new RouteReader(problems, true, shelf, doors, "").route(route);
    }

    private Optional<RouteVersion> route(Tree.Fields route) {
        var before = problems.size();
        known(route, "route", List.of("id", "description", "from"));
        id = name(route, "id", ID, "lower-case letters, digits and dashes").orElse("");
        var from = fields(route, "from");
        if (from.isEmpty()) return Optional.empty();
        known(from.get(), "from", List.of("id", "description", "uri", "parameters", "steps"));
        var key = key(from.get());
        if (key.isEmpty()) return Optional.empty();
        municipality = key.get().municipality();
        var start = "hub:" + key.get().kind() + "?at=" + id + "@" + hash;
        var camelSteps = steps(from.get());
        if (problems.size() > before) return Optional.empty();
        var camel = Tree.fields(
                route.place(),
                "id",
                id + "@" + hash,
                "streamCache",
                "false",
                "messageHistory",
                "false",
                "trace",
                "false",
                "from",
                Tree.fields(from.get().place(), "uri", start, "steps", camelSteps));
        return Optional.of(new RouteVersion(id, hash, route.place(), key.get(), steps, camel));
    }

    private Optional<RouteKey> key(Tree.Fields from) {
        var target = target(from, "hub:<kind>");
        if (target.isEmpty()) return Optional.empty();
        var uri = target.get();
        var parameters = uri.parameters();
        for (var name : parameters.keySet())
            if (!List.of("municipality", "service", "version").contains(name))
                problems.unknown(
                        "route.parameter",
                        parameters.get(name).place(),
                        "parameter",
                        name,
                        List.of("municipality", "service", "version"));
        if (!uri.scheme().equals("hub")) {
            problems.unknown("route.scheme", uri.place(), "scheme", uri.scheme() + ":", List.of("hub:"));
            return Optional.empty();
        }
        var before = problems.size();
        value(uri.place(), uri.path(), KIND, "hub:<kind> with a kind of message such as form.submission");
        var municipality = parameters.get("municipality");
        if (municipality == null)
            problems.add(
                    "route.parameter",
                    uri.place(),
                    "no parameter 'municipality'",
                    "municipality: \"<AGS of eight digits>\"");
        else value(municipality.place(), municipality.value(), AGS, "an AGS: eight digits");
        var service = parameters.get("service");
        if (service != null)
            value(service.place(), service.value(), SERVICE, "the key of a service, such as 99050012104000");
        var version = parameters.get("version");
        if (version != null)
            value(version.place(), version.value(), VERSION, "the namespace of the document's root element");
        if (municipality == null || problems.size() > before) return Optional.empty();
        return Optional.of(new RouteKey(
                uri.path(),
                municipality.value(),
                service == null ? "" : service.value(),
                version == null ? "" : version.value()));
    }

    // --- steps

    private Tree steps(Tree.Fields holder) {
        var list = holder.get("steps");
        if (list.isEmpty()
                || !(list.get() instanceof Tree.Items items)
                || items.values().isEmpty()) {
            problems.add(
                    "route.steps",
                    list.map(Tree::place).orElse(holder.place()),
                    list.map(Tree::what).orElse("no 'steps'"),
                    "'steps:' with a list of steps, each one of " + STEPS);
            return new Tree.Items(holder.place(), List.of());
        }
        var result = new ArrayList<Tree>();
        for (var item : items.values())
            step(item).ifPresent(step -> {
                result.add(step);
                if (step.has("setBody") || step.has("transform"))
                    result.add(prepared(step.place(), "body", new Steps.Anew()));
            });
        return new Tree.Items(items.place(), result);
    }

    private Optional<Tree.Fields> step(Tree item) {
        if (!(item instanceof Tree.Fields fields) || fields.all().size() != 1) {
            problems.add(
                    "route.step", item.place(), item.what(), "one step, such as '- to: hub:verify'; one of " + STEPS);
            return Optional.empty();
        }
        var step = fields.all().get(0);
        return switch (step.name()) {
            case "to" -> to(step);
            case "choice" -> choice(step);
            case "filter" -> test(step);
            case "split" -> split(step);
            case "setHeader", "setVariable", "setProperty" -> set(step);
            case "setBody", "transform" -> body(step);
            case "removeHeader" -> remove(step, "name", NAME);
            case "removeHeaders" -> remove(step, "pattern", PATTERN);
            case "stop" -> stop(step);
            default -> {
                problems.unknown("route.step", step.place(), "step", step.name(), STEPS);
                yield Optional.empty();
            }
        };
    }

    private Optional<Tree.Fields> choice(Tree.Field step) {
        var fields = known(step, List.of("id", "description", "when", "otherwise"));
        if (fields.isEmpty()) return Optional.empty();
        var parts = new ArrayList<Object>();
        var when = fields.get().get("when");
        if (when.isPresent()
                && when.get() instanceof Tree.Items items
                && !items.values().isEmpty()) {
            var branches = new ArrayList<Tree>();
            for (var item : items.values())
                branch(new Tree.Field(item.place(), "when", item)).ifPresent(branches::add);
            parts.add("when");
            parts.add(new Tree.Items(items.place(), branches));
        } else {
            problems.add(
                    "route.step",
                    when.map(Tree::place).orElse(step.place()),
                    when.map(Tree::what).orElse("no 'when'"),
                    "'when:' with a list of '- simple: …' or '- xpath: …' and 'steps:'");
        }
        fields.get().field("otherwise").ifPresent(field -> {
            var otherwise = known(field, List.of("id", "description", "steps"));
            otherwise.ifPresent(inside -> {
                parts.add("otherwise");
                parts.add(Tree.fields(field.place(), "steps", steps(inside)));
            });
        });
        return Optional.of(Tree.fields(step.place(), "choice", Tree.fields(step.place(), parts.toArray())));
    }

    private Optional<Tree.Fields> test(Tree.Field step) {
        return branch(step).map(inside -> Tree.fields(step.place(), step.name(), inside));
    }

    private Optional<Tree.Fields> branch(Tree.Field step) {
        var fields = known(step, with(Expressions.fields(), "id", "description", "steps"));
        if (fields.isEmpty()) return Optional.empty();
        var expression = expressions.of(fields.get(), Use.TEST);
        var inside = steps(fields.get());
        return expression.map(test -> Tree.fields(step.place(), "expression", test, "steps", inside));
    }

    private Optional<Tree.Fields> split(Tree.Field step) {
        var fields = known(step, with(Expressions.fields(), "id", "description", "steps"));
        if (fields.isEmpty()) return Optional.empty();
        if (splitting)
            problems.add(
                    "route.step",
                    step.place(),
                    "a split within a split",
                    "one split, so that each delivery has one number");
        var expression = expressions.of(fields.get(), Use.PARTS);
        splitting = true;
        var inside = steps(fields.get());
        splitting = false;
        return expression.map(parts -> Tree.fields(
                step.place(),
                "split",
                Tree.fields(step.place(), "expression", parts, "stopOnException", "true", "steps", inside)));
    }

    private Optional<Tree.Fields> set(Tree.Field step) {
        var fields = known(step, with(Expressions.fields(), "id", "description", "name"));
        if (fields.isEmpty()) return Optional.empty();
        var name = name(fields.get(), "name", NAME, "lower-case letters, digits and dashes");
        var expression = expressions.of(fields.get(), Use.VALUE);
        if (name.isPresent() && step.name().equals("setVariable") && Routes.VARIABLES.contains(name.get()))
            problems.add(
                    "route.name",
                    step.place(),
                    "the variable '" + name.get() + "', which the hub sets",
                    "another name");
        if (name.isEmpty() || expression.isEmpty()) return Optional.empty();
        return Optional.of(Tree.fields(
                step.place(),
                step.name(),
                Tree.fields(step.place(), "name", name.get(), "expression", expression.get())));
    }

    private Optional<Tree.Fields> body(Tree.Field step) {
        var fields = known(step, with(Expressions.fields(), "id", "description"));
        return fields.flatMap(all -> expressions.of(all, Use.VALUE))
                .map(value -> Tree.fields(step.place(), step.name(), Tree.fields(step.place(), "expression", value)));
    }

    private Optional<Tree.Fields> remove(Tree.Field step, String field, Pattern form) {
        // Camel takes the plain text as well.
        var value = step.value() instanceof Tree.Text text && !text.value().isEmpty()
                ? Optional.of(Tree.fields(text.place(), field, text))
                : known(step, List.of("id", "description", field));
        return value.flatMap(fields -> name(fields, field, form, "the name of a header"))
                .map(name -> Tree.fields(step.place(), step.name(), Tree.fields(step.place(), field, name)));
    }

    private Optional<Tree.Fields> stop(Tree.Field step) {
        if (!(step.value() instanceof Tree.Text text && text.value().isEmpty()))
            known(step, List.of("id", "description"));
        return Optional.of(Tree.fields(step.place(), "stop", Tree.fields(step.place())));
    }

    // --- to

    /** An address taken apart; every part has its place. */
    private record Target(Place place, String scheme, String path, Map<String, Tree.Text> parameters) {}

    private Optional<Tree.Fields> to(Tree.Field step) {
        Tree.Fields fields;
        if (step.value() instanceof Tree.Text text) fields = Tree.fields(text.place(), "uri", text);
        else {
            var known = known(step, List.of("id", "description", "uri", "parameters"));
            if (known.isEmpty()) return Optional.empty();
            fields = known.get();
        }
        var target = target(fields, "hub:<step> or xslt:<file.xsl>");
        if (target.isEmpty()) return Optional.empty();
        var before = problems.size();
        var prepared =
                switch (target.get().scheme()) {
                    case "hub" -> hub(target.get());
                    case "xslt" -> xslt(target.get());
                    default -> {
                        if (!open(target.get().scheme()))
                            problems.unknown(
                                    "route.scheme",
                                    target.get().place(),
                                    "scheme",
                                    target.get().scheme() + ":",
                                    List.of("hub:", "xslt:"));
                        yield Optional.<Step>empty();
                    }
                };
        if (prepared.isEmpty() || problems.size() > before) return Optional.empty();
        var name = target.get().scheme().equals("xslt")
                ? "xslt/" + target.get().path()
                : target.get().path();
        return Optional.of(prepared(step.place(), name, prepared.get()));
    }

    /** Camel finds the prepared step by its number; the name is for people who look at Camel. */
    private Tree.Fields prepared(Place place, String name, Step step) {
        steps.add(new RouteVersion.Prepared(place, step));
        var uri = "hub:" + name + "?at=" + id + "@" + hash + "&step=" + (steps.size() - 1);
        return Tree.fields(place, "to", Tree.fields(place, "uri", uri));
    }

    private Optional<Target> target(Tree.Fields fields, String expected) {
        var uri = fields.get("uri");
        if (uri.isEmpty() || !(uri.get() instanceof Tree.Text text)) {
            problems.add(
                    "route.uri",
                    uri.map(Tree::place).orElse(fields.place()),
                    uri.map(Tree::what).orElse("no 'uri'"),
                    expected);
            return Optional.empty();
        }
        var value = text.value();
        var colon = value.indexOf(':');
        if (colon < 0 && !open(value)) {
            problems.add("route.uri", text.place(), text.what(), expected);
            return Optional.empty();
        }
        var question = value.indexOf('?');
        var path = question < 0 ? value.substring(colon + 1) : value.substring(colon + 1, question);
        var parameters = new LinkedHashMap<String, Tree.Text>();
        if (question >= 0 && question < value.length() - 1)
            for (var pair : value.substring(question + 1).split("&", -1)) {
                var equals = pair.indexOf('=');
                parameter(
                        parameters,
                        text.place(),
                        pair.substring(0, Math.max(0, equals)),
                        decoded(pair.substring(equals + 1)));
            }
        fields.get("parameters").ifPresent(tree -> {
            if (tree instanceof Tree.Fields more)
                for (var field : more.all()) {
                    if (field.value() instanceof Tree.Text scalar)
                        parameter(parameters, scalar.place(), field.name(), scalar.value());
                    else
                        problems.add(
                                "route.parameter",
                                field.value().place(),
                                field.value().what(),
                                "text");
                }
            else problems.add("route.parameter", tree.place(), tree.what(), "'name: value' lines");
        });
        return Optional.of(new Target(text.place(), value.substring(0, Math.max(0, colon)), path, parameters));
    }

    private void parameter(Map<String, Tree.Text> parameters, Place place, String name, String value) {
        if (name.isEmpty()) problems.add("route.parameter", place, "a parameter without a name", "name=value");
        else if (parameters.put(name, new Tree.Text(place, value)) != null)
            problems.add("route.parameter", place, "the parameter '" + name + "' twice", "each parameter once");
    }

    private static String decoded(String value) {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // A lone percent sign means itself.
            return value;
        }
    }

    private Optional<Step> hub(Target target) {
        var slash = target.path().indexOf('/');
        var step = slash < 0 ? target.path() : target.path().substring(0, slash);
        var rest = slash < 0 ? "" : target.path().substring(slash + 1);
        if (open(step)) return Optional.empty();
        return switch (step) {
            case "validate" -> {
                parameters(target, List.of());
                yield asset(target, rest, ".xsd")
                        .flatMap(asset -> compiled(() -> new Steps.Validate(XmlSchema.compile(asset, shelf))));
            }
            case "verify" -> verify(target, rest);
            case "check" -> check(target, rest);
            case "receipt" -> plain(target, rest, new Steps.Receipt(doors));
            case "match" -> match(target, rest);
            case "transliterate" -> transliterate(target, rest);
            case "deliver" -> deliver(target, rest);
            case "quarantine" -> quarantine(target, rest);
            default -> {
                problems.unknown(
                        "route.step",
                        target.place(),
                        "step",
                        "hub:" + step,
                        HUB_STEPS.stream()
                                .map(form -> form.replaceAll("/.*", ""))
                                .toList(),
                        HUB_STEPS);
                yield Optional.empty();
            }
        };
    }

    private Optional<Step> plain(Target target, String rest, Step step) {
        parameters(target, List.of());
        if (!rest.isEmpty())
            problems.add(
                    "route.uri",
                    target.place(),
                    Problems.quoted("hub:" + target.path()),
                    "'hub:" + target.path().substring(0, target.path().indexOf('/')) + "' with nothing behind it");
        return Optional.of(step);
    }

    private Optional<Step> xslt(Target target) {
        parameters(target, List.of());
        return asset(target, target.path(), ".xsl", ".xslt")
                .flatMap(asset -> compiled(() -> new Steps.Transform(Stylesheet.compile(asset, shelf))));
    }

    private Optional<Step> verify(Target target, String policy) {
        parameters(target, List.of());
        if (!target.path().contains("/")) return Optional.of(new Steps.Verify(doors, Optional.empty()));
        if (open(policy)) return Optional.empty();
        var problem = doors.policyProblem(policy);
        problem.ifPresent(why -> problems.add(
                "route.policy",
                target.place(),
                Problems.quoted("hub:" + target.path()),
                "a policy that can be used: " + why));
        return problem.isPresent() ? Optional.empty() : Optional.of(new Steps.Verify(doors, Optional.of(policy)));
    }

    private Optional<Step> check(Target target, String kind) {
        parameters(target, List.of());
        if (open(kind)) return Optional.empty();
        if (!CHECKED.contains(kind)) {
            problems.unknown("route.kind", target.place(), "kind", kind, CHECKED);
            return Optional.empty();
        }
        return Optional.of(new Steps.Check(doors, kind));
    }

    private Optional<Step> match(Target target, String connection) {
        parameters(target, List.of("same"));
        connection(target, connection);
        var same = target.parameters().get("same");
        var names = same == null
                ? List.of("amount-cents", "currency")
                : List.of(same.value().split("\\s*,\\s*", -1));
        for (var name : names)
            value(same == null ? target.place() : same.place(), name, NAME, "names of headers, separated by commas");
        return Optional.of(new Steps.Match(doors, connection, names));
    }

    private Optional<Step> transliterate(Target target, String charset) {
        parameters(target, List.of());
        if (open(charset)) return Optional.empty();
        if (!Transliteration.CHARSETS.contains(charset)) {
            problems.unknown("route.charset", target.place(), "charset", charset, Transliteration.CHARSETS);
            return Optional.empty();
        }
        return Optional.of(new Steps.Transliterate(new Transliteration(Charset.forName(charset))));
    }

    private Optional<Step> deliver(Target target, String connection) {
        parameters(target, List.of("channel", "kind", "attachments"));
        // Nothing behind it: the service directory says when the message is there.
        var byDirectory = target.path().equals("deliver");
        var card = byDirectory ? Optional.<ConnectionCard>empty() : connection(target, connection);
        var channel = parameter(target, "channel", NAME, "the name of an outgoing channel");
        var kind = parameter(target, "kind", KIND, "a kind of message such as payment.order");
        var attachments = parameter(target, "attachments", Pattern.compile("true|false"), "true or false");
        card.ifPresent(known -> channel(target, connection, known, channel, kind));
        var ordinal = delivered.merge(connection, 1, Integer::sum) - 1;
        return Optional.of(
                new Steps.Deliver(doors, id, connection, ordinal, channel, kind, !attachments.equals("false")));
    }

    private void channel(Target target, String connection, ConnectionCard card, String channel, String kind) {
        var out = Steps.Deliver.outgoing(card);
        if (open(channel) || open(kind) || card.channels().isEmpty()) return;
        if (channel.isEmpty() && out.size() != 1)
            problems.add(
                    "route.channel",
                    target.place(),
                    "no channel, and connection '" + connection + "' has the outgoing channels " + out,
                    out.isEmpty() ? "a connection that takes deliveries" : "a parameter 'channel' with one of them");
        else if (!channel.isEmpty() && !out.contains(channel))
            problems.unknown(
                    "route.channel",
                    target.parameters()
                            .getOrDefault("channel", new Tree.Text(target.place(), ""))
                            .place(),
                    "channel",
                    channel,
                    out);
        else if (!kind.isEmpty() && !Steps.Deliver.takes(card, Steps.Deliver.channel(card, channel), kind))
            problems.add(
                    "route.kind",
                    target.place(),
                    "the kind '" + kind + "', which connection '" + connection + "' does not take",
                    "a kind of its channel");
    }

    private Optional<Step> quarantine(Target target, String rest) {
        if (!rest.isEmpty())
            problems.add(
                    "route.uri",
                    target.place(),
                    Problems.quoted("hub:" + target.path()),
                    "'hub:quarantine' with nothing behind it");
        parameters(target, List.of("code", "reason"));
        for (var name : List.of("code", "reason"))
            if (!target.parameters().containsKey(name))
                problems.add("route.parameter", target.place(), "no parameter '" + name + "'", "code and reason");
        var code = parameter(target, "code", CODE, "a code such as form.incomplete");
        var reason = parameter(target, "reason", Pattern.compile("[^\\p{Cntrl}]{1,300}"), "up to 300 characters");
        return Optional.of(new Steps.SetAside(code, reason));
    }

    private Optional<ConnectionCard> connection(Target target, String name) {
        if (template || open(name)) return Optional.empty();
        var card = doors.connection(municipality, name);
        if (card.isEmpty())
            problems.unknown(
                    "route.connection",
                    target.place(),
                    "connection",
                    name,
                    doors.connections(municipality).stream().sorted().toList());
        return card;
    }

    private Optional<Assets.Asset> asset(Target target, String name, String... endings) {
        if (open(name) || template && !name.contains("/") && !name.contains(":")) return Optional.empty();
        var found =
                List.of(endings).stream().anyMatch(name::endsWith) ? shelf.find(name) : Optional.<Assets.Asset>empty();
        if (found.isEmpty())
            problems.unknown(
                    "route.asset",
                    target.place(),
                    "file",
                    name,
                    shelf.names(endings).stream().toList());
        return found;
    }

    private interface Compiled {
        Step step() throws BadAsset;
    }

    private Optional<Step> compiled(Compiled compiled) {
        try {
            return Optional.of(compiled.step());
        } catch (BadAsset e) {
            e.in(problems);
            return Optional.empty();
        }
    }

    // --- words

    private void parameters(Target target, List<String> allowed) {
        target.parameters().forEach((name, value) -> {
            if (!allowed.contains(name)) {
                if (allowed.isEmpty())
                    problems.add(
                            "route.parameter", value.place(), "the parameter '" + name + "'", "no parameters here");
                else problems.unknown("route.parameter", value.place(), "parameter", name, allowed);
            }
        });
    }

    private String parameter(Target target, String name, Pattern form, String expected) {
        var given = target.parameters().get(name);
        if (given == null) return "";
        value(given.place(), given.value(), form, expected);
        return given.value();
    }

    private void value(Place place, String value, Pattern form, String expected) {
        if (!open(value) && !form.matcher(value).matches())
            problems.add("route.value", place, value.isEmpty() ? "nothing" : Problems.quoted(value), expected);
    }

    private Optional<String> name(Tree.Fields fields, String field, Pattern form, String expected) {
        var tree = fields.get(field);
        if (tree.isEmpty() || !(tree.get() instanceof Tree.Text text)) {
            problems.add(
                    "route.name",
                    tree.map(Tree::place).orElse(fields.place()),
                    tree.map(Tree::what).orElse("no '" + field + "'"),
                    "'" + field + "': " + expected);
            return Optional.empty();
        }
        value(text.place(), text.value(), form, expected);
        return Optional.of(text.value());
    }

    private Optional<Tree.Fields> fields(Tree.Fields holder, String name) {
        var tree = holder.get(name);
        if (tree.isPresent() && tree.get() instanceof Tree.Fields fields) return Optional.of(fields);
        problems.add(
                "route.form",
                tree.map(Tree::place).orElse(holder.place()),
                tree.map(Tree::what).orElse("no '" + name + "'"),
                "'" + name + ":' with fields below it");
        return Optional.empty();
    }

    private Optional<Tree.Fields> known(Tree.Field step, List<String> allowed) {
        if (step.value() instanceof Tree.Fields fields) {
            known(fields, step.name(), allowed);
            return Optional.of(fields);
        }
        problems.add(
                "route.form", step.value().place(), step.value().what(), "fields of " + step.name() + ": " + allowed);
        return Optional.empty();
    }

    private void known(Tree.Fields fields, String of, List<String> allowed) {
        for (var field : fields.all())
            if (!allowed.contains(field.name()))
                problems.unknown("route.field", field.place(), "field of '" + of + "'", field.name(), allowed);
    }

    private static List<String> with(List<String> some, String... more) {
        var all = new ArrayList<>(List.of(more));
        all.addAll(some);
        return all;
    }

    /** In a template: a value that is filled in later, and checked then. */
    private boolean open(String value) {
        return template && value.contains("{{");
    }
}

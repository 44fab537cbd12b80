package de.stellwerk.hub.settings;

import de.stellwerk.hub.spi.Form;
import de.stellwerk.hub.spi.Setting;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Whether a value is what its setting asks for. The hub, its drafts, its forms and the test kit all ask here. */
public final class SettingRule {

    static final String HOST = "([A-Za-z0-9]([A-Za-z0-9._-]{0,252})|\\[[0-9A-Fa-f:.]{2,45}\\])(:[0-9]{1,5})?";
    private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,9}");
    private static final int HIGHEST_PORT = 65_535;

    private SettingRule() {}

    /**
     * What would be right, in a form that is the same in every language; empty if the value is right.
     *
     * @param value not blank; whether a setting may be left out is another question
     */
    public static Optional<String> expected(Setting setting, String value) {
        var limits = setting.form().limits();
        var right =
                switch (setting.form().type()) {
                    case TEXT -> limits.isEmpty() || value.matches(limits.get(0));
                    case NUMBER -> isNumber(value, limits);
                    case FLAG -> value.equals("true") || value.equals("false");
                    case DURATION -> isDuration(value, limits);
                    case PATH -> isPath(value);
                    case URI -> isUri(value, limits);
                    case CHOICE -> limits.contains(value);
                    case HOST -> value.matches(HOST) && isPort(value);
                };
        return right ? Optional.empty() : Optional.of(wanted(setting.form()));
    }

    /** The form a value has, such as {@code 1–65535}, {@code https://…} or {@code on | starttls | off}. */
    public static String wanted(Form form) {
        var limits = form.limits();
        return switch (form.type()) {
            case TEXT -> limits.isEmpty() ? "text" : limits.get(0);
            case NUMBER -> limits.isEmpty() ? "0, 1, 2, …" : limits.get(0) + "–" + limits.get(1);
            case FLAG -> "true | false";
            case DURATION ->
                (limits.isEmpty() ? "" : limits.get(0) + "–" + limits.get(1) + ": ") + "500ms, 30s, 5m, 2h, 1d";
            case PATH -> "folder/file";
            case URI -> limits.isEmpty() ? "scheme://host/…" : String.join(" | ", schemes(limits));
            case CHOICE -> String.join(" | ", limits);
            case HOST -> "host | host:port";
        };
    }

    private static List<String> schemes(List<String> limits) {
        return limits.stream()
                .map(scheme -> scheme.equals("file") ? "file:/…" : scheme + "://host/…")
                .toList();
    }

    /** What is wrong with the setting itself, for the author of the connector; empty if nothing is. */
    public static Optional<String> defect(Setting setting) {
        var form = setting.form();
        var limits = form.limits();
        try {
            switch (form.type()) {
                case TEXT -> limits.forEach(Pattern::compile);
                case NUMBER, DURATION -> {
                    if (!limits.isEmpty() && (limits.size() != 2 || amount(form, 0) > amount(form, 1))) {
                        return Optional.of("its limits are not a least and a most");
                    }
                }
                case CHOICE -> {
                    if (limits.isEmpty()) {
                        return Optional.of("it names nothing to choose from");
                    }
                }
                default -> {}
            }
        } catch (PatternSyntaxException e) {
            return Optional.of("its pattern is none: " + e.getDescription());
        } catch (IllegalArgumentException e) {
            return Optional.of("its limits are not of its type");
        }
        return setting.fallback()
                .filter(fallback -> !fallback.isBlank())
                .flatMap(fallback -> expected(setting, fallback))
                .map(expected -> "its fallback is not of its own form: " + expected);
    }

    private static long amount(Form form, int limit) {
        var text = form.limits().get(limit);
        return form.type() == Form.Type.NUMBER
                ? Integer.parseInt(text)
                : Durations.parse(text)
                        .orElseThrow(IllegalArgumentException::new)
                        .toMillis();
    }

    private static boolean isNumber(String value, List<String> limits) {
        if (!WHOLE.matcher(value).matches()) {
            return false;
        }
        int number = Integer.parseInt(value);
        return limits.isEmpty()
                || (number >= Integer.parseInt(limits.get(0)) && number <= Integer.parseInt(limits.get(1)));
    }

    private static boolean isDuration(String value, List<String> limits) {
        var duration = Durations.parse(value);
        return duration.isPresent()
                && (limits.isEmpty()
                        || (duration.get().compareTo(limit(limits, 0)) >= 0
                                && duration.get().compareTo(limit(limits, 1)) <= 0));
    }

    private static Duration limit(List<String> limits, int which) {
        return Durations.parse(limits.get(which)).orElseThrow(IllegalArgumentException::new);
    }

    private static boolean isPath(String value) {
        try {
            return !Path.of(value).toString().isEmpty() && value.chars().noneMatch(Character::isISOControl);
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static boolean isUri(String value, List<String> schemes) {
        try {
            var uri = new URI(value);
            var scheme = uri.getScheme();
            return scheme != null
                    && (schemes.isEmpty() || schemes.contains(scheme))
                    && (scheme.equals("file") || uri.getHost() != null)
                    && uri.getPort() <= HIGHEST_PORT;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean isPort(String value) {
        int colon = value.lastIndexOf(':');
        return colon < 0 || value.endsWith("]") || Integer.parseInt(value.substring(colon + 1)) <= HIGHEST_PORT;
    }
}

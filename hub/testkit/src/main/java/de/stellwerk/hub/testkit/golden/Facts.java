package de.stellwerk.hub.testkit.golden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A file of {@code key = value} lines in UTF-8, of which every key must be known: one that is mistyped would test nothing. */
record Facts(String file, Map<String, String> values) {

    static Facts read(Path file, Pattern known) throws IOException {
        var properties = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            properties.load(in);
        } catch (IllegalArgumentException e) {
            throw new NotACase(file + " is not a file of properties: " + e.getMessage());
        }
        var values = new TreeMap<String, String>();
        for (var key : properties.stringPropertyNames()) {
            if (!known.matcher(key).matches()) {
                throw new NotACase(file + ": there is no key '" + key + "'; keys have the form " + known.pattern());
            }
            values.put(key, properties.getProperty(key).strip());
        }
        return new Facts(file.toString(), values);
    }

    Optional<String> text(String key) {
        return Optional.ofNullable(values.get(key));
    }

    long number(String key, long fallback) throws NotACase {
        try {
            return text(key).map(Long::parseLong).orElse(fallback);
        } catch (NumberFormatException e) {
            throw new NotACase(file + ": '" + key + "' is not a whole number");
        }
    }

    /** The values whose keys start so, by the rest of the key. */
    Map<String, String> under(String start) {
        var found = new TreeMap<String, String>();
        values.forEach((key, value) -> {
            if (key.startsWith(start)) {
                found.put(key.substring(start.length()), value);
            }
        });
        return found;
    }

    /** The numbers that stand after {@code start}, in order. */
    List<String> numbered(String start) {
        var found = new ArrayList<String>();
        for (var key : under(start).keySet()) {
            var number = key.replaceFirst("\\..*", "");
            if (!found.contains(number)) {
                found.add(number);
            }
        }
        return found;
    }
}

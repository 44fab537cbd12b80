package de.stellwerk.samples.town;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The words on a command line: {@code --name value}, and {@code --name} alone for the switches. */
public final class Options {

    private final Map<String, String> given = new LinkedHashMap<>();

    /**
     * @param names options with a value
     * @param switches options without one
     * @throws IllegalArgumentException if a word is not one of them, or a value is missing
     */
    public Options(List<String> words, Set<String> names, Set<String> switches) {
        for (var i = 0; i < words.size(); i++) {
            var word = words.get(i);
            var name = word.startsWith("--") ? word.substring(2) : "";
            if (switches.contains(name)) {
                given.put(name, "true");
            } else if (names.contains(name)) {
                if (i + 1 == words.size()) {
                    throw new IllegalArgumentException("--" + name + " needs a value");
                }
                given.put(name, words.get(++i));
            } else {
                throw new IllegalArgumentException("'" + word + "' is not known here; known are --"
                        + String.join(", --", names.stream().sorted().toList())
                        + (switches.isEmpty()
                                ? ""
                                : ", --"
                                        + String.join(
                                                ", --",
                                                switches.stream().sorted().toList())));
            }
        }
    }

    public boolean has(String name) {
        return given.containsKey(name);
    }

    public String text(String name) {
        var value = given.get(name);
        if (value == null) {
            throw new IllegalArgumentException("--" + name + " is missing");
        }
        return value;
    }

    public String text(String name, String fallback) {
        return given.getOrDefault(name, fallback);
    }

    public int number(String name, int fallback) {
        try {
            return Integer.parseInt(given.getOrDefault(name, String.valueOf(fallback)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--" + name + " must be a whole number", e);
        }
    }

    public Path path(String name) {
        return Path.of(text(name)).toAbsolutePath();
    }
}

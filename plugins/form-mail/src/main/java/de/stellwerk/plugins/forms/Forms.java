package de.stellwerk.plugins.forms;

import de.stellwerk.hub.spi.Content;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Files put together by the stems of their names. A form is what has a body, {@code 010040-aejFvrvs.xml}; to it belongs what has the same
 * stem, {@code 010040-aejFvrvs.pdf}, or one that goes on after a dash, a dot, a blank or an underscore,
 * {@code 010040-aejFvrvs_attachments.zip}, and whatever lies in such an archive. Small and capital letters are the same.
 *
 * @param lacking sets of files that are no form, or not all of one
 */
record Forms(List<Form> complete, List<Lack> lacking) {

    /** @param stem as the body's name has it */
    record Form(String stem, Content body, List<Content> attachments) {}

    /** @param what is wrong with it, such as {@code no .pdf} */
    record Lack(String stem, String what) {}

    /**
     * @param required endings that each form has, small letters; the first one is the body's
     * @param together whether a file of another stem belongs to the form if there is only one, as in a mail
     */
    static Forms of(List<FormFile> files, List<String> required, boolean together) {
        var stems = stems(files, required.get(0));
        var sets = new LinkedHashMap<String, List<FormFile>>();
        for (var file : files) {
            set(file, stems, required, together).ifPresent(stem -> sets.computeIfAbsent(stem, key -> new ArrayList<>())
                    .add(file));
        }
        var complete = new ArrayList<Form>();
        var lacking = new ArrayList<Lack>();
        sets.forEach((stem, set) -> {
            var bodies = bodies(stem, set, required.get(0));
            var lack = lack(stem, set, bodies, required);
            if (lack.isPresent()) {
                lacking.add(new Lack(stem, lack.get()));
            } else {
                var body = bodies.get(0);
                complete.add(new Form(
                        body.stem(),
                        body.content().orElseThrow(),
                        set.stream()
                                .filter(file -> file != body)
                                .flatMap(file -> file.content().stream())
                                .toList()));
            }
        });
        return new Forms(List.copyOf(complete), List.copyOf(lacking));
    }

    /** Where forms begin: bodies, but not those that lie in an archive of another form, for these were enclosed by the applicant. */
    private static Set<String> stems(List<FormFile> files, String body) {
        var outside = new LinkedHashSet<String>();
        files.stream()
                .filter(file -> file.archive().isEmpty() && file.ending().equals(body))
                .forEach(file -> outside.add(small(file.stem())));
        var all = new LinkedHashSet<>(outside);
        files.stream()
                .filter(file -> file.archive().isPresent() && file.ending().equals(body))
                .filter(file -> home(file.archive().get(), outside).isEmpty())
                .forEach(file -> all.add(small(file.stem())));
        return all;
    }

    private static Optional<String> set(FormFile file, Set<String> stems, List<String> required, boolean together) {
        var home = file.archive().flatMap(name -> home(name, stems)).or(() -> home(file.name(), stems));
        if (home.isPresent()) {
            return home;
        }
        if (file.file().isEmpty()
                && file.archive().isEmpty()
                && !stems.isEmpty()
                && !file.ending().equals(required.get(0))) {
            return Optional.empty(); // a link to something else, such as the terms of use
        }
        var otherwise = Optional.of(small(file.stem()));
        return together && stems.size() == 1 && !required.contains(file.ending())
                ? Optional.of(stems.iterator().next())
                : otherwise;
    }

    /** The form that a file belongs to by its name; the longest stem if several fit. */
    static Optional<String> home(String name, Set<String> stems) {
        var own = small(FormFile.stem(name));
        return stems.stream()
                .filter(stem ->
                        own.equals(stem) || (own.startsWith(stem) && " -._".indexOf(own.charAt(stem.length())) >= 0))
                .max(Comparator.comparingInt(String::length));
    }

    private static List<FormFile> bodies(String stem, List<FormFile> set, String body) {
        var all = set.stream().filter(file -> isCalled(file, stem, body)).toList();
        var outside = all.stream().filter(file -> file.archive().isEmpty()).toList();
        return outside.isEmpty() ? all : outside;
    }

    private static Optional<String> lack(
            String stem, List<FormFile> set, List<FormFile> bodies, List<String> required) {
        if (bodies.size() > 1) {
            return Optional.of("more than one ." + required.get(0));
        }
        for (var ending : required) {
            if (set.stream().noneMatch(file -> isCalled(file, stem, ending))) {
                return Optional.of("no ." + ending);
            }
        }
        if (set.stream().anyMatch(file -> file.file().isEmpty())) {
            return Optional.of("a file that cannot be had");
        }
        return set.stream().anyMatch(FormFile::isEmpty) ? Optional.of("an empty file") : Optional.empty();
    }

    private static boolean isCalled(FormFile file, String stem, String ending) {
        return small(file.stem()).equals(stem) && file.ending().equals(ending);
    }

    static String small(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** What is wrong, for people; at most 300 characters. */
    static String told(List<Lack> lacking) {
        var text = new StringBuilder();
        for (var each : lacking) {
            text.append(text.isEmpty() ? "" : "; ")
                    .append(each.stem())
                    .append(": ")
                    .append(each.what());
        }
        var plain = text.toString().replaceAll("\\p{Cntrl}", "?");
        return plain.length() > 300 ? plain.substring(0, 300) : plain;
    }

    /** Files of a folder put together by their names alone: which ones to look at together. */
    static Map<String, List<String>> neighbours(List<String> names, String body) {
        var stems = new LinkedHashSet<String>();
        names.stream()
                .filter(name -> FormFile.ending(name).equals(body))
                .forEach(name -> stems.add(small(FormFile.stem(name))));
        var sets = new LinkedHashMap<String, List<String>>();
        for (var name : names) {
            sets.computeIfAbsent(home(name, stems).orElse(small(FormFile.stem(name))), key -> new ArrayList<>())
                    .add(name);
        }
        return sets;
    }
}

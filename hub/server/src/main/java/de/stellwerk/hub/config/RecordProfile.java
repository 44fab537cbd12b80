package de.stellwerk.hub.config;

import de.stellwerk.hub.config.Problems.Place;
import de.stellwerk.hub.config.Section.Reading;
import de.stellwerk.hub.config.Section.Value;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * How the records of a legacy file look.
 *
 * @param charset such as ISO-8859-1
 * @param length of a fixed-length record in characters without its line end; 0 for CSV
 * @param separator between the values of CSV
 * @param header whether CSV begins with the names of its columns
 * @param fields in their order
 * @param trailer the last record, which counts and adds up the others, where there is one
 */
public record RecordProfile(
        Charset charset, int length, char separator, boolean header, List<Field> fields, Optional<Trailer> trailer) {

    /**
     * @param at the first character in a fixed-length record, counted from 1; 0 in CSV
     * @param length in characters; 0 in CSV
     * @param pattern what the value must look like, without the spaces around it
     */
    public record Field(String name, int at, int length, Pattern pattern) {}

    /**
     * @param mark what the trailer begins with
     * @param count the field that holds the number of records, as far as it does
     * @param sum the field that holds the sum, and what it is the sum of
     */
    public record Trailer(String mark, Optional<Field> count, Optional<Field> sum, String sumOf) {}

    private static final Set<String> KEYS =
            Set.of("title", "charset", "length", "separator", "header", "fields", "trailer");
    private static final Set<String> FIELD = Set.of("name", "at", "length", "pattern");
    private static final Set<String> TRAILER = Set.of("mark", "count", "sum", "sum-of");
    private static final Set<String> PLACE = Set.of("at", "length", "column");
    private static final int LONGEST = 100_000;

    /**
     * Reads a profile from a YAML file.
     *
     * @throws ConfigProblems with everything that is wrong in it
     */
    public static RecordProfile read(Path file) throws ConfigProblems {
        var problems = new Problems();
        var yaml = new YamlFile(file, String.valueOf(file.getFileName()), problems);
        var reading = new Reading(new Values(file.resolveSibling("secrets"), Map.of(), problems), problems);
        var top = yaml.top().map(node -> new Section(yaml, node, KEYS, reading));
        problems.check();
        var profile = of(top.orElseThrow());
        problems.check();
        return profile;
    }

    private static RecordProfile of(Section top) {
        var length = top.number("length", 0, 0, LONGEST);
        var fields = new ArrayList<Field>();
        for (var each : top.list("fields", FIELD))
            fields.add(new Field(
                    each.requiredText("name"),
                    each.number("at", 0, 0, LONGEST),
                    each.number("length", 0, 0, LONGEST),
                    pattern(each)));
        var separator = top.text("separator", ";");
        return new RecordProfile(
                charset(top),
                length,
                separator.charAt(0),
                top.text("header", "false").equals("true"),
                List.copyOf(fields),
                top.section("trailer", TRAILER).map(RecordProfile::trailer));
    }

    private static Trailer trailer(Section section) {
        return new Trailer(
                section.requiredText("mark"),
                section.section("count", PLACE).map(RecordProfile::place),
                section.section("sum", PLACE).map(RecordProfile::place),
                section.text("sum-of", ""));
    }

    private static Field place(Section section) {
        var column = section.number("column", 0, 0, LONGEST);
        return new Field(
                "trailer",
                column > 0 ? column : section.number("at", 1, 1, LONGEST),
                section.number("length", 0, 0, LONGEST),
                Pattern.compile(".*"));
    }

    private static Charset charset(Section section) {
        var name = section.text("charset", "ISO-8859-1");
        try {
            return Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            section.report(
                    ProblemCode.SHAPE, place(section, "charset"), "charset", "ISO-8859-1, windows-1252, IBM850, UTF-8");
            return Charset.defaultCharset();
        }
    }

    private static Pattern pattern(Section section) {
        var text = section.text("pattern", ".*");
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            section.report(ProblemCode.SHAPE, place(section, "pattern"), "pattern", "java.util.regex.Pattern");
            return Pattern.compile(".*");
        }
    }

    private static Place place(Section section, String key) {
        return section.anyText(key).map(Value::place).orElse(section.place());
    }
}

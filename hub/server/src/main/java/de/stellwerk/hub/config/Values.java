package de.stellwerk.hub.config;

import de.stellwerk.hub.config.Problems.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a value may stand for: variables of the environment, secrets, sizes. */
final class Values {

    private static final Pattern VARIABLE = Pattern.compile("([A-Za-z_][A-Za-z0-9_]{0,127})(:-(.*))?", Pattern.DOTALL);
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,12}) ?(B|KiB|MiB|GiB|TiB)?");
    private static final int MAX_SECRET = 64 << 10;

    private final Path secrets;
    private final Map<String, String> environment;
    private final Problems problems;

    Values(Path secrets, Map<String, String> environment, Problems problems) {
        this.secrets = secrets;
        this.environment = environment;
        this.problems = problems;
    }

    /** The text with every <code>${NAME}</code> and <code>${NAME:-default}</code> filled in; <code>$${</code> stays <code>${</code>. */
    Optional<String> filled(String text, Place place) {
        var filled = new StringBuilder();
        boolean complete = true;
        int from = 0;
        for (int at = text.indexOf("${"); at >= 0; at = text.indexOf("${", from)) {
            if (at > from && text.charAt(at - 1) == '$') {
                filled.append(text, from, at - 1).append("${");
                from = at + 2;
                continue;
            }
            int end = text.indexOf('}', at);
            var variable = VARIABLE.matcher(end < 0 ? "" : text.substring(at + 2, end));
            if (!variable.matches()) {
                problems.add(ProblemCode.VARIABLE_FORM, place, "", "${NAME} | ${NAME:-default}");
                return Optional.empty();
            }
            filled.append(text, from, at);
            var name = variable.group(1);
            var value = Optional.ofNullable(environment.get(name)).or(() -> Optional.ofNullable(variable.group(3)));
            if (value.isEmpty()) {
                problems.add(ProblemCode.VARIABLE_MISSING, place, name, "${" + name + ":-default}");
                complete = false;
            }
            filled.append(value.orElse(""));
            from = end + 1;
        }
        return complete ? Optional.of(filled.append(text, from, text.length()).toString()) : Optional.empty();
    }

    /** The content of {@code config/secrets/<name>} without the newline at its end. */
    Optional<String> secret(String name, Place place) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,126}")) {
            problems.add(ProblemCode.SECRET_NAME, place, name, "a-z, A-Z, 0-9, '.', '_', -");
            return Optional.empty();
        }
        var file = secrets.resolve(name);
        if (!Files.isRegularFile(file)) {
            problems.add(ProblemCode.SECRET_MISSING, place, name, "config/secrets/" + name);
            return Optional.empty();
        }
        try (var in = Files.newInputStream(file)) {
            if (!isPrivate(file, name, place)) {
                return Optional.empty();
            }
            var bytes = in.readNBytes(MAX_SECRET + 1);
            if (bytes.length <= MAX_SECRET) {
                var text = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
                return Optional.of(text.replaceFirst("\\r?\\n\\z", ""));
            }
        } catch (IOException e) {
            // Reported below without the exception's own text, which might quote the secret's bytes.
            problems.add(ProblemCode.SECRET_UNREADABLE, place, name, "UTF-8");
            return Optional.empty();
        }
        problems.add(ProblemCode.SECRET_UNREADABLE, place, name, "UTF-8, 64 KiB");
        return Optional.empty();
    }

    private boolean isPrivate(Path file, String name, Place place) throws IOException {
        var posix = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (posix == null) {
            return true; // a file system without modes, such as on Windows: nothing can be said
        }
        var mode = posix.readAttributes().permissions();
        var owner = EnumSet.of(
                PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);
        if (owner.containsAll(mode)) {
            return true;
        }
        problems.add(ProblemCode.SECRET_OPEN, place, name, PosixFilePermissions.toString(mode));
        return false;
    }

    /** A whole number of bytes, at least 1, with a binary unit or none. */
    static Optional<Long> size(String text) {
        var parts = SIZE.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(parts.group(1));
        var unit = parts.group(2) == null ? "B" : parts.group(2);
        int shift =
                switch (unit) {
                    case "KiB" -> 10;
                    case "MiB" -> 20;
                    case "GiB" -> 30;
                    case "TiB" -> 40;
                    default -> 0;
                };
        boolean fits = number > 0 && number <= (Long.MAX_VALUE >> shift);
        return fits ? Optional.of(number << shift) : Optional.empty();
    }
}

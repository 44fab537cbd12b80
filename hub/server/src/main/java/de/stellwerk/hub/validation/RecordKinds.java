package de.stellwerk.hub.validation;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.stellwerk.hub.config.RecordProfile;
import de.stellwerk.hub.config.RecordProfile.Field;
import de.stellwerk.hub.config.RecordProfile.Trailer;
import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.spi.Content;
import java.io.BufferedReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.util.List;
import java.util.Optional;

/** Files of records, as older systems write them: fixed-length and CSV, each by a profile. Read as a stream. */
final class RecordKinds {

    private static final long LARGEST = 256L << 20;

    private RecordKinds() {}

    static MessageKind fixed(RecordProfile profile, String name) {
        return MessageKind.of((message, version) -> {
            version.is(name);
            try (var lines = new BufferedReader(text(message, profile))) {
                return counted(new Fixed(profile).read(lines), version);
            } catch (CharacterCodingException e) {
                throw encoding(profile);
            }
        });
    }

    static MessageKind csv(RecordProfile profile, String name) {
        return MessageKind.of((message, version) -> {
            version.is(name);
            try (var csv = CsvReader.builder()
                    .fieldSeparator(profile.separator())
                    .allowUnclosedQuote(false)
                    .maxBufferSize(1 << 20)
                    .skipEmptyLines(true)
                    .ofCsvRecord(text(message, profile))) {
                return counted(new Csv(profile).read(csv), version);
            } catch (CsvParseException e) {
                throw bad("record.malformed", "is not CSV: a quotation mark is left open, or a line is too long", 0, 0);
            } catch (UncheckedIOException e) {
                if (e.getCause() instanceof CharacterCodingException) throw encoding(profile);
                throw e.getCause();
            }
        });
    }

    private static Outcome counted(long records, MessageKind.Version version) throws BadInput {
        if (records == 0)
            throw new BadInput(
                    "file.empty",
                    "The file holds no record. It is kept, nothing was forwarded. Ask the sender if that is meant.");
        return Outcome.good(version.name(), records + " records keep to the profile.");
    }

    private static Reader text(Content message, RecordProfile profile) throws IOException {
        var decoder = profile.charset()
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        return new InputStreamReader(new Bounded(message.open()), decoder);
    }

    private static BadInput encoding(RecordProfile profile) {
        return bad("record.encoding", "is not in " + profile.charset().name() + ", as the profile says", 0, 0);
    }

    private static BadInput bad(String code, String what, long line, int column) {
        return new BadInput(
                code,
                "The file " + what + ". None of its records was forwarded. Ask the sender for a whole and right file.",
                (int) Math.min(line, Integer.MAX_VALUE),
                column);
    }

    /** Refuses a file that never ends. */
    private static final class Bounded extends FilterInputStream {

        private long left = LARGEST;

        Bounded(java.io.InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            return left-- > 0 ? super.read() : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            var got = super.read(target, offset, (int) Math.min(length, Math.max(0, left)));
            left -= Math.max(0, got);
            if (left <= 0) throw new IOException("more than " + LARGEST + " bytes");
            return got;
        }
    }

    /** Counts and adds up, and compares with what the trailer says. */
    private static final class Totals {

        private final Optional<Trailer> trailer;
        private long records;
        private BigDecimal sum = BigDecimal.ZERO;
        private boolean ended;

        Totals(Optional<Trailer> trailer) {
            this.trailer = trailer;
        }

        void record(long line) throws BadInput {
            if (ended) throw bad("record.trailer", "goes on after its trailer at line " + line, line, 1);
            records++;
        }

        void value(Field field, String value, long line, int column) throws BadInput {
            if (trailer.filter(t -> t.sumOf().equals(field.name())).isPresent())
                sum = sum.add(number(value, line, column));
        }

        void trailer(Optional<String> count, Optional<String> total, long line) throws BadInput {
            if (ended) throw bad("record.trailer", "has two trailers", line, 1);
            ended = true;
            if (count.isPresent() && number(count.get(), line, 1).compareTo(BigDecimal.valueOf(records)) != 0)
                throw bad("record.count", "holds another number of records than its trailer says", line, 1);
            if (total.isPresent() && number(total.get(), line, 1).compareTo(sum) != 0)
                throw bad("record.sum", "adds up to another sum than its trailer says", line, 1);
        }

        long end() throws BadInput {
            if (trailer.isPresent() && !ended && records > 0)
                throw bad("record.trailer", "has no trailer: its end may be missing", records, 1);
            return records;
        }

        /** German amounts have points between thousands and a decimal comma; amounts in cents have neither. */
        private static BigDecimal number(String text, long line, int column) throws BadInput {
            var plain = text.strip();
            if (!plain.matches("-?(?:[0-9]{1,18}|[0-9]{1,3}(?:\\.[0-9]{3}){0,5})(?:,[0-9]{1,2})?"))
                throw bad("record.field", "has something else than a number at line " + line, line, column);
            return new BigDecimal(plain.replace(".", "").replace(',', '.'));
        }
    }

    private record Fixed(RecordProfile profile) {

        long read(BufferedReader text) throws IOException, BadInput {
            var totals = new Totals(profile.trailer());
            var line = 0L;
            for (var record = line(text); record != null; record = line(text)) {
                line++;
                if (record.length() != profile.length())
                    throw bad(
                            "record.length",
                            "has a record of another length than " + profile.length() + " characters at line " + line,
                            line,
                            record.length() + 1);
                if (profile.trailer().isPresent()
                        && record.startsWith(profile.trailer().get().mark())) {
                    var trailer = profile.trailer().get();
                    var one = record;
                    totals.trailer(
                            trailer.count().map(field -> cut(one, field)),
                            trailer.sum().map(field -> cut(one, field)),
                            line);
                    continue;
                }
                totals.record(line);
                for (var field : profile.fields()) {
                    var value = cut(record, field);
                    if (!field.pattern().matcher(value.strip()).matches())
                        throw bad(
                                "record.field",
                                "has a wrong value in " + field.name() + " at line " + line,
                                line,
                                field.at());
                    totals.value(field, value, line, field.at());
                }
            }
            return totals.end();
        }

        private static String cut(String record, Field field) {
            return record.substring(field.at() - 1, Math.min(record.length(), field.at() - 1 + field.length()));
        }

        /** The next record without its line end; a line far too long is not read to its end. */
        private @org.jspecify.annotations.Nullable String line(BufferedReader text) throws IOException {
            var record = new StringBuilder();
            for (var c = text.read(); c >= 0; c = text.read()) {
                if (c == '\n') {
                    if (record.length() > 0 && record.charAt(record.length() - 1) == '\r')
                        record.setLength(record.length() - 1);
                    return record.toString();
                }
                record.append((char) c);
                if (record.length() > profile.length() + 1) return record.toString();
            }
            return record.length() == 0 || record.toString().equals("\u001a") ? null : record.toString();
        }
    }

    private record Csv(RecordProfile profile) {

        long read(Iterable<CsvRecord> records) throws BadInput {
            var totals = new Totals(profile.trailer());
            var first = profile.header();
            for (var record : records) {
                var line = record.getStartingLineNumber();
                var values = record.getFields();
                if (values.stream().anyMatch(value -> value.indexOf('\0') >= 0))
                    throw bad("record.malformed", "has a zero byte at line " + line, line, 1);
                if (first) {
                    first = false;
                    var names = profile.fields().stream().map(Field::name).toList();
                    if (!values.equals(names))
                        throw bad("record.columns", "begins with other columns than " + names, line, 1);
                    continue;
                }
                if (values.size() != profile.fields().size())
                    throw bad(
                            "record.columns",
                            "has " + values.size() + " values instead of "
                                    + profile.fields().size() + " at line " + line,
                            line,
                            1);
                if (profile.trailer().isPresent()
                        && values.get(0).equals(profile.trailer().get().mark())) {
                    var trailer = profile.trailer().get();
                    totals.trailer(cell(values, trailer.count()), cell(values, trailer.sum()), line);
                    continue;
                }
                totals.record(line);
                for (var i = 0; i < values.size(); i++) {
                    var field = profile.fields().get(i);
                    if (!field.pattern().matcher(values.get(i).strip()).matches())
                        throw bad(
                                "record.field",
                                "has a wrong value in " + field.name() + " at line " + line,
                                line,
                                i + 1);
                    totals.value(field, values.get(i), line, i + 1);
                }
            }
            return totals.end();
        }

        private static Optional<String> cell(List<String> values, Optional<Field> place) {
            return place.filter(field -> field.at() <= values.size()).map(field -> values.get(field.at() - 1));
        }
    }
}

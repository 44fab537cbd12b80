package de.stellwerk.hub.validation;

import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.gate.SafeXml;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Account statements (camt.052, camt.053, camt.054) and payment orders (pain.001, pain.008) of ISO 20022, also in the variants
 * of Die Deutsche Kreditwirtschaft: version by namespace, schema or message definition, the check digits of every IBAN (ISO 13616), and
 * the number and sum an order gives of itself.
 */
final class PaymentKind {

    private static final String ISO = "urn:iso:std:iso:20022:tech:xsd:";

    private static final Map<String, Set<String>> VERSIONS = Map.of(
            "camt",
                    Set.of(
                            "camt.052.001.01",
                            "camt.052.001.02",
                            "camt.052.001.04",
                            "camt.052.001.06",
                            "camt.052.001.08",
                            "camt.053.001.02",
                            "camt.053.001.03",
                            "camt.053.001.04",
                            "camt.053.001.08",
                            "camt.054.001.02",
                            "camt.054.001.04",
                            "camt.054.001.08"),
            "pain",
                    Set.of(
                            "pain.001.001.03",
                            "pain.001.001.09",
                            "pain.001.001.10",
                            "pain.001.001.11",
                            "pain.001.002.03",
                            "pain.001.003.03",
                            "pain.008.001.02",
                            "pain.008.001.08",
                            "pain.008.001.09",
                            "pain.008.001.10",
                            "pain.008.002.02",
                            "pain.008.003.02"));

    private static final Pattern MESSAGE =
            Pattern.compile("(?:camt|pain|pacs|acmt)\\.\\d{3}\\.\\d{3}\\.\\d{2}(?:\\.[a-z]{2,4}\\.\\d{2})?");
    private static final Pattern IBAN = Pattern.compile("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}");

    private PaymentKind() {}

    /**
     * @param family {@code camt} or {@code pain}
     */
    static MessageKind of(String family, Schemas schemas) {
        var known = VERSIONS.getOrDefault(family, Set.of());
        return MessageKind.of((message, version) -> {
            var xml = XmlKinds.gated(message);
            var root = XmlKinds.root(xml);
            var name = MESSAGE.matcher(root.getNamespaceURI());
            if (!root.getLocalPart().equals("Document") || !name.find())
                throw XmlKinds.otherKind("a Document of ISO 20022, " + family);
            version.is(name.group());
            if (!known.contains(name.group()) || !root.getNamespaceURI().equals(ISO + name.group())) {
                var other = VERSIONS.values().stream().anyMatch(versions -> versions.contains(name.group()));
                if (other && !known.contains(name.group())) throw XmlKinds.otherKind("a message of " + family);
                throw XmlKinds.unknownVersion(known.stream().sorted().collect(Collectors.joining(", ")));
            }
            var described = schemas.describes(root);
            if (described) schemas.check(xml, root);
            Optional<Iso20022> definition = described ? Optional.empty() : Optional.of(Iso20022.of(family));
            read(xml, definition);
            return Outcome.good(
                    version.name(),
                    described
                            ? "Keeps to its schema; check digits and sums are right."
                            : "Keeps to the message definition; check digits and sums are right. For the schema of this"
                                    + " version give --schemas.");
        });
    }

    private static void read(byte[] xml, Optional<Iso20022> definition) throws BadInput {
        try {
            new Reading(SafeXml.reader(new ByteArrayInputStream(xml)), definition).run();
        } catch (XMLStreamException e) {
            throw new BadInput(
                    "xml.malformed",
                    "The document is not well-formed XML. Nothing was forwarded. Send the whole document again.");
        }
    }

    /** An element that is open. */
    private static final class Frame {
        final String name;
        final int line;
        final int column;
        final boolean open;
        final Set<String> children = new HashSet<>();
        final StringBuilder text = new StringBuilder();
        final @Nullable String currency;

        Frame(XMLStreamReader at, boolean open) {
            this.name = at.getLocalName();
            this.line = at.getLocation().getLineNumber();
            this.column = at.getLocation().getColumnNumber();
            this.currency = at.getAttributeValue(null, "Ccy");
            this.open = open;
        }
    }

    /** What an order, or a part of it, says of itself, and what is in it. */
    private static final class Totals {
        @Nullable
        BigInteger saidCount;

        @Nullable
        BigDecimal saidSum;

        BigInteger count = BigInteger.ZERO;
        BigDecimal sum = BigDecimal.ZERO;
    }

    private static final class Reading {

        private final XMLStreamReader reader;
        private final Optional<Iso20022> definition;
        private final Deque<Frame> path = new ArrayDeque<>();
        private final Totals whole = new Totals();
        private Totals part = new Totals();

        Reading(XMLStreamReader reader, Optional<Iso20022> definition) {
            this.reader = reader;
            this.definition = definition;
        }

        void run() throws XMLStreamException, BadInput {
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> start();
                    case XMLStreamConstants.END_ELEMENT -> end();
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                        if (!path.isEmpty()) path.getLast().text.append(reader.getText());
                    }
                    default -> {
                        // Comments and processing instructions say nothing.
                    }
                }
            }
        }

        private void start() throws BadInput {
            var name = reader.getLocalName();
            var parent = path.peekLast();
            var open = parent != null
                    && (parent.open
                            || definition.filter(d -> d.isOpen(parent.name)).isPresent());
            if (parent != null && !open) {
                parent.children.add(name);
                if (definition.filter(d -> !d.mayHold(parent.name, name)).isPresent())
                    throw Iso20022.broken(
                            path(),
                            "holds an element that no version knows there",
                            reader.getLocation().getLineNumber(),
                            reader.getLocation().getColumnNumber());
            }
            path.addLast(new Frame(reader, open));
            if (name.equals("PmtInf")) part = new Totals();
        }

        private void end() throws BadInput {
            var frame = path.getLast();
            if (!frame.open && definition.isPresent()) {
                var flaw = definition.get().flaw(frame.name, frame.children, frame.text.toString());
                if (!flaw.isEmpty()) throw Iso20022.broken(path(), flaw, frame.line, frame.column);
            }
            if (!frame.open && frame.currency != null && frame.children.isEmpty())
                number(frame, () -> new BigDecimal(frame.text.toString().strip()));
            if (!frame.open) meaning(frame);
            path.removeLast();
        }

        private void meaning(Frame frame) throws BadInput {
            var text = frame.text.toString().strip();
            switch (frame.name) {
                case "IBAN" -> {
                    if (!isIban(text)) throw wrong("pay.iban", "the check digits of an IBAN are wrong", frame);
                }
                case "NbOfTxs" -> in("GrpHdr", "PmtInf").saidCount = number(frame, () -> new BigInteger(text));
                case "CtrlSum" -> in("GrpHdr", "PmtInf").saidSum = number(frame, () -> new BigDecimal(text));
                case "InstdAmt" -> {
                    if (within("CdtTrfTxInf") || within("DrctDbtTxInf")) {
                        var amount = number(frame, () -> new BigDecimal(text));
                        if (amount.signum() <= 0) throw wrong("pay.amount", "an amount is not above zero", frame);
                        if (frame.currency == null || !frame.currency.matches("[A-Z]{3}"))
                            throw wrong("pay.currency", "an amount has no currency", frame);
                        whole.sum = whole.sum.add(amount);
                        part.sum = part.sum.add(amount);
                    }
                }
                case "CdtTrfTxInf", "DrctDbtTxInf" -> {
                    whole.count = whole.count.add(BigInteger.ONE);
                    part.count = part.count.add(BigInteger.ONE);
                }
                case "PmtInf" -> balanced(part, frame);
                case "CstmrCdtTrfInitn", "CstmrDrctDbtInitn" -> balanced(whole, frame);
                default -> {
                    // The schema or the definition has said what is to be said of it.
                }
            }
        }

        /** The totals that a number beside stands for; those of anything else are not compared. */
        private Totals in(String header, String part) {
            var parents = path.descendingIterator();
            parents.next();
            var parent = parents.hasNext() ? parents.next().name : "";
            return parent.equals(header) ? whole : parent.equals(part) ? this.part : new Totals();
        }

        private boolean within(String name) {
            return path.stream().anyMatch(frame -> frame.name.equals(name));
        }

        private <T> T number(Frame frame, Supplier<T> parsed) throws BadInput {
            try {
                return parsed.get();
            } catch (NumberFormatException e) {
                throw Iso20022.broken(path(), "is not a number", frame.line, frame.column);
            }
        }

        private static void balanced(Totals totals, Frame frame) throws BadInput {
            if (totals.saidCount != null && !totals.saidCount.equals(totals.count))
                throw wrong("pay.count", "the number of payments is not the one the order gives", frame);
            if (totals.saidSum != null && totals.saidSum.compareTo(totals.sum) != 0)
                throw wrong("pay.sum", "the sum of the amounts is not the one the order gives", frame);
        }

        private String path() {
            return "/" + path.stream().map(frame -> frame.name).collect(Collectors.joining("/"));
        }
    }

    private static BadInput wrong(String code, String what, Frame frame) {
        return new BadInput(
                code,
                "The document keeps to its format, but " + what
                        + ". Nothing was booked or forwarded. Ask the sender for a right one.",
                frame.line,
                frame.column);
    }

    /** ISO 13616: country and check digits moved to the end, letters as 10 to 35, modulo 97 is 1. */
    static boolean isIban(String text) {
        if (!IBAN.matcher(text).matches()) return false;
        var moved = text.substring(4) + text.substring(0, 4);
        var rest = 0;
        for (var i = 0; i < moved.length(); i++) {
            var digit = Character.digit(moved.charAt(i), 36);
            rest = (rest * (digit < 10 ? 10 : 100) + digit) % 97;
        }
        return rest == 1;
    }
}

package de.stellwerk.hub.route;

import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.w3c.dom.Attr;
import org.w3c.dom.CharacterData;
import org.w3c.dom.Document;
import org.w3c.dom.Node;
import org.w3c.dom.ProcessingInstruction;

/**
 * Makes text representable in a local system's charset: letters of String.Latin (DIN 91379) lose the marks the charset does not know
 * ({@code Budyšin} → {@code Budysin}), typographic signs become plain ones. Every kind of change is counted, none is silent, and what
 * has no replacement is never guessed.
 */
final class Transliteration {

    /** What a local system may speak. */
    static final List<String> CHARSETS =
            List.of("ISO-8859-1", "ISO-8859-2", "ISO-8859-15", "US-ASCII", "UTF-8", "windows-1250", "windows-1252");

    private static final int MOST_KINDS = 100;

    /** Used only where the charset lacks the character; what is not here is decomposed and loses its marks. */
    private static final Map<Integer, String> TABLE = table(
            // German in pure ASCII
            "Ä=Ae",
            "Ö=Oe",
            "Ü=Ue",
            "ä=ae",
            "ö=oe",
            "ü=ue",
            "ß=ss",
            "ẞ=SS",
            // letters that do not decompose
            "Æ=AE",
            "æ=ae",
            "Œ=OE",
            "œ=oe",
            "Ø=Oe",
            "ø=oe",
            "Å=Aa",
            "å=aa",
            "Ð=D",
            "ð=d",
            "Đ=D",
            "đ=d",
            "Þ=Th",
            "þ=th",
            "Ł=L",
            "ł=l",
            "Ħ=H",
            "ħ=h",
            "ı=i",
            "Ŋ=N",
            "ŋ=n",
            "Ŧ=T",
            "ŧ=t",
            "ĸ=k",
            "Ə=E",
            "ə=e",
            "Ɨ=I",
            "ɨ=i",
            "Ʒ=Z",
            "ʒ=z",
            "Ǥ=G",
            "ǥ=g",
            "Ơ=O",
            "ơ=o",
            "Ư=U",
            "ư=u",
            "Ɓ=B",
            "Ɗ=D",
            "Ƙ=K",
            "ŉ='n",
            "ĳ=ij",
            "Ĳ=IJ",
            // typographic signs
            "‘='",
            "’='",
            "‚='",
            "‛='",
            "ʼ='",
            "ʻ='",
            "ʾ='",
            "ʿ='",
            "ˈ='",
            "′='",
            "“=\"",
            "”=\"",
            "„=\"",
            "‟=\"",
            "″=\"",
            "«=\"",
            "»=\"",
            "‹='",
            "›='",
            "‐=-",
            "‑=-",
            "‒=-",
            "–=-",
            "—=-",
            "―=-",
            "−=-",
            "…=...",
            "•=*",
            "·=.",
            "€=EUR",
            "£=GBP",
            "§=Par.",
            "№=No.",
            "™=(TM)",
            "®=(R)",
            "©=(C)",
            "°=Grad",
            "¹=1",
            "²=2",
            "³=3",
            "‰=o/oo");

    private final Charset charset;

    Transliteration(Charset charset) {
        this.charset = charset;
    }

    private static Map<Integer, String> table(String... pairs) {
        var map = new TreeMap<Integer, String>();
        for (var pair : pairs) map.put(pair.codePointAt(0), pair.substring(pair.indexOf('=') + 1));
        for (var space = 0x2000; space <= 0x200a; space++) map.put(space, " ");
        for (var space : List.of(0xa0, 0x202f, 0x205f, 0x3000)) map.put(space, " ");
        // Invisible: soft hyphen, zero-width signs, word joiner, byte order mark.
        for (var invisible : List.of(0xad, 0x200b, 0x200c, 0x200d, 0x2060, 0xfeff)) map.put(invisible, "");
        return Map.copyOf(map);
    }

    /** The same document or text with representable characters only; notes for the ledger go to the run. */
    Body apply(Body body, Run run) throws Exception {
        var pass = new Pass();
        var result = body.isXml() ? xml(body, pass) : text(body, pass);
        pass.note(run);
        return result;
    }

    private Body text(Body body, Pass pass) throws Exception {
        var text = body.text();
        var plain = pass.plain(text);
        return plain.equals(text)
                ? body
                : Body.of(body.content().name(), body.content().mediaType(), plain.getBytes(StandardCharsets.UTF_8));
    }

    private Body xml(Body body, Pass pass) throws Exception {
        // A copy: the body before this step may still be read by others, such as the rest of a split.
        var document = (Document) body.document().cloneNode(true);
        pass.walk(document.getDocumentElement());
        // Even an unchanged document is written anew: its own encoding may spell characters the charset lacks as
        // references.
        return Body.of(body.content().name(), document);
    }

    /** One document; not for two threads. */
    private final class Pass {

        private final CharsetEncoder encoder = charset.newEncoder();
        private final Map<String, Integer> kinds = new TreeMap<>();

        void walk(Node node) {
            name(node.getNodeName());
            var attributes = node.getAttributes();
            for (var i = 0; attributes != null && i < attributes.getLength(); i++) {
                var attribute = (Attr) attributes.item(i);
                name(attribute.getName());
                var plain = plain(attribute.getValue());
                if (!plain.equals(attribute.getValue())) attribute.setValue(plain);
            }
            for (var child = node.getFirstChild(); child != null; child = child.getNextSibling()) {
                if (child instanceof CharacterData data) {
                    var plain = plain(data.getData());
                    if (!plain.equals(data.getData())) data.setData(plain);
                } else if (child instanceof ProcessingInstruction instruction) {
                    instruction.setData(plain(instruction.getData()));
                } else {
                    walk(child);
                }
            }
        }

        private void name(String name) {
            if (!encoder.canEncode(name))
                throw new Quarantine(
                        "text.charset",
                        "The name of an element or attribute has characters that " + charset.name()
                                + " lacks; names are not replaced. Nothing was forwarded. Change the stylesheet.");
        }

        String plain(String text) {
            if (encoder.canEncode(text)) return text;
            // Only now: a letter and its mark may be one character of the charset.
            var composed = Normalizer.normalize(text, Normalizer.Form.NFC);
            if (!composed.equals(text)) count("composed (NFC)");
            var out = new StringBuilder(composed.length());
            composed.codePoints().forEach(c -> {
                var character = Character.toString(c);
                if (encoder.canEncode(character)) out.append(character);
                else out.append(replace(c, character));
            });
            return out.toString();
        }

        private String replace(int c, String character) {
            var replacement = Optional.ofNullable(TABLE.get(c))
                    .filter(encoder::canEncode)
                    .or(() -> decomposed(character))
                    .orElseThrow(() -> new Quarantine(
                            "text.charset",
                            String.format("The text has the character U+%04X, which %s", c, charset.name())
                                    + " lacks and for which there is no replacement. Nothing was forwarded. Ask the sender"
                                    + " for another spelling."));
            count(String.format("U+%04X", c) + " → " + (replacement.isEmpty() ? "nothing" : replacement));
            return replacement;
        }

        /** Without its marks; the letter that is left may be in the table, as in {@code ǿ}. */
        private Optional<String> decomposed(String character) {
            var out = new StringBuilder();
            var parts = Normalizer.normalize(character, Normalizer.Form.NFKD)
                    .codePoints()
                    .toArray();
            for (var part : parts) {
                var type = Character.getType(part);
                if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) continue;
                var text = Character.toString(part);
                if (encoder.canEncode(text)) out.append(text);
                else if (parts.length > 1 && TABLE.containsKey(part)) out.append(TABLE.get(part));
                else return Optional.empty();
            }
            return Optional.of(out.toString()).filter(encoder::canEncode);
        }

        private void count(String kind) {
            kinds.merge(kind, 1, Integer::sum);
        }

        void note(Run run) {
            if (kinds.isEmpty()) return;
            var list = new ArrayList<String>();
            kinds.forEach((kind, count) -> list.add(kind + " (" + count + "×)"));
            run.note("Replaced for " + charset.name() + ": "
                    + list.stream().limit(MOST_KINDS).collect(Collectors.joining(", "))
                    + (list.size() > MOST_KINDS ? " and " + (list.size() - MOST_KINDS) + " more kinds" : ""));
        }
    }
}

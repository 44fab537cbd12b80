package de.stellwerk.hub.testcase;

import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.gate.SafeXml;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.StringNode;

/**
 * Content with its structure kept and its values replaced: XML keeps its markup, JSON its keys, CSV its lines and columns, other text
 * its lines and words. Comments and processing instructions of XML lose their text. Content that is none of these is not shown at all.
 */
final class Masked {

    /** Elements, attributes and keys that hold a code or a version, as XÖV and its like name them. */
    private static final Set<String> CODES = Set.of(
            "code",
            "listuri",
            "listversionid",
            "version",
            "kind",
            "currency",
            "waehrung",
            "schemalocation",
            "nonamespaceschemalocation",
            "mediatype",
            "encoding",
            "lang");

    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9._:/ -]{1,200}");
    private static final Pattern ENCODING =
            Pattern.compile("^<\\?xml[^>]*encoding\\s*=\\s*[\"']([A-Za-z0-9._-]+)[\"']");
    /** A comment, a CDATA section, an instruction, a tag or a text: what well-formed XML without a DOCTYPE is made of. */
    private static final Pattern XML = Pattern.compile(
            "<!--(?<comment>.*?)-->|<!\\[CDATA\\[(?<cdata>.*?)]]>|<\\?(?<pi>.*?)\\?>|<(?<tag>[^>\"']*(?:\"[^\"]*\"[^>\"']*|'[^']*'[^>\"']*)*)>|(?<text>[^<]+)",
            Pattern.DOTALL);

    private static final Pattern ATTRIBUTE = Pattern.compile(
            "(?<name>[^\\s=\"'/>]+)(?<equals>\\s*=\\s*)(?<quote>[\"'])(?<value>.*?)\\k<quote>", Pattern.DOTALL);
    private static final Pattern ENTITY = Pattern.compile("&[#A-Za-z0-9]+;");
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final Pattern CELL = Pattern.compile("[^;\\t\"\\r\\n]+");

    private final Placeholders placeholders;

    Masked(Placeholders placeholders) {
        this.placeholders = placeholders;
    }

    /** @return empty bytes if the content is not text in one of these forms */
    byte[] of(String mediaType, byte[] bytes) throws IOException {
        var type = mediaType.toLowerCase(Locale.ROOT);
        if (type.contains("xml") && isXml(bytes)) {
            var charset = charset(bytes);
            return xml(new String(bytes, charset)).getBytes(charset);
        }
        if (type.contains("xml") || type.contains("json") || type.startsWith("text/")) {
            var charset = isUtf8(bytes) ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
            var text = new String(bytes, charset);
            var masked = type.contains("json") ? json(text) : lines(text);
            return masked.getBytes(charset);
        }
        return new byte[0];
    }

    private static boolean isXml(byte[] bytes) throws IOException {
        try {
            SafeXml.check(new ByteArrayInputStream(bytes), Limits.defaults());
            return true;
        } catch (BadInput e) {
            return false; // then it is text like any other: what looks like markup is replaced as well
        }
    }

    private static Charset charset(byte[] bytes) {
        if (bytes.length > 1 && (((bytes[0] & 0xff) << 8 | bytes[1] & 0xff) >= 0xfeff)) {
            return StandardCharsets.UTF_16;
        }
        var start = new String(bytes, 0, Math.min(bytes.length, 200), StandardCharsets.ISO_8859_1);
        var named = ENCODING.matcher(start.replaceFirst("^\\xef\\xbb\\xbf", ""));
        try {
            return named.find() ? Charset.forName(named.group(1)) : StandardCharsets.UTF_8;
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return StandardCharsets.UTF_8;
        }
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private String xml(String xml) {
        var made = new StringBuilder(xml.length());
        var each = XML.matcher(xml);
        var element = "";
        while (each.find()) {
            if (each.group("comment") != null) {
                made.append("<!-- -->");
            } else if (each.group("cdata") != null) {
                made.append("<![CDATA[")
                        .append(value(element, each.group("cdata")))
                        .append("]]>");
            } else if (each.group("pi") != null) {
                made.append(each.group("pi").startsWith("xml ") ? each.group() : "<?removed ?>");
            } else if (each.group("tag") != null) {
                var tag = each.group("tag");
                element = local(tag.replaceFirst("(?s)[\\s/].*", ""));
                made.append('<').append(tag(tag)).append('>');
            } else {
                made.append(text(element, each.group("text")));
            }
        }
        return made.toString();
    }

    private String tag(String tag) {
        return ATTRIBUTE.matcher(tag).replaceAll(attribute -> {
            var all = attribute.group();
            var found = ATTRIBUTE.matcher(all);
            if (!found.matches()) {
                return "";
            }
            var name = found.group("name");
            boolean stays = name.equals("xmlns") || name.startsWith("xmlns:") || name.equals("xsi:type");
            return Matcher.quoteReplacement(
                    stays
                            ? all
                            : name
                                    + found.group("equals")
                                    + found.group("quote")
                                    + text(local(name), found.group("value"))
                                    + found.group("quote"));
        });
    }

    /** Whatever an entity stands for, there is another one afterwards. */
    private String text(String name, String text) {
        if (!ENTITY.matcher(text).find()) {
            return value(name, text);
        }
        var made = new StringBuilder();
        int from = 0;
        for (var entity = ENTITY.matcher(text); entity.find(); from = entity.end()) {
            made.append(value(name, text.substring(from, entity.start()))).append("&amp;");
        }
        return made.append(value(name, text.substring(from))).toString();
    }

    private String value(String name, String text) {
        return CODES.contains(name.toLowerCase(Locale.ROOT))
                        && CODE.matcher(text.strip()).matches()
                ? text
                : placeholders.of(text);
    }

    private static String local(String name) {
        return name.substring(name.indexOf(':') + 1);
    }

    private String json(String text) {
        try {
            return MAPPER.writeValueAsString(json("", MAPPER.readTree(text)));
        } catch (JacksonException e) {
            return lines(text);
        }
    }

    private JsonNode json(String key, JsonNode node) {
        if (node.isObject()) {
            var made = MAPPER.createObjectNode();
            node.properties().forEach(each -> made.set(each.getKey(), json(each.getKey(), each.getValue())));
            return made;
        }
        if (node.isArray()) {
            var made = MAPPER.createArrayNode();
            node.forEach(each -> made.add(json(key, each)));
            return made;
        }
        if (node.isNumber()) {
            return MAPPER.readTree(value(key, node.asString()).replaceFirst("^(-?)0+(?=[0-9])", "$1"));
        }
        return node.isString() ? StringNode.valueOf(value(key, node.asString())) : node;
    }

    private String lines(String text) {
        return CELL.matcher(text).replaceAll(cell -> Matcher.quoteReplacement(placeholders.of(cell.group())));
    }
}

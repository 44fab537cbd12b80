package de.stellwerk.plugins.as4;

import com.helger.phase4.ebms3header.Ebms3PartInfo;
import com.helger.phase4.ebms3header.Ebms3Property;
import com.helger.phase4.ebms3header.Ebms3UserMessage;
import com.helger.phase4.model.error.EEbmsError;
import com.helger.phase4.model.message.MessageHelperMethods;
import de.stellwerk.hub.spi.Content;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Contents as AS4 carries them: each an attachment packed with gzip, described in the ebMS header. */
final class Payloads {

    static final String GZIP = "application/gzip";
    /** Not of the standard: the name of a file, for who wants to know it. */
    static final String NAME = "FileName";

    private static final String SCHEME = "cid:";

    private Payloads() {}

    static byte[] packed(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        }
        return out.toByteArray();
    }

    /**
     * The contents of a message, unpacked, in the order of its header.
     *
     * @param limit of all together, in bytes
     */
    static List<Content> of(Ebms3UserMessage message, Parts parts, int limit) throws Refusal {
        var info = message.getPayloadInfo();
        var described = info == null ? List.<Ebms3PartInfo>of() : info.getPartInfo();
        var contents = new ArrayList<Content>();
        var seen = new HashSet<String>();
        int left = limit;
        for (var each : described) {
            var href = each.getHref();
            var part = href == null || !href.startsWith(SCHEME)
                    ? null
                    : parts.all().get(href.substring(SCHEME.length()));
            if (part == null || !seen.add(href)) {
                throw new Refusal(EEbmsError.EBMS_VALUE_INCONSISTENT, "A payload of the header is not in the message.");
            }
            var bytes = unpacked(each, part.bytes(), left);
            left -= bytes.length;
            contents.add(Content.of(
                    Plain.fileName(property(each, NAME)).orElse("payload-" + (contents.size() + 1)),
                    Plain.mediaType(property(each, MessageHelperMethods.PART_PROPERTY_MIME_TYPE)),
                    bytes));
        }
        if (seen.size() != parts.all().size()) {
            throw new Refusal(EEbmsError.EBMS_VALUE_INCONSISTENT, "A payload of the message is not in its header.");
        }
        return contents;
    }

    private static byte[] unpacked(Ebms3PartInfo part, byte[] bytes, int limit) throws Refusal {
        var packing = property(part, MessageHelperMethods.PART_PROPERTY_COMPRESSION_TYPE);
        byte[] plain;
        if (packing.isEmpty()) {
            plain = bytes;
        } else if (packing.equals(GZIP)) {
            try (var in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
                plain = in.readNBytes(limit + 1);
            } catch (IOException e) {
                throw new Refusal(EEbmsError.EBMS_DECOMPRESSION_FAILURE, "A payload cannot be unpacked.", e);
            }
        } else {
            throw new Refusal(EEbmsError.EBMS_FEATURE_NOT_SUPPORTED, "Payloads are packed with gzip.");
        }
        if (plain.length > limit) {
            throw new Refusal(
                    EEbmsError.EBMS_DECOMPRESSION_FAILURE, "The payloads are larger than what is taken here.");
        }
        return plain;
    }

    private static String property(Ebms3PartInfo part, String name) {
        var properties = part.getPartProperties();
        return properties == null
                ? ""
                : properties.getProperty().stream()
                        .filter(each -> name.equals(each.getName()))
                        .map(Ebms3Property::getValue)
                        .findFirst()
                        .orElse("");
    }
}

package de.stellwerk.plugins.fitconnect;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.jwk.RSAKey;
import de.stellwerk.hub.spi.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;

/**
 * What stands between a fetched submission and the hub, in the documented order: event log and authentication tags, decryption, schema of
 * the metadata, hashes, schema and type of the data, announced attachments. Trouble on the line is no problem of the submission and
 * throws {@link IOException}.
 *
 * @param keys by their ids; several while keys are exchanged
 * @param schemas allowed ones; empty means any. So with services.
 */
record Verification(
        EventLog events,
        Map<String, RSAKey> keys,
        boolean zip,
        int largest,
        List<String> schemas,
        List<String> services) {

    /** What a submission holds once it is opened. */
    record Opened(Metadata metadata, byte[] raw, Optional<Content> data, List<Content> attachments) {}

    Opened open(Json submission, Map<String, String> attachments) throws IOException, Refused {
        var tags = tags(submission);
        var encrypted = new LinkedHashMap<String, JWEObject>();
        encrypted.put(Problem.METADATA, jwe(submission.text("encryptedMetadata"), Problem.METADATA));
        if (!submission.text("encryptedData").isEmpty()) {
            encrypted.put(Problem.DATA, jwe(submission.text("encryptedData"), Problem.DATA));
        }
        for (var each : attachments.entrySet()) {
            var instance = Problem.attachment(each.getKey());
            encrypted.put(instance, jwe(each.getValue(), instance));
        }
        compareTags(tags, encrypted);
        var plain = decrypt(encrypted);
        var raw = plain.getOrDefault(Problem.METADATA, new byte[0]);
        var metadata = Metadata.parse(raw);
        metadata.check();
        hashes(metadata, plain);
        data(metadata, plain, submission);
        announced(metadata, attachments.keySet());
        return new Opened(metadata, raw, body(metadata, plain), files(metadata, plain));
    }

    private Json tags(Json submission) throws IOException, Refused {
        var log = events.of(submission.text("caseId"), submission.text("submissionId"));
        return log.stream()
                .filter(event ->
                        event.name().equals(EventLog.SUBMIT) && event.issuer().equals(events.issuer()))
                .map(event -> event.content().object("authenticationTags"))
                .reduce((first, last) -> last)
                .orElseThrow(() -> new Refused(Problem.eventLog("Das Ereignis submit-submission fehlt.")));
    }

    private static JWEObject jwe(String compact, String instance) throws Refused {
        if (compact.isEmpty()) {
            throw new Refused(Problem.missing("missing-data", instance));
        }
        try {
            return Jose.encrypted(compact);
        } catch (JOSEException e) {
            throw new Refused(Problem.encryption(instance));
        }
    }

    private static void compareTags(Json tags, Map<String, JWEObject> encrypted) throws Refused {
        var wrong = new ArrayList<Problem>();
        encrypted.forEach((instance, jwe) -> {
            var attachment = instance.startsWith("attachment:") ? instance.substring("attachment:".length()) : "";
            var told = attachment.isEmpty()
                    ? tags.text(instance)
                    : tags.object("attachments").text(attachment);
            if (!told.equals(jwe.getAuthTag().toString())) {
                wrong.add(Problem.tag(instance));
            }
        });
        refuse(wrong);
    }

    private Map<String, byte[]> decrypt(Map<String, JWEObject> encrypted) throws IOException, Refused {
        var plain = new HashMap<String, byte[]>();
        var wrong = new ArrayList<Problem>();
        for (var each : encrypted.entrySet()) {
            var kid = each.getValue().getHeader().getKeyID();
            var key = kid == null ? null : keys.get(kid);
            if (key == null) {
                // Perhaps it is only this hub that lacks the key: a citizen's application is not rejected for that.
                throw new IOException(
                        "fit.key: a submission is encrypted for a key that 'decryption-keys' does not hold."
                                + " It stays where it is; put the key there");
            }
            try {
                plain.put(each.getKey(), Jose.decrypt(each.getValue(), key, zip, largest));
            } catch (JOSEException e) {
                wrong.add(Problem.encryption(each.getKey()));
            }
        }
        refuse(wrong);
        return plain;
    }

    private static void hashes(Metadata metadata, Map<String, byte[]> plain) throws Refused {
        var wrong = new ArrayList<Problem>();
        var data = plain.get(Problem.DATA);
        if (metadata.hasData() && data == null) {
            wrong.add(Problem.missing("missing-data", Problem.DATA));
        } else if (data != null && !Metadata.fits(metadata.data(), data)) {
            wrong.add(Problem.hash(Problem.DATA));
        }
        for (var each : metadata.attachments()) {
            var instance = Problem.attachment(each.text("attachmentId"));
            var bytes = plain.get(instance);
            if (bytes != null && !Metadata.fits(each, bytes)) {
                wrong.add(Problem.hash(instance));
            }
        }
        refuse(wrong);
    }

    private void data(Metadata metadata, Map<String, byte[]> plain, Json submission) throws Refused {
        var data = plain.get(Problem.DATA);
        if (data != null) {
            if (!schemas.isEmpty() && !schemas.contains(metadata.schema())) {
                throw new Refused(Problem.unsupportedSchema(Problem.DATA));
            }
            if (!isOfType(data, metadata.dataType())) {
                throw new Refused(Problem.syntax(Problem.DATA));
            }
        }
        var asked = submission.object("serviceType").text("identifier")
                + submission.object("publicService").text("identifier");
        if (!services.isEmpty() && !services.contains(asked)) {
            throw new Refused(Problem.service("unsupported-service"));
        }
        if (!metadata.service().isEmpty() && !asked.isEmpty() && !asked.equals(metadata.service())) {
            throw new Refused(Problem.service("service-mismatch"));
        }
    }

    private static boolean isOfType(byte[] data, String type) {
        try {
            if (type.equals("application/json")) {
                // An object or an array, read strictly as the value of a member.
                var text = new String(data, StandardCharsets.UTF_8).strip();
                return (text.startsWith("{") || text.startsWith("["))
                        && Json.parse(("{\"a\":" + text + "}").getBytes(StandardCharsets.UTF_8))
                                        .map()
                                        .size()
                                == 1;
            }
            var factory = XMLInputFactory.newDefaultFactory();
            factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
            var reader = factory.createXMLStreamReader(new ByteArrayInputStream(data));
            while (reader.hasNext()) {
                reader.next();
            }
            return true;
        } catch (ParseException | XMLStreamException e) {
            return false;
        }
    }

    private static void announced(Metadata metadata, Set<String> announced) throws Refused {
        var described = metadata.attachments().stream()
                .map(each -> each.text("attachmentId"))
                .toList();
        if (described.size() != announced.size() || !new HashSet<>(described).equals(announced)) {
            throw new Refused(Problem.attachments());
        }
    }

    private static Optional<Content> body(Metadata metadata, Map<String, byte[]> plain) {
        var data = plain.get(Problem.DATA);
        return data == null
                ? Optional.empty()
                : Optional.of(Content.of(
                        metadata.dataType().equals("application/json") ? "data.json" : "data.xml",
                        metadata.dataType(),
                        data));
    }

    private static List<Content> files(Metadata metadata, Map<String, byte[]> plain) {
        var files = new ArrayList<Content>();
        for (var each : metadata.attachments()) {
            var bytes = plain.get(Problem.attachment(each.text("attachmentId")));
            if (bytes != null) {
                var name = each.text("filename");
                files.add(Content.of(name.isBlank() ? each.text("attachmentId") : name, each.text("mimeType"), bytes));
            }
        }
        return files;
    }

    private static void refuse(List<Problem> problems) throws Refused {
        if (!problems.isEmpty()) {
            throw new Refused(problems);
        }
    }
}

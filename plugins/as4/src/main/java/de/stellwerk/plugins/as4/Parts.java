package de.stellwerk.plugins.as4;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.apache.wss4j.common.ext.Attachment;
import org.apache.wss4j.common.ext.AttachmentRequestCallback;
import org.apache.wss4j.common.ext.AttachmentResultCallback;

/** The payloads of one message by their Content-Id, in order; WSS4J reads them here and puts back what it has encrypted or decrypted. */
final class Parts implements CallbackHandler {

    /** WSS4J's word for all of them. */
    static final String ALL = "Attachments";

    record Part(String mediaType, byte[] bytes) {}

    private final Map<String, Part> parts = new LinkedHashMap<>();
    private boolean changed;

    /** @return false if there is one of this id already */
    boolean add(String id, String mediaType, byte[] bytes) {
        return parts.putIfAbsent(id, new Part(mediaType, bytes)) == null;
    }

    Set<String> ids() {
        return Set.copyOf(parts.keySet());
    }

    /** Whether any of them has been encrypted or decrypted. */
    boolean changed() {
        return changed;
    }

    Map<String, Part> all() {
        return parts;
    }

    @Override
    public void handle(Callback[] callbacks) throws IOException, UnsupportedCallbackException {
        for (var callback : callbacks) {
            if (callback instanceof AttachmentRequestCallback request) {
                request.setAttachments(asked(request.getAttachmentId()));
            } else if (callback instanceof AttachmentResultCallback result) {
                var attachment = result.getAttachment();
                changed = true;
                try (var in = attachment.getSourceStream()) {
                    parts.replace(result.getAttachmentId(), new Part(attachment.getMimeType(), in.readAllBytes()));
                }
            } else {
                throw new UnsupportedCallbackException(callback);
            }
        }
    }

    private List<Attachment> asked(String id) {
        return parts.entrySet().stream()
                .filter(each -> id.equals(ALL) || id.equals(each.getKey()))
                .map(each -> {
                    var attachment = new Attachment();
                    attachment.setId(each.getKey());
                    attachment.setMimeType(each.getValue().mediaType());
                    attachment.setSourceStream(
                            new ByteArrayInputStream(each.getValue().bytes()));
                    return attachment;
                })
                .toList();
    }
}

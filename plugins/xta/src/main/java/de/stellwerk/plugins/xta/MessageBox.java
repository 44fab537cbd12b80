package de.stellwerk.plugins.xta;

import static de.stellwerk.plugins.xta.Names.ADDRESSING;
import static de.stellwerk.plugins.xta.Names.ENCRYPTION;
import static de.stellwerk.plugins.xta.Names.META;
import static de.stellwerk.plugins.xta.Names.OSCI;
import static de.stellwerk.plugins.xta.Names.XOP;
import static de.stellwerk.plugins.xta.Names.XTA;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.DropFolder;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt.Outcome;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Empties the message box: a list, then each message, handed over, and only then closed, which tells the gateway that it was received.
 * A message that was handed over and not closed comes again under the same id, which the hub knows.
 */
record MessageBox(Gateway gateway, Party author, String kind, Path rejected) {

    static final String CHANNEL = "in";
    static final int MOST_A_POLL = 20;

    void poll(Inbox inbox) throws Exception {
        var trouble = Optional.<NoAnswer>empty();
        for (var id : waiting()) {
            try {
                take(id, inbox);
            } catch (NoAnswer e) {
                trouble = Optional.of(e); // this one cannot be read; the others can
            } catch (Refusal e) {
                if (e.passes()) {
                    throw e;
                }
                trouble = Optional.of(new NoAnswer(Outgoing.why(e)));
            }
        }
        if (trouble.isPresent()) {
            throw trouble.get();
        }
    }

    private List<String> waiting() throws Exception {
        var question = new Xml()
                .open(
                        "osci:MsgBoxStatusListRequest",
                        "maxListItems",
                        Integer.toString(MOST_A_POLL),
                        "ListForm",
                        "MessageMetaData")
                .close()
                .toString();
        try (var answer = gateway.ask(gateway.box(), Names.STATUS_LIST, author.header(), question)) {
            var none = answer.box().flatMap(box -> box.child(OSCI, "NoMessageAvailable"));
            if (none.isPresent()) {
                return List.of();
            }
            // Some gateways list the metadata, some the attributes, whatever was asked for.
            var list = answer.content(OSCI, "MsgStatusList");
            return list.children().stream()
                    .flatMap(each -> each.is(META, "MessageMetaData")
                            ? each.child(META, "MsgIdentification").stream()
                            : Stream.of(each))
                    .flatMap(each -> each.child(ADDRESSING, "MessageID").stream())
                    .map(Node::value)
                    .filter(id -> !id.isEmpty())
                    .distinct()
                    .limit(MOST_A_POLL)
                    .toList();
        }
    }

    private void take(String id, Inbox inbox) throws Exception {
        var question = new Xml()
                .open("osci:MsgBoxFetchRequest")
                .open("osci:MsgSelector")
                .leaf("wsa:MessageID", id)
                .close()
                .close()
                .toString();
        try (var answer = gateway.ask(gateway.box(), Names.FETCH, author.header(), question)) {
            var iterator =
                    answer.box().map(box -> box.attribute("MsgBoxRequestID")).orElse("");
            if (iterator.isEmpty()) {
                throw new NoAnswer("xta.answer: the gateway gives a message without a MsgBoxRequestID to close it by");
            }
            var receipt = inbox.accept(CHANNEL, message(id, answer));
            if (receipt.outcome() == Outcome.REJECTED) {
                keep(id, answer);
            }
            close(id, iterator);
        }
    }

    private void close(String id, String iterator) throws Exception {
        var question = new Xml()
                .open("osci:MsgBoxCloseRequest", "MsgBoxRequestID", iterator)
                .leaf("osci:LastMsgReceived", id)
                .close()
                .toString();
        gateway.ask(gateway.box(), Names.CLOSE, author.header(), question).close();
    }

    /** The sender cannot be told by XTA: the original stays here for a person. */
    private void keep(String id, Answer answer) throws Exception {
        var folder = new DropFolder(Files.createDirectories(rejected));
        var name = Names.hash(id);
        int number = 0;
        for (var part : answer.parts().others()) {
            try (var bytes = part.open()) {
                folder.put(name + "-" + ++number + ".bin", bytes);
            }
        }
        try (var bytes = answer.parts().root().open()) {
            folder.put(name + ".soap.xml", bytes);
        }
    }

    private Message message(String id, Answer answer) throws Exception {
        var meta = answer.header()
                .child(META, "MessageMetaData")
                .orElseThrow(() -> new NoAnswer("xta.answer: the gateway gives a message without its MessageMetaData"));
        var own = meta.child(META, "MsgIdentification")
                .flatMap(each -> each.child(ADDRESSING, "MessageID"))
                .map(Node::value);
        if (!own.equals(Optional.of(id))) {
            throw new NoAnswer("xta.answer: the gateway gives another message than the one that was asked for");
        }
        var container = answer.content(XTA, "GenericContentContainer");
        var clear = container.child(XTA, "ContentContainer");
        Message message;
        if (clear.isPresent()) {
            var body = clear.get()
                    .child(XTA, "Message")
                    .orElseThrow(() -> new NoAnswer("xta.answer: the gateway's message has no content"));
            message = Message.of(messageId(id), kind, content(body, "message", answer));
            for (var attachment : clear.get().all(XTA, "Attachment").toList()) {
                message = message.attach(content(attachment, "attachment", answer));
            }
        } else if (container.child(ENCRYPTION, "EncryptedData").isPresent()) {
            // The element alone would lose the namespaces around it.
            message = Message.of(
                            messageId(id),
                            kind,
                            Content.of(
                                    "encrypted.xml",
                                    "application/xml", // the hub takes no other type of XML
                                    answer.parts().root().file()))
                    .header("xta-encrypted", "true");
            for (var part : answer.parts().others()) {
                message = message.attach(part.content(part.id(), part.mediaType()));
            }
        } else {
            throw new NoAnswer("xta.answer: the gateway's message is neither clear nor encrypted");
        }
        return described(message, id, meta);
    }

    private static String messageId(String id) {
        return id.length() <= 200 ? id : "sha256:" + Names.hash(id);
    }

    private static Message described(Message plain, String id, Node meta) {
        var message = plain.header("xta-message-id", Plain.text(id));
        var qualifier = meta.child(META, "Qualifier");
        message = header(message, "xta-author", meta.below(META, "Originators", "Author", "Identifier"));
        message = header(message, "xta-reader", meta.below(META, "Destinations", "Reader", "Identifier"));
        message = header(message, "xta-service", qualifier.flatMap(each -> each.child(META, "Service")));
        var type = qualifier.flatMap(each -> each.child(META, "MessageType"));
        message = header(message, "xta-message-type", type.flatMap(each -> each.child("", "code")));
        var schema = type.map(each -> each.attribute("payloadSchema")).orElse("");
        message = schema.isEmpty() ? message : message.header("xta-payload-schema", Plain.text(schema));
        message = meta.attribute("TestMsg").matches("true|1") ? message.header("xta-test", "true") : message;
        var replied = meta.below(META, "MsgIdentification", "In-Reply-To");
        message = header(message, "xta-in-reply-to", replied);
        // Only an answer speaks of our case; in another message the number is the sender's own.
        var requester = meta.below(META, "MsgIdentification", "ProcessRef", "Requester")
                .map(Node::value)
                .filter(value -> replied.isPresent() && !value.isEmpty() && value.length() <= 100);
        return requester.isPresent() ? message.inCase(requester.get()) : message;
    }

    private static Message header(Message message, String name, Optional<Node> value) {
        var text = value.map(Node::value).map(Plain::text).orElse("");
        return text.isEmpty() ? message : message.header(name, text);
    }

    private static Content content(Node given, String fallback, Answer answer) throws NoAnswer {
        var name = Plain.fileName(given.attribute("filename")).orElse(fallback);
        var type = Plain.mediaType(given.attribute("contentType"));
        var include = given.child(XOP, "Include");
        if (include.isPresent()) {
            var href = include.get().attribute("href");
            var id = href.startsWith("cid:") ? decoded(href.substring("cid:".length())) : "";
            return answer.parts()
                    .part(id)
                    .orElseThrow(() -> new NoAnswer("xta.mime: the gateway's message names a part that is not there"))
                    .content(name, type);
        }
        try {
            return Content.of(name, type, Base64.getMimeDecoder().decode(given.value()));
        } catch (IllegalArgumentException e) {
            throw new NoAnswer("xta.answer: the content of the gateway's message is not Base64");
        }
    }

    private static String decoded(String cid) throws NoAnswer {
        try {
            return URLDecoder.decode(cid.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new NoAnswer("xta.mime: the gateway's message names a part in a way that cannot be read");
        }
    }
}

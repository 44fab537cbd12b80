package de.stellwerk.hub.plugin;

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.Form;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt;
import de.stellwerk.hub.spi.Receiver;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Tested;
import de.stellwerk.hub.spi.Text;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The types of the SPI as bytes: numbers as {@link DataOutputStream} writes them, a text as its length in bytes and UTF-8 (length -1 is
 * no text), a list as its length and its items. What is read is not trusted: no length is believed that the frame does not hold.
 */
final class Wire {

    private Wire() {}

    interface Put<T> {
        void to(Writer writer, T value) throws IOException;
    }

    interface Take<T> {
        T from(Reader reader) throws IOException;
    }

    static final class Writer {

        /** Contents up to this size travel with what they belong to. */
        private static final int SMALL = 64 << 10;

        private static final int SMALL_TOGETHER = 256 << 10;

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        private final DataOutputStream out = new DataOutputStream(bytes);
        private final Lending lending;
        private int carried;

        /** What keeps contents that are too large to travel at once, until the other side asks for their bytes. */
        interface Lending {
            int lend(Content content);
        }

        Writer(Lending lending) {
            this.lending = lending;
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }

        Writer number(int value) throws IOException {
            out.writeInt(value);
            return this;
        }

        Writer large(long value) throws IOException {
            out.writeLong(value);
            return this;
        }

        Writer flag(boolean value) throws IOException {
            out.writeBoolean(value);
            return this;
        }

        Writer text(@Nullable String value) throws IOException {
            if (value == null) {
                out.writeInt(-1);
            } else {
                blob(value.getBytes(StandardCharsets.UTF_8));
            }
            return this;
        }

        Writer blob(byte[] value) throws IOException {
            return blob(value, value.length);
        }

        Writer blob(byte[] value, int length) throws IOException {
            out.writeInt(length);
            out.write(value, 0, length);
            return this;
        }

        Writer instant(Instant value) throws IOException {
            out.writeLong(value.getEpochSecond());
            out.writeInt(value.getNano());
            return this;
        }

        <T> Writer list(List<T> values, Put<T> put) throws IOException {
            out.writeInt(values.size());
            for (var value : values) {
                put.to(this, value);
            }
            return this;
        }

        Writer texts(Map<String, String> values) throws IOException {
            return list(List.copyOf(values.entrySet()), (writer, entry) -> writer.text(entry.getKey())
                    .text(entry.getValue()));
        }

        Writer content(Content content) throws IOException {
            text(content.name());
            text(content.mediaType());
            var small = small(content);
            flag(small != null);
            return small == null ? number(lending.lend(content)) : blob(small);
        }

        /** Always with what it belongs to: nobody answers for its bytes after the call. */
        private Writer carried(Content content) throws IOException {
            try (var in = content.open()) {
                return text(content.name()).text(content.mediaType()).flag(true).blob(in.readAllBytes());
            }
        }

        private byte @Nullable [] small(Content content) {
            int most = Math.min(SMALL, SMALL_TOGETHER - carried);
            try (var in = content.open()) {
                var read = in.readNBytes(most + 1);
                if (read.length <= most) {
                    carried += read.length;
                    return read;
                }
            } catch (IOException e) {
                return null; // whoever needs the bytes meets the same trouble, and where it belongs
            }
            return null;
        }

        Writer descriptor(ConnectorDescriptor card) throws IOException {
            text(card.name()).text(card.title()).flag(card.recognisesRepeats());
            list(card.channels(), (writer, channel) -> writer.text(channel.name())
                    .text(channel.direction().name())
                    .list(channel.kinds(), Writer::text)
                    .flag(channel.answered()));
            return list(card.settings(), (writer, setting) -> writer.text(setting.name())
                    .text(setting.title())
                    .flag(setting.required())
                    .flag(setting.secret())
                    .text(setting.fallback().orElse(null))
                    .form(setting.form()));
        }

        private Writer form(Form form) throws IOException {
            text(form.type().name()).list(form.limits(), Writer::text);
            return both(form.help()).flag(form.asked());
        }

        private Writer both(Text text) throws IOException {
            return text(text.german()).text(text.english());
        }

        Writer check(Tested.Check check) throws IOException {
            text(check.name()).text(check.outcome().name());
            return both(check.found()).both(check.remedy());
        }

        Writer delivery(Delivery delivery) throws IOException {
            text(delivery.id()).large(delivery.number()).text(delivery.municipality());
            text(delivery.channel()).text(delivery.kind()).text(delivery.caseId());
            texts(delivery.headers()).content(delivery.body());
            return list(delivery.attachments(), Writer::content).number(delivery.attempt());
        }

        Writer message(Message message) throws IOException {
            text(message.id()).text(message.kind());
            text(message.caseId().orElse(null)).text(message.answers().orElse(null));
            return texts(message.headers()).content(message.body()).list(message.attachments(), Writer::content);
        }

        Writer receipt(Receipt receipt) throws IOException {
            text(receipt.messageId()).instant(receipt.acceptedAt());
            return text(receipt.outcome().name()).text(receipt.code()).text(receipt.text());
        }

        Writer awaited(Inbox.Awaited awaited) throws IOException {
            text(awaited.reference()).text(awaited.caseId());
            return instant(awaited.deliveredAt()).texts(awaited.headers());
        }

        /** Null is what a plugin may return against the contract; it arrives as null. */
        Writer result(@Nullable DeliveryResult result) throws IOException {
            if (result == null) {
                return number(0);
            }
            if (result instanceof DeliveryResult.Delivered delivered) {
                return number(1).text(delivered.reference());
            }
            if (result instanceof DeliveryResult.Rejected rejected) {
                return number(2).text(rejected.reason());
            }
            if (result instanceof DeliveryResult.NotSent notSent) {
                number(3).text(notSent.why());
                Duration wait = notSent.retryAfter();
                return large(wait == null ? -1 : wait.toMillis());
            }
            if (result instanceof DeliveryResult.WithReceipts with) {
                return number(5).result(with.result()).list(with.receipts(), Writer::carried);
            }
            return number(4).text(((DeliveryResult.Unknown) result).why());
        }

        Writer request(Receiver.Request request) throws IOException {
            return text(request.method())
                    .text(request.path())
                    .texts(request.headers())
                    .content(request.body());
        }

        Writer answer(Receiver.Answer answer) throws IOException {
            return number(answer.status()).text(answer.mediaType()).text(answer.text());
        }
    }

    static final class Reader {

        private final ByteArrayInputStream left;
        private final DataInputStream in;
        private final Borrowing borrowing;

        /** What fetches the bytes of contents that did not travel with what they belong to. */
        interface Borrowing {
            Content borrowed(int number, String name, String mediaType);
        }

        Reader(byte[] bytes, Borrowing borrowing) {
            this.left = new ByteArrayInputStream(bytes);
            this.in = new DataInputStream(left);
            this.borrowing = borrowing;
        }

        int number() throws IOException {
            return in.readInt();
        }

        long large() throws IOException {
            return in.readLong();
        }

        boolean flag() throws IOException {
            return in.readBoolean();
        }

        String text() throws IOException {
            return String.valueOf(textOrNull());
        }

        @Nullable
        String textOrNull() throws IOException {
            int length = in.readInt();
            return length == -1 ? null : new String(bytes(length), StandardCharsets.UTF_8);
        }

        Optional<String> optionalText() throws IOException {
            return Optional.ofNullable(textOrNull());
        }

        byte[] blob() throws IOException {
            return bytes(in.readInt());
        }

        private byte[] bytes(int length) throws IOException {
            return in.readNBytes(checked(length));
        }

        private int checked(int length) throws IOException {
            if (length < 0 || length > left.available()) {
                throw new IOException("a length that the frame does not hold");
            }
            return length;
        }

        Instant instant() throws IOException {
            return Instant.ofEpochSecond(in.readLong(), in.readInt());
        }

        <T> List<T> list(Take<T> take) throws IOException {
            int size = checked(in.readInt()); // every item has at least one byte
            var values = new ArrayList<T>(Math.min(size, 100));
            for (int i = 0; i < size; i++) {
                values.add(take.from(this));
            }
            return values;
        }

        Map<String, String> texts() throws IOException {
            var values = new LinkedHashMap<String, String>();
            int size = checked(in.readInt());
            for (int i = 0; i < size; i++) {
                values.put(text(), text());
            }
            return values;
        }

        Content content() throws IOException {
            var name = text();
            var mediaType = text();
            return flag() ? Content.of(name, mediaType, blob()) : borrowing.borrowed(number(), name, mediaType);
        }

        ConnectorDescriptor descriptor() throws IOException {
            var name = text();
            var title = text();
            boolean repeats = flag();
            var channels = list(reader -> new Channel(
                    reader.text(), Channel.Direction.valueOf(reader.text()), reader.list(Reader::text), reader.flag()));
            var settings = list(reader -> new Setting(
                    reader.text(), reader.text(), reader.flag(), reader.flag(), reader.optionalText(), reader.form()));
            return new ConnectorDescriptor(name, title, channels, settings, repeats);
        }

        private Form form() throws IOException {
            return new Form(Form.Type.valueOf(text()), list(Reader::text), both(), flag());
        }

        private Text both() throws IOException {
            return new Text(text(), text());
        }

        Tested.Check check() throws IOException {
            return new Tested.Check(text(), Tested.Outcome.valueOf(text()), both(), both());
        }

        Delivery delivery() throws IOException {
            return new Delivery(
                    text(),
                    large(),
                    text(),
                    text(),
                    text(),
                    text(),
                    texts(),
                    content(),
                    list(Reader::content),
                    number());
        }

        Message message() throws IOException {
            return new Message(
                    text(), text(), optionalText(), optionalText(), texts(), content(), list(Reader::content));
        }

        Receipt receipt() throws IOException {
            return new Receipt(text(), instant(), Receipt.Outcome.valueOf(text()), text(), text());
        }

        Inbox.Awaited awaited() throws IOException {
            return new Inbox.Awaited(text(), text(), instant(), texts());
        }

        /** Empty for a plugin that gave none. */
        Optional<DeliveryResult> result() throws IOException {
            int kind = number();
            return switch (kind) {
                case 0 -> Optional.empty();
                case 1 ->
                    Optional.of(new DeliveryResult.Delivered(optionalText().orElse("")));
                case 2 -> Optional.of(new DeliveryResult.Rejected(optionalText().orElse("")));
                case 3 ->
                    Optional.of(new DeliveryResult.NotSent(optionalText().orElse(""), Duration.ofMillis(large())));
                case 4 -> Optional.of(new DeliveryResult.Unknown(optionalText().orElse("")));
                case 5 -> {
                    var result = result();
                    var receipts = list(Reader::content);
                    yield result.map(inner -> new DeliveryResult.WithReceipts(inner, receipts));
                }
                default -> throw new IOException("there is no result " + kind);
            };
        }

        Receiver.Request request() throws IOException {
            return new Receiver.Request(text(), text(), texts(), content());
        }

        Receiver.Answer answer() throws IOException {
            return new Receiver.Answer(number(), text(), text());
        }
    }
}

package de.stellwerk.plugins.osci;

import de.stellwerk.hub.spi.Content;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * One account at one intermediary. The built-in implementation is one of possibly many: put a {@link Provider} and its library into the
 * plugin's jar, name the provider in {@code META-INF/services/de.stellwerk.plugins.osci.OsciClient$Provider}, and its name in the setting
 * {@code implementation}.
 *
 * <p>Every method may be called from several threads; a {@link Dialog} is used by one.
 */
public interface OsciClient {

    /** Opens a dialog: {@code initDialog}. Nothing has been stored when this throws. */
    Dialog dialog() throws IOException, Refusal;

    /** Every method returns only what the intermediary has signed; {@link IOException} means that nothing is known. */
    interface Dialog extends AutoCloseable {

        /** {@code getMessageId}: Base64, as it goes over the wire. */
        String messageId() throws IOException, Refusal;

        /**
         * {@code storeDelivery}: signs the contents as their author, seals them for the account's addressee, and hands them over.
         *
         * @return the intermediary's whole answer with its signature, and the process card in it
         */
        Content store(String messageId, String subject, List<byte[]> contents) throws IOException, Refusal;

        /** {@code fetchProcessCard}: the whole answer; empty if the intermediary says that it has no card of this message. */
        Optional<Content> processCard(String messageId) throws IOException, Refusal;

        /**
         * {@code fetchDelivery} without a selection: the oldest delivery of the account's mailbox that was not received yet; empty if there is
         * none. The next order of the dialog, or its end, tells the intermediary that it was received.
         */
        Optional<Fetched> fetch() throws IOException, Refusal;

        /** Ends the dialog without a word: what was fetched last counts as not received, and comes again. */
        void drop();

        /** {@code exitDialog}. What was stored stays stored if it fails: the intermediary ends the dialog by itself then. */
        @Override
        void close();
    }

    /**
     * A delivery as it lay in the mailbox.
     *
     * @param subject what the process card says of it; may be empty
     * @param contents opened, in their order; empty if there is trouble
     * @param author whose signature covers every content and is right; empty if nobody's is there
     * @param trouble why its contents cannot be read or their signature is wrong, beginning with a code; empty if there is none
     * @param whole the intermediary's answer with its signature, and with the attachments if there are any: its name ends in {@code .mime} then
     */
    record Fetched(
            String messageId,
            String subject,
            List<byte[]> contents,
            Optional<X509Certificate> author,
            String trouble,
            Content whole) {

        /** Without the contents. */
        @Override
        public String toString() {
            return "Fetched[" + messageId + ", " + contents.size() + ", " + trouble + "]";
        }
    }

    /** Made with its no-argument constructor. */
    interface Provider {

        /** What the setting {@code implementation} calls it. */
        String name();

        OsciClient open(Account account) throws Exception;
    }
}

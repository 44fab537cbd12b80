package de.stellwerk.plugins.osci;

import de.stellwerk.hub.spi.Content;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Stands where an integrator puts the official library: it says what it was given, and sends nothing. */
public final class OtherImplementation implements OsciClient.Provider {

    @Override
    public String name() {
        return "other";
    }

    @Override
    public OsciClient open(Account account) {
        return () -> new OsciClient.Dialog() {

            @Override
            public String messageId() {
                return "b3RoZXI=";
            }

            @Override
            public Content store(String messageId, String subject, List<byte[]> contents) {
                var said = account.intermediary() + " " + messageId + " " + subject + " " + contents.size();
                return Content.of("other.txt", "text/plain", said.getBytes(StandardCharsets.UTF_8));
            }

            @Override
            public Optional<Content> processCard(String messageId) {
                return Optional.empty();
            }

            @Override
            public Optional<OsciClient.Fetched> fetch() {
                return Optional.empty();
            }

            @Override
            public void drop() {}

            @Override
            public void close() {}
        };
    }
}

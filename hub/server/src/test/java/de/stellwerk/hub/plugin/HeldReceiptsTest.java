package de.stellwerk.hub.plugin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.WithReceipts;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HeldReceiptsTest {

    @Test
    void aReceiptCanStillBeReadWhenTheCallOfTheConnectorIsOver() throws IOException {
        var gone = new Gone("<TransportReport/>".getBytes(UTF_8));

        var held = held(gone);
        gone.bytes = null;

        assertThat(bytes(held.receipts().get(0))).asString(UTF_8).isEqualTo("<TransportReport/>");
        assertThat(held.result()).isEqualTo(new Delivered("ref"));
    }

    @Test
    void aReceiptThatCannotBeKeptLeavesANoteAndTheResultCounts() throws IOException {
        var held = held(new Gone(new byte[(1 << 20) + 1]), new Gone(null), new Gone(new byte[] {1}));

        assertThat(held.receipts())
                .extracting(Content::name)
                .containsExactly("report.xml.missing.txt", "report.xml.missing.txt", "report.xml");
        assertThat(held.result()).isEqualTo(new Delivered("ref"));
    }

    @Test
    void receiptsComeOverTheWireOfAnIsolatedPluginWithTheirBytes() throws IOException {
        var writer = new Wire.Writer(content -> {
            throw new AssertionError("nobody answers for lent bytes after the call");
        });
        var large = new byte[500_000];
        large[499_999] = 7;
        writer.result(held(new Gone(large), new Gone(new byte[] {1})));

        var read = new Wire.Reader(writer.bytes(), (number, name, type) -> {
                    throw new AssertionError("nothing was lent");
                })
                .result();

        assertThat(read).hasValueSatisfying(result -> assertThat(result).isInstanceOf(WithReceipts.class));
        var with = (WithReceipts) read.orElseThrow();
        assertThat(with.result()).isEqualTo(new Delivered("ref"));
        assertThat(bytes(with.receipts().get(0))).isEqualTo(large);
        assertThat(bytes(with.receipts().get(1))).containsExactly(1);
    }

    private static WithReceipts held(Content... receipts) {
        var result = HeldReceipts.of(new WithReceipts(new Delivered("ref"), List.of(receipts)));
        assertThat(result).isInstanceOf(WithReceipts.class);
        return (WithReceipts) result;
    }

    private static byte[] bytes(Content content) throws IOException {
        try (var in = content.open()) {
            return in.readAllBytes();
        }
    }

    private static final class Gone implements Content {

        private byte @Nullable [] bytes;

        Gone(byte @Nullable [] bytes) {
            this.bytes = bytes;
        }

        @Override
        public String name() {
            return "report.xml";
        }

        @Override
        public String mediaType() {
            return "application/xml";
        }

        @Override
        public InputStream open() throws IOException {
            var now = bytes;
            if (now == null) {
                throw new IOException("the connection is closed");
            }
            return new java.io.ByteArrayInputStream(now);
        }
    }
}

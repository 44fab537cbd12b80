package de.stellwerk.plugins.mailbox;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.testkit.SinkContract;
import de.stellwerk.hub.testkit.TestHub;
import jakarta.mail.Multipart;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;

class MailboxSinkTest implements SinkContract {

    private final PostOffice office;

    MailboxSinkTest() throws IOException {
        office = new PostOffice();
    }

    @AfterEach
    void closeOffice() throws IOException {
        office.close();
    }

    @Override
    public ConnectorFactory factory() {
        return new SecureMailbox();
    }

    @Override
    public TestHub hub(Path directory) {
        return office.hub(directory);
    }

    @Override
    public Delivery acceptable(String id) {
        var delivery = TestHub.delivery(id, "receipt", "<receipt>" + id + "</receipt>");
        return TestHub.withHeader(delivery, "to", PostOffice.LAW_OFFICE);
    }

    @Override
    public int arrived() throws Exception {
        return office.arrived().size();
    }

    @Override
    public boolean arrived(byte[] attachment) throws Exception {
        for (var mail : office.arrived()) {
            var parts = (Multipart) mail.getContent();
            for (var i = 0; i < parts.getCount(); i++) {
                try (var in = parts.getBodyPart(i).getInputStream()) {
                    if (Arrays.equals(in.readAllBytes(), attachment)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    @Override
    public void unreachable() throws IOException {
        office.cut();
    }

    @Override
    public void reachable() throws IOException {
        office.mend();
    }
}

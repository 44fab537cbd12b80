package de.stellwerk.hub.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.tomcat.util.http.fileupload.FileUploadException;
import org.apache.tomcat.util.http.fileupload.impl.FileCountLimitExceededException;
import org.apache.tomcat.util.http.fileupload.impl.InvalidContentTypeException;
import org.apache.tomcat.util.http.fileupload.impl.SizeLimitExceededException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.web.MockHttpServletRequest;

class PartsTest {

    private static final int ROOM = 1 << 20;

    @TempDir
    Path folder;

    @Test
    void partsKeepTheirNamesTypesBytesAndOrder() throws IOException {
        try (var parts = read(request(part("meta", "", "{}") + part("attachment", "Müller \"1\".xml", "<a/>")
                + part("attachment", "b.pdf", "%PDF-1.7\r\n") + "--x--\r\n"))) {
            assertThat(parts.find("meta").orElseThrow().get()).asString(UTF_8).isEqualTo("{}");
            assertThat(parts.find("body")).isEmpty();
            assertThat(parts.all("attachment"))
                    .extracting(part -> part.getContentType() + " " + part.getSize())
                    .containsExactly("text/plain 4", "text/plain 10");
            assertThat(parts.all("attachment").get(0).getName()).isEqualTo("Müller \"1\".xml");
        }
    }

    @Test
    void aLargePartLiesInAFileAsLongAsItIsNeeded() throws IOException {
        var large = "x".repeat(100_000);
        try (var parts = read(request(part("body", "form.xml", large) + "--x--\r\n"))) {
            assertThat(parts.find("body").orElseThrow().isInMemory()).isFalse();
            assertThat(parts.find("body").orElseThrow().get()).asString(UTF_8).isEqualTo(large);
            assertThat(files()).isEqualTo(1);
        }
        assertThat(files()).isZero();
    }

    @Test
    void aRequestThatBreaksOffIsRefusedAndLeavesNoFile() throws IOException {
        var whole = part("body", "form.xml", "x".repeat(100_000)) + "--x--\r\n";
        for (var length : new int[] {0, 10, 200, 99_000, whole.length() - 6}) {
            assertThatThrownBy(() -> read(request(whole.substring(0, length))))
                    .as("cut at " + length)
                    .isInstanceOf(IOException.class);
        }
        assertThat(files()).isZero();
    }

    @Test
    void whatIsNotMultipartIsTold() {
        var json = request("{}");
        json.setContentType("application/json");
        assertThatThrownBy(() -> read(json)).isInstanceOf(InvalidContentTypeException.class);
        var nameless = request("{}");
        nameless.setContentType("multipart/form-data");
        assertThatThrownBy(() -> read(nameless)).isInstanceOf(InvalidContentTypeException.class);
    }

    @Test
    void tooManyPartsTooManyBytesAndEndlessHeadersAreRefused() throws IOException {
        assertThatThrownBy(() -> read(request(part("a", "", "1").repeat(4) + "--x--\r\n")))
                .isInstanceOf(FileCountLimitExceededException.class);
        assertThatThrownBy(() -> read(request(part("a", "", "1".repeat(ROOM)) + "--x--\r\n")))
                .isInstanceOf(SizeLimitExceededException.class);
        assertThatThrownBy(() -> read(request(part("a".repeat(2_000), "", "1") + "--x--\r\n")))
                .isInstanceOf(FileUploadException.class);
        assertThat(files()).isZero();
    }

    private Parts read(MockHttpServletRequest request) throws IOException {
        return Parts.read(request, folder, 3, ROOM);
    }

    private long files() throws IOException {
        try (var all = Files.list(folder)) {
            return all.count();
        }
    }

    private static MockHttpServletRequest request(String body) {
        var request = new MockHttpServletRequest("POST", MessageDoor.PATH);
        request.setContentType("multipart/form-data; boundary=x");
        request.setContent(body.getBytes(UTF_8));
        return request;
    }

    private static String part(String name, String file, String content) {
        return "--x\r\nContent-Disposition: form-data; name=\"" + name + "\""
                + (file.isEmpty() ? "" : "; filename=\"" + file.replace("\"", "\\\"") + "\"")
                + "\r\nContent-Type: text/plain\r\n\r\n" + content + "\r\n";
    }
}

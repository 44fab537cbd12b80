package de.stellwerk.hub.api;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.tomcat.util.http.fileupload.FileItem;
import org.apache.tomcat.util.http.fileupload.FileUpload;
import org.apache.tomcat.util.http.fileupload.FileUploadException;
import org.apache.tomcat.util.http.fileupload.MultipartStream;
import org.apache.tomcat.util.http.fileupload.ParameterParser;
import org.apache.tomcat.util.http.fileupload.disk.DiskFileItemFactory;
import org.apache.tomcat.util.http.fileupload.impl.FileCountLimitExceededException;
import org.apache.tomcat.util.http.fileupload.impl.FileUploadIOException;
import org.apache.tomcat.util.http.fileupload.impl.InvalidContentTypeException;
import org.apache.tomcat.util.http.fileupload.impl.SizeLimitExceededException;
import org.apache.tomcat.util.http.fileupload.util.LimitedInputStream;
import org.apache.tomcat.util.http.parser.HttpParser;

/**
 * The parts of a {@code multipart/form-data} request (RFC 7578), read once. A part of more than {@value #IN_MEMORY} bytes lies in a file
 * until this is closed.
 */
final class Parts implements AutoCloseable {

    private static final int IN_MEMORY = 64 << 10;
    private static final int BUFFER = 8 << 10;
    private static final int LONGEST_HEADERS = 512;
    private static final FileUpload HEADERS = new FileUpload();

    private final List<FileItem> all = new ArrayList<>();

    private Parts() {}

    /**
     * Reads the whole request.
     *
     * @param folder where large parts lie; on its disk
     * @param most parts
     * @param longest bytes of the request
     * @throws FileUploadException if it is not what it should be, or too large
     * @throws IOException if the sender breaks off, or a file cannot be written
     */
    static Parts read(HttpServletRequest request, Path folder, int most, long longest) throws IOException {
        var type = String.valueOf(request.getContentType());
        var boundary = type.regionMatches(true, 0, "multipart/form-data", 0, 19) ? HEADERS.getBoundary(type) : null;
        if (boundary == null) {
            throw new InvalidContentTypeException("no multipart/form-data with a boundary");
        }
        if (request.getContentLengthLong() > longest) {
            throw tooLong(request.getContentLengthLong(), longest);
        }
        var parts = new Parts();
        try {
            parts.read(new Bounded(request.getInputStream(), longest), boundary, folder, most);
            return parts;
        } catch (FileUploadIOException e) {
            parts.close();
            throw e.getCause() instanceof FileUploadException said ? said : e;
        } catch (IOException | RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    private void read(InputStream in, byte[] boundary, Path folder, int most) throws IOException {
        var files = new DiskFileItemFactory(IN_MEMORY, folder.toFile());
        var stream = new MultipartStream(in, boundary, Math.max(BUFFER, 2 * boundary.length), null);
        stream.setHeaderEncoding("UTF-8");
        stream.setPartHeaderSizeMax(LONGEST_HEADERS);
        if (!stream.skipPreamble()) {
            throw new FileUploadException("the request ends before its first part");
        }
        for (var more = true; more; more = stream.readBoundary()) {
            if (all.size() == most) {
                throw new FileCountLimitExceededException("more than " + most + " parts", most);
            }
            var headers = HEADERS.getParsedHeaders(stream.readHeaders());
            var said = disposition(headers.getHeader("Content-Disposition"));
            if (said.get("name") == null) {
                stream.discardBodyData();
                continue;
            }
            var name = said.get("filename") == null ? null : HttpParser.unquote(said.get("filename"));
            var item = files.createItem(said.get("name"), headers.getHeader("Content-Type"), false, name);
            all.add(item);
            try (var out = item.getOutputStream()) {
                stream.readBodyData(out);
            }
        }
    }

    private static Map<String, String> disposition(@org.jspecify.annotations.Nullable String header) {
        var parser = new ParameterParser();
        parser.setLowerCaseNames(true);
        return header == null ? Map.of() : parser.parse(header, ';');
    }

    private static SizeLimitExceededException tooLong(long actual, long longest) {
        return new SizeLimitExceededException("more than " + longest + " bytes", actual, longest);
    }

    /** A request without a length, or with a wrong one, is not read any further either. */
    private static final class Bounded extends LimitedInputStream {

        Bounded(InputStream in, long longest) {
            super(in, longest);
        }

        @Override
        protected void raiseError(long longest, long count) throws IOException {
            throw new FileUploadIOException(tooLong(count, longest));
        }
    }

    /** The first part of that name. */
    Optional<FileItem> find(String name) {
        for (var part : all) {
            if (part.getFieldName().equals(name)) {
                return Optional.of(part);
            }
        }
        return Optional.empty();
    }

    /** All parts of that name, in the order in which they came. */
    List<FileItem> all(String name) {
        return all.stream().filter(part -> part.getFieldName().equals(name)).toList();
    }

    @Override
    public void close() {
        all.forEach(FileItem::delete);
    }
}

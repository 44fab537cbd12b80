package de.stellwerk.samples.letters;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A PDF of one page with a few lines of text, written out by hand: PDF 1.7, one of the fourteen fonts every reader has. */
final class SamplePdf {

    private static final Charset WIN_ANSI = Charset.forName("windows-1252");

    private SamplePdf() {}

    /** Characters that the font's encoding lacks are shown as a question mark. */
    static byte[] of(List<String> lines) {
        var text = new StringBuilder("BT /F1 12 Tf 72 770 Td 16 TL ");
        for (var line : lines) {
            text.append('(')
                    .append(line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)"))
                    .append(") Tj T* ");
        }
        var stream = text.append("ET").toString().getBytes(WIN_ANSI);
        var file = new ByteArrayOutputStream();
        var offsets = new ArrayList<Integer>();
        write(file, "%PDF-1.7\n");
        object(file, offsets, "<< /Type /Catalog /Pages 2 0 R >>");
        object(file, offsets, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
        object(
                file,
                offsets,
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>");
        object(file, offsets, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
        offsets.add(file.size());
        write(file, "5 0 obj\n<< /Length " + stream.length + " >>\nstream\n");
        file.writeBytes(stream);
        write(file, "\nendstream\nendobj\n");
        var table = file.size();
        write(file, "xref\n0 " + (offsets.size() + 1) + "\n0000000000 65535 f \n");
        for (var offset : offsets) {
            write(file, String.format("%010d 00000 n \n", offset));
        }
        write(file, "trailer\n<< /Size " + (offsets.size() + 1) + " /Root 1 0 R >>\nstartxref\n" + table + "\n%%EOF\n");
        return file.toByteArray();
    }

    private static void object(ByteArrayOutputStream file, List<Integer> offsets, String dictionary) {
        offsets.add(file.size());
        write(file, offsets.size() + " 0 obj\n" + dictionary + "\nendobj\n");
    }

    private static void write(ByteArrayOutputStream file, String text) {
        file.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}

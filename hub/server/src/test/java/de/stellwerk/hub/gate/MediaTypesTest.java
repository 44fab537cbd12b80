package de.stellwerk.hub.gate;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MediaTypesTest {

    private static final Map<String, byte[]> GOOD = Map.of(
            "application/pdf", bytes("%PDF-1.7\n"),
            "application/xml", bytes("<?xml version=\"1.0\"?><a/>"),
            "text/xml", bytes("\ufeff<a/>"),
            "application/zip", hex("504b0304"),
            "image/png", hex("89504e470d0a1a0a00"),
            "image/jpeg", hex("ffd8ffe0"),
            "image/gif", bytes("GIF89a"),
            "image/tiff", hex("49492a00"),
            "text/plain", bytes("MZ is how this text begins, <b>"),
            "application/json", bytes("{}"));

    private static final List<byte[]> PROGRAMS = List.of(
            hex("4d5a90000300000004000000ffff"),
            hex("7f454c4602010100"),
            hex("cafebabe00000034"),
            hex("cffaedfe07000001"),
            hex("4c0000000114020000000000c000000000000046"),
            bytes("#!/bin/sh\n"),
            bytes("#! /usr/bin/env python\n"));

    @Test
    void contentThatIsWhatItSaysPasses() {
        GOOD.forEach((type, bytes) -> assertThat(code(type, bytes)).as(type).isEqualTo("passed"));
        assertThat(code("Application/PDF", GOOD.get("application/pdf"))).isEqualTo("passed");
        assertThat(code("text/xml; charset=UTF-8", bytes("<a/>"))).isEqualTo("passed");
        assertThat(code("text/plain; charset=\"utf-8\"", bytes("a"))).isEqualTo("passed");
        assertThat(code("application/xml", "\ufeff<a/>".getBytes(UTF_16LE))).isEqualTo("passed");
        assertThat(code("text/plain", "\ufeffa".getBytes(UTF_16LE))).isEqualTo("passed");
        assertThat(code("application/octet-stream", hex("00010203"))).isEqualTo("passed");
        assertThat(code("application/vnd.etsi.asic-e+zip", hex("504b0304"))).isEqualTo("passed");
    }

    @Test
    void contentOfAnotherTypeIsRefused() {
        for (var type : GOOD.keySet())
            for (var other : GOOD.entrySet()) {
                var alike = type.equals(other.getKey())
                        || type.endsWith("/xml") && other.getKey().endsWith("/xml")
                        || (type.equals("text/plain") || type.equals("application/json"))
                                && Set.of("text/plain", "application/json", "application/xml", "text/xml")
                                        .contains(other.getKey());
                assertThat(code(type, other.getValue()))
                        .as(other.getKey() + " as " + type)
                        .isEqualTo(alike ? "passed" : "type.mismatch");
            }
        assertThat(code("text/csv", new byte[] {'a', 0, 'b'})).isEqualTo("type.mismatch");
        assertThat(code("application/pdf", new byte[0])).isEqualTo("type.mismatch");
    }

    @Test
    void programsAreRefusedWhateverTheyAreCalled() {
        for (var program : PROGRAMS)
            for (var type :
                    List.of("application/pdf", "application/octet-stream", "text/plain", "application/x-msdownload"))
                assertThat(code(type, program)).as(type).isEqualTo("type.executable");
    }

    @Test
    void typesThatAreNotOnTheListAreRefused() throws BadInput {
        assertThat(code("text/html", bytes("<html>"))).isEqualTo("type.refused");
        assertThat(code("image/svg+xml", bytes("<svg/>"))).isEqualTo("type.refused");
        assertThat(code("application/msword", hex("d0cf11e0a1b11ae1"))).isEqualTo("type.refused");
        MediaTypes.check("application/msword", hex("d0cf11e0a1b11ae1"), Set.of("application/msword"));
        assertThat(code("application/pdf", hex("d0cf11e0a1b11ae1"))).isEqualTo("type.mismatch");
    }

    @Test
    void whatIsNoMediaTypeIsRefused() {
        for (var type : List.of(
                "",
                "pdf",
                "application/",
                "/pdf",
                "application/pdf\r\nX: y",
                "a/b; c",
                "a b/c",
                "application/pdf,text/plain",
                "text/plain; charset=\"a\nb\"",
                "a/" + "b".repeat(300)))
            assertThat(code(type, bytes("%PDF-"))).as(type).isEqualTo("type.syntax");
    }

    private static String code(String declared, byte[] bytes) {
        try {
            MediaTypes.check(declared, bytes);
            return "passed";
        } catch (BadInput e) {
            return e.code();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(text.startsWith("\ufeff") ? UTF_8 : ISO_8859_1);
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}

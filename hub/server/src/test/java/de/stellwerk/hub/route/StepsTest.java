package de.stellwerk.hub.route;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.route.Doors.Order;
import de.stellwerk.hub.route.RouteOutcome.Failed;
import de.stellwerk.hub.route.RouteOutcome.Quarantined;
import de.stellwerk.hub.route.RouteOutcome.Routed;
import de.stellwerk.hub.signature.Verdict;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Content;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StepsTest {

    private static final String SCHEMA =
            "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:x:form:1.2'"
                    + " xmlns='urn:x:form:1.2' elementFormDefault='qualified'><xs:element name='form'><xs:complexType><xs:sequence>"
                    + "<xs:element name='day' type='xs:date' maxOccurs='unbounded'/></xs:sequence></xs:complexType></xs:element></xs:schema>";

    @TempDir
    Path path;

    private Folder folder;

    @BeforeEach
    void folder() {
        folder = new Folder(path);
    }

    @AfterEach
    void close() {
        folder.close();
    }

    // --- versions

    @Test
    void versionsSideBySideGoThroughRoutesOfTheirOwnAndAnUnknownOneIsQuarantined() {
        versioned("one", "urn:x:form:1", "records");
        versioned("two", "urn:x:form:2", "finance?kind=booking");
        var routes = folder.start().routes;

        assertThat(Folder.only(routes.run(form("urn:x:form:1"))).connection()).isEqualTo("records");
        assertThat(Folder.only(routes.run(form("urn:x:form:2"))).connection()).isEqualTo("finance");
        assertThat(routes.run(form("urn:x:form:3"))).isInstanceOfSatisfying(Quarantined.class, outcome -> {
            assertThat(outcome.code()).isEqualTo("version.unknown");
            assertThat(outcome.reason()).contains("'urn:x:form:3'", "urn:x:form:1, urn:x:form:2");
        });
        assertThat(routes.run(form("Max Mustermann"))).isInstanceOfSatisfying(Quarantined.class, outcome -> {
            assertThat(outcome.code()).isEqualTo("version.unknown");
            assertThat(outcome.reason()).doesNotContain("Mustermann");
        });
        assertThat(routes.run(Folder.input("test.message", "99050012104000", Map.of(), "%PDF-1.7")))
                .isInstanceOfSatisfying(
                        Quarantined.class, outcome -> assertThat(outcome.code()).startsWith("xml."));
    }

    @Test
    void aRouteWithoutAVersionTakesThoseThatHaveNoneOfTheirOwn() {
        versioned("one", "urn:x:form:1", "records");
        folder.write("others.camel.yaml", """
                - route:
                    id: others
                    from:
                      uri: hub:test.message
                      parameters: { municipality: "14628270", service: "99050012104000" }
                      steps:
                        - to: hub:deliver/mailbox
                """);
        var routes = folder.start().routes;

        assertThat(Folder.only(routes.run(form("urn:x:form:1"))).connection()).isEqualTo("records");
        assertThat(Folder.only(routes.run(form("urn:x:form:9"))).connection()).isEqualTo("mailbox");
    }

    private void versioned(String id, String version, String target) {
        folder.write(id + ".camel.yaml", """
                - route:
                    id: %s
                    from:
                      uri: hub:test.message
                      parameters: { municipality: "14628270", service: "99050012104000", version: "%s" }
                      steps:
                        - to: hub:deliver/%s
                """.formatted(id, version, target));
    }

    private static RouteInput form(String namespace) {
        return Folder.input("test.message", "99050012104000", Map.of(), "<form xmlns='" + namespace + "'/>");
    }

    // --- deliver

    @Test
    void theServiceDirectoryChoosesTheConnectionWhereTheRouteNamesNone() {
        folder.doors.way = new Doors.Way(Optional.of("records"), "", "");
        var outcome = start("- to: hub:deliver/records", "- to: hub:deliver").run(Folder.input("<a/>"));
        var named = ((Routed) outcome).deliveries().get(0);
        var chosen = ((Routed) outcome).deliveries().get(1);

        assertThat(chosen.connection()).isEqualTo("records");
        assertThat(chosen.channel()).isEqualTo("files");
        assertThat(chosen.id()).isNotEqualTo(named.id());
    }

    @Test
    void aServiceForWhichTheDirectoryKnowsNobodyIsQuarantined() {
        folder.doors.way = new Doors.Way(Optional.empty(), "directory.none", "Nobody is competent.");

        assertThat(start("- to: hub:deliver").run(Folder.input("<a/>")))
                .isInstanceOfSatisfying(Quarantined.class, outcome -> {
                    assertThat(outcome.code()).isEqualTo("directory.none");
                    assertThat(outcome.reason()).isEqualTo("Nobody is competent.");
                });
    }

    @Test
    void anUntouchedBodyIsPassedOnAsTheSameObject() {
        var input = Folder.input("<a/>");

        var delivery = Folder.only(start("- to: hub:deliver/records").run(input));

        assertThat(delivery.body()).isSameAs(input.body());
        assertThat(delivery.channel()).isEqualTo("files");
        assertThat(delivery.id()).matches("[0-9a-f]{64}");
    }

    @Test
    void aBodyOfAGigabyteThatIsOnlyPassedOnIsNeverOpened() {
        var huge = new Content() {
            @Override
            public String name() {
                return "plan.tif";
            }

            @Override
            public String mediaType() {
                return "image/tiff";
            }

            @Override
            public InputStream open() {
                throw new AssertionError("opened");
            }
        };

        assertThat(Folder.only(start("- to: hub:deliver/records").run(with(huge)))
                        .body())
                .isSameAs(huge);
    }

    @Test
    void aBodyTooLargeToLookIntoWaitsForAPerson() {
        var large = Content.of("a.xml", "application/xml", new byte[Body.BOUND + 1]);
        folder.write("test/a.xsl", RefusedRoutesTest.stylesheet("<a/>"));

        assertThat(code(start("- to: xslt:a.xsl", "- to: hub:deliver/records").run(with(large))))
                .isEqualTo("size.xml");
    }

    @Test
    void headersOfCamelNeverLeaveTheHub() {
        var headers =
                Map.of("sender", "a@b.example", "CamelFileName", "x", "camelfilename", "x", "camel-http-uri", "x");

        var delivery = Folder.only(start("- setHeader: { name: mine, constant: x }", "- to: hub:deliver/records")
                .run(Folder.input("test.message", "", headers, "<a/>")));

        assertThat(delivery.headers()).containsOnly(Map.entry("sender", "a@b.example"), Map.entry("mine", "x"));
    }

    @Test
    void idsAreTheSameAtEveryRunAndInEveryVersionAndDifferInARun() {
        start("- to: hub:deliver/records", "- to: hub:deliver/records", "- to: hub:deliver/mailbox");
        var first = ids(folder.run("<a/>"));
        assertThat(first).hasSize(3).doesNotHaveDuplicates();
        assertThat(ids(folder.run("<a/>"))).isEqualTo(first);

        folder.route(
                "- setHeader: { name: x, constant: y }",
                "- to: hub:deliver/records",
                "- to: hub:deliver/records",
                "- to: hub:deliver/mailbox");
        folder.routes.reload();
        assertThat(ids(folder.run("<a/>"))).isEqualTo(first);
    }

    @Test
    void eachPartOfASplitHasADeliveryOfItsOwn() {
        start("- split: { xpath: //item, steps: [ to: hub:deliver/records ] }", "- to: hub:deliver/mailbox");
        var xml = "<all><item>ü</item><item>b</item><item>c</item></all>";

        var outcome = (Routed) folder.run(xml);

        assertThat(outcome.deliveries())
                .extracting(delivery -> Folder.text(delivery.body()).replaceFirst("<\\?.*\\?>", ""))
                .containsExactly("<item>ü</item>", "<item>b</item>", "<item>c</item>", xml);
        assertThat(ids(outcome)).doesNotHaveDuplicates().isEqualTo(ids(folder.run(xml)));
    }

    @Test
    void whatFailsInOnePartOfASplitStopsTheWholeMessage() {
        start(
                "- split: { xpath: //item, steps: [ { filter: { xpath: \"/item = 'b'\", steps: [ to: 'hub:quarantine?code=a.b&reason=No"
                        + " b' ] } }, { to: hub:deliver/records } ] }");

        assertThat(code(folder.run("<all><item>a</item><item>b</item><item>c</item></all>")))
                .isEqualTo("a.b");
    }

    @Test
    void theKindComesFromTheStepTheHeaderOrTheMessage() {
        start(
                "- to: hub:deliver/records",
                "- setHeader: { name: kind, constant: by.header }",
                "- to: hub:deliver/records",
                "- to: hub:deliver/records?kind=by.step");

        assertThat(((Routed) folder.run("<a/>")).deliveries())
                .extracting(PlannedDelivery::kind)
                .containsExactly("test.message", "by.header", "by.step");
    }

    @Test
    void aKindTheConnectionDoesNotTakeWaitsForAPerson() {
        assertThat(code(start("- to: hub:deliver/finance").run("<a/>"))).isEqualTo("route.kind");
    }

    @Test
    void theChannelStaysOpenWhileTheConnectorIsNotLoaded() {
        folder.doors.connect(FakeDoors.PIRNA, "late");
        start("- to: hub:deliver/late");
        assertThat(Folder.only(folder.run("<a/>")).channel()).isEmpty();

        folder.doors.connect(FakeDoors.PIRNA, "late", Channel.out("now"));
        assertThat(Folder.only(folder.run("<a/>")).channel()).isEqualTo("now");
    }

    @Test
    void attachmentsStayBehindWhereTheRouteSaysSo() {
        start("- to: hub:verify", "- to: hub:deliver/records", "- to: hub:deliver/mailbox?attachments=false");

        assertThat(((Routed) folder.run("<a/>")).deliveries())
                .extracting(delivery -> delivery.attachments().size())
                .containsExactly(2, 0);
    }

    @Test
    void aRouteVerifiesUnderThePolicyItNames() {
        folder.doors.verdicts.put(
                "qualified",
                new Verdict(
                        false,
                        "sig.level",
                        "Too low.",
                        List.of(),
                        folder.doors.verdict.report(),
                        folder.doors.verdict.etsi(),
                        folder.doors.verdict.readable()));
        start("- to: hub:verify/qualified", "- to: hub:deliver/records");

        assertThat(code(folder.run("<a/>"))).isEqualTo("sig.level");
    }

    @Test
    void whatBreaksTheRulesOfItsKindGoesNoFurther() {
        start("- to: hub:check/xrechnung", "- to: hub:deliver/records");

        assertThat(code(folder.run("<Invoice/>"))).isEqualTo("xml.root");
    }

    @Test
    void aRouteThatEndsNowhereWaitsForAPerson() {
        start("- choice: { when: [ { simple: \"${header.a} == 'b'\", steps: [ to: hub:deliver/records ] } ] }");

        assertThat(code(folder.run("<a/>"))).isEqualTo("route.nowhere");
        assertThat(folder.run(Folder.input("test.message", "", Map.of("a", "b"), "<a/>")))
                .isInstanceOf(Routed.class);
    }

    @Test
    void aRouteMayEndOnPurpose() {
        start("- filter: { xpath: /a, steps: [ stop: {} ] }", "- to: hub:deliver/records");

        assertThat(folder.run("<a/>")).isInstanceOfSatisfying(Routed.class, routed -> assertThat(routed.deliveries())
                .isEmpty());
        assertThat(folder.run("<b/>")).isInstanceOfSatisfying(Routed.class, routed -> assertThat(routed.deliveries())
                .hasSize(1));
    }

    @Test
    void nothingIsDeliveredWhenALaterStepSaysNo() {
        start("- to: hub:deliver/records", "- to: hub:quarantine?code=form.incomplete&reason=Something%20is%20missing");

        assertThat(folder.run("<a/>")).isInstanceOfSatisfying(Quarantined.class, quarantined -> {
            assertThat(quarantined.code()).isEqualTo("form.incomplete");
            assertThat(quarantined.reason()).isEqualTo("Something is missing");
            assertThat(quarantined.route()).matches("test@[0-9a-f]{8}");
        });
    }

    // --- validate

    @Test
    void aDocumentThatKeepsToItsSchemaPasses() {
        var outcome = validate("<form xmlns='urn:x:form:1.2'><day>2026-11-24</day></form>");

        assertThat(outcome).isInstanceOf(Routed.class);
    }

    @ParameterizedTest
    @CsvSource({
        "<form xmlns='urn:x:form:1.3'/>, version.unknown",
        "<form xmlns='urn:y'/>, version.unknown",
        "<form/>, version.unknown",
        "<other xmlns='urn:x:form:2'/>, version.unknown",
        "<other xmlns='urn:x:form:1.2'/>, xml.root",
        "<other/>, xml.root",
        "<form xmlns='urn:x:form:1.2'/>, xml.schema",
        "<form, xml.malformed",
        "<!DOCTYPE a><a/>, xml.doctype"
    })
    void aDocumentThatDoesNotIsToldApart(String xml, String code) {
        assertThat(code(validate(xml))).isEqualTo(code);
    }

    @Test
    void schemaErrorsHavePlacesAndRulesButNoValues() {
        var xml = "<form xmlns='urn:x:form:1.2'>\n" + "<day>geheim</day>\n".repeat(12) + "<dia/></form>";

        var quarantined = (Quarantined) validate(xml);

        assertThat(quarantined.reason())
                .contains("/form/day at 2:18 cvc-datatype-valid.1.2.1", "and 3 more")
                .doesNotContain("geheim");
        assertThat(quarantined.reason().split("cvc-", -1)).hasSize(11);
    }

    @Test
    void schemaErrorsSayWhatWouldHaveBeenRight() {
        assertThat(((Quarantined) validate("<form xmlns='urn:x:form:1.2'><dia/></form>")).reason())
                .contains("cvc-complex-type.2.4.a (expected day)");
    }

    private RouteOutcome validate(String xml) {
        folder.write("test/form-1.2.xsd", SCHEMA);
        return start("- to: hub:validate/form-1.2.xsd", "- to: hub:deliver/records")
                .run(xml);
    }

    // --- match

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "2600, EUR, -",
                "2601, EUR, pay.mismatch",
                "2600, USD, pay.mismatch",
                "02600, EUR, pay.amount",
                "+2600, EUR, pay.amount",
                "-2600, EUR, pay.amount",
                "26.00, EUR, pay.amount",
                "'26,00', EUR, pay.amount",
                "2.6e3, EUR, pay.amount",
                "0, EUR, pay.amount",
                "２６００, EUR, pay.amount",
                "99999999999999999999, EUR, pay.amount",
                "2600, -, pay.mismatch",
                "-, EUR, pay.mismatch"
            })
    void onlyWhatWasOrderedIsTaken(String amount, String currency, String code) {
        folder.doors.orders.put(
                FakeDoors.PIRNA + "/payment/K-1", new Order("c", Map.of("amount-cents", "2600", "currency", "EUR")));
        var headers = new java.util.HashMap<String, String>();
        if (amount != null) headers.put("amount-cents", amount);
        if (currency != null) headers.put("currency", currency);

        var outcome = start("- to: hub:match/payment", "- to: hub:deliver/records")
                .run(Folder.answering(Folder.input("test.message", "", headers, "<a/>"), "K-1"));

        if (code == null) assertThat(outcome).isInstanceOf(Routed.class);
        else assertThat(code(outcome)).isEqualTo(code);
    }

    @Test
    void aPaymentNobodyOrderedWaitsForAPerson() {
        start("- to: hub:match/payment", "- to: hub:deliver/records");

        assertThat(code(folder.run("<a/>"))).isEqualTo("pay.unknown");
        assertThat(code(folder.run(Folder.answering(Folder.input("<a/>"), "K-2"))))
                .isEqualTo("pay.unknown");
    }

    @Test
    void whatMustBeTheSameIsTheRoutesChoice() {
        folder.doors.orders.put(FakeDoors.PIRNA + "/payment/K-1", new Order("c", Map.of("contract", "7")));

        var outcome = start("- to: hub:match/payment?same=contract", "- to: hub:deliver/records")
                .run(Folder.answering(Folder.input("test.message", "", Map.of("contract", "7"), "<a/>"), "K-1"));

        assertThat(outcome).isInstanceOf(Routed.class);
    }

    // --- xslt, xpath, simple

    @Test
    void aStylesheetGetsTheHubsVariablesAndTheHeaders() {
        folder.write(
                "test/a.xsl",
                RefusedRoutesTest.stylesheet("<a m='{$message}' c='{$case}' d='{$in-14-days}' s='{$sender}'/>")
                        .replace(
                                "<xsl:template",
                                "<xsl:param name='message'/><xsl:param name='case'/><xsl:param name='in-14-days'/>"
                                        + "<xsl:param name='sender'/><xsl:template"));

        var delivery = Folder.only(start("- to: xslt:a.xsl", "- to: hub:deliver/records")
                .run(Folder.input("test.message", "", Map.of("sender", "Müller"), "<x/>")));

        assertThat(delivery.body().name()).isEqualTo("a.xml");
        assertThat(Folder.text(delivery.body()))
                .endsWith("<a m=\"m-1\" c=\"PIR-2026-000001\" d=\"2026-12-08\" s=\"Müller\"/>");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<a><xsl:value-of select=\"document('file:///etc/hostname')\"/></a>",
                "<a><xsl:value-of select=\"document(concat('file:///etc/', 'hostname'))\"/></a>",
                "<a><xsl:value-of select=\"document('secret.txt', /)\"/></a>",
                "<a><xsl:value-of select=\"document('http://127.0.0.1:9/')\"/></a>"
            })
    void aStylesheetReadsNothingOutside(String body) throws Exception {
        var secret = Files.readString(Path.of("/etc/hostname")).strip();
        folder.write("secret.txt", "<s>" + secret + "</s>").write("test/a.xsl", RefusedRoutesTest.stylesheet(body));

        var outcome = start("- to: xslt:a.xsl", "- to: hub:deliver/records").run("<x/>");

        if (outcome instanceof Routed routed)
            assertThat(Folder.text(routed.deliveries().get(0).body())).doesNotContain(secret);
        else assertThat(outcome).isInstanceOf(Failed.class);
    }

    @Test
    void aStylesheetCallsNoJava() {
        folder.write(
                "test/a.xsl",
                RefusedRoutesTest.stylesheet(
                        "<a xmlns:r='http://xml.apache.org/xalan/java/java.lang.System'><xsl:value-of"
                                + " select=\"r:setProperty('stellwerk.reached', 'yes')\"/></a>"));

        assertThat(start("- to: xslt:a.xsl", "- to: hub:deliver/records").run("<x/>"))
                .isInstanceOf(Failed.class);
        assertThat(System.getProperty("stellwerk.reached")).isNull();
    }

    @Test
    void aStylesheetWritesNothingOutside() {
        var target = path.resolve("written.xml");
        folder.write(
                        "test/a.xsl",
                        RefusedRoutesTest.stylesheet("<a><r:write xmlns:r='http://xml.apache.org/xalan/redirect' file='"
                                        + target + "'>x</r:write></a>")
                                .replace(
                                        "version='1.0'",
                                        "version='1.0' xmlns:r='http://xml.apache.org/xalan/redirect'"
                                                + " extension-element-prefixes='r'"))
                .route("- to: xslt:a.xsl", "- to: hub:deliver/records")
                .start();

        folder.run("<x/>");

        assertThat(target).doesNotExist();
    }

    @Test
    void aStylesheetReadsTablesThatLieBesideIt() {
        folder.write("test/codes.xml", "<codes><c k='1'>eins</c></codes>")
                .write("test/names.xsl", RefusedRoutesTest.stylesheet("").replace("match='/'", "name='named'"))
                .write(
                        "test/a.xsl",
                        RefusedRoutesTest.stylesheet("<a><xsl:value-of select=\"document('codes.xml')//c[@k=1]\"/></a>")
                                .replace("<xsl:template", "<xsl:include href='names.xsl'/><xsl:template"));

        assertThat(Folder.text(Folder.only(start("- to: xslt:a.xsl", "- to: hub:deliver/records")
                                .run("<x/>"))
                        .body()))
                .endsWith("<a>eins</a>");
    }

    @Test
    void aStylesheetThatStopsIsToldByItsKindAndPlaceOnly() {
        folder.write(
                "test/a.xsl",
                RefusedRoutesTest.stylesheet("<xsl:message terminate='yes'><xsl:value-of select='.'/></xsl:message>"));

        assertThat(start("- to: xslt:a.xsl", "- to: hub:deliver/records").run("<x>geheim</x>"))
                .isInstanceOfSatisfying(Failed.class, failed -> {
                    assertThat(failed.code()).isEqualTo("route.step");
                    assertThat(failed.why()).contains("at test.camel.yaml:8:").doesNotContain("geheim");
                });
    }

    @Test
    void aStylesheetThatNeverEndsFailsAlone() {
        folder.write(
                "test/a.xsl",
                RefusedRoutesTest.stylesheet("<xsl:call-template name='t'/>")
                        .replace(
                                "</xsl:stylesheet>",
                                "<xsl:template name='t'><a><xsl:call-template name='t'/></a></xsl:template></xsl:stylesheet>"));

        assertThat(start("- to: xslt:a.xsl", "- to: hub:deliver/records").run("<x/>"))
                .isInstanceOfSatisfying(
                        Failed.class, failed -> assertThat(failed.why()).contains("StackOverflowError"));
        assertThat(folder.run("<x/>")).isInstanceOf(Failed.class);
    }

    @Test
    void headersTakeTextFromTheDocument() {
        start(
                "- setHeader: { name: amount, xpath: /a/b }",
                "- setHeader: { name: both, simple: '${header.amount} of ${variable.case}' }",
                "- setVariable: { name: mine, xpath: { expression: 'count(//b)' } }",
                "- setHeader: { name: n, simple: '${variable.mine}' }",
                "- to: hub:deliver/records");

        assertThat(Folder.only(folder.run("<a><b>26</b></a>")).headers())
                .containsEntry("amount", "26")
                .containsEntry("both", "26 of PIR-2026-000001")
                .containsEntry("n", "1");
    }

    @Test
    void aBodyCanBeSetAndHeadersRemoved() {
        start(
                "- setBody: { simple: 'Vorgang ${variable.case}' }",
                "- removeHeaders: { pattern: 'x*' }",
                "- removeHeader: { name: b }",
                "- to: hub:deliver/records");

        var delivery = Folder.only(
                folder.run(Folder.input("test.message", "", Map.of("xa", "1", "b", "2", "c", "3"), "<a/>")));

        assertThat(Folder.text(delivery.body())).isEqualTo("Vorgang PIR-2026-000001");
        assertThat(delivery.body().mediaType()).isEqualTo("text/plain");
        assertThat(delivery.headers()).containsOnlyKeys("c");
    }

    @Test
    void aDocumentTypeIsNotReadByXpathEither() {
        start("- filter: { xpath: /a, steps: [ to: hub:deliver/records ] }");

        assertThat(code(folder.run("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><a>&x;</a>")))
                .isEqualTo("xml.doctype");
    }

    @Test
    void aDocumentThatCameInAHeaderIsReadThroughTheGateAsWell() {
        start("- setBody: { simple: '${header.a}' }", "- filter: { xpath: /a, steps: [ to: hub:deliver/records ] }");
        var bad = Map.of("a", "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><a>&x;</a>");

        assertThat(code(folder.run(Folder.input("test.message", "", bad, "<b/>"))))
                .isEqualTo("xml.doctype");
        assertThat(folder.run(Folder.input("test.message", "", Map.of("a", "<a/>"), "<b/>")))
                .isInstanceOf(Routed.class);
    }

    // --- verify, receipt, transliterate

    @Test
    void theReceiptBecomesTheBody() {
        assertThat(Folder.text(Folder.only(start("- to: hub:receipt", "- to: hub:deliver/mailbox")
                                .run("<a/>"))
                        .body()))
                .isEqualTo("{\"id\":\"m-1\"}");
    }

    @Test
    void whatHasNoReplacementWaitsForAPerson() {
        start("- to: hub:transliterate/ISO-8859-1", "- to: hub:deliver/records");

        assertThat(folder.run("<a>漢</a>")).isInstanceOfSatisfying(Quarantined.class, quarantined -> {
            assertThat(quarantined.code()).isEqualTo("text.charset");
            assertThat(quarantined.reason()).contains("U+6F22");
        });
    }

    @Test
    void plainTextIsTransliteratedAsWell() {
        start("- to: hub:transliterate/US-ASCII", "- to: hub:deliver/records");

        var outcome = folder.run(with(Content.of("a.txt", "text/plain", "Grüße – „Łódź“".getBytes(UTF_8))));

        assertThat(Folder.text(Folder.only(outcome).body())).isEqualTo("Gruesse - \"Lodz\"");
    }

    @Test
    void aDocumentInAnotherEncodingIsReadByItsOwn() {
        start("- to: hub:transliterate/US-ASCII", "- to: hub:deliver/records");
        var xml = "<?xml version='1.0' encoding='ISO-8859-1'?><a>Müller</a>".getBytes(ISO_8859_1);

        assertThat(Folder.text(Folder.only(folder.run(with(Content.of("a.xml", "application/xml", xml))))
                        .body()))
                .endsWith("<a>Mueller</a>");
    }

    private Folder start(String... steps) {
        return folder.route(steps).start();
    }

    private static RouteInput with(Content body) {
        return new RouteInput(
                "m-1", FakeDoors.PIRNA, "test.message", "", "c", Optional.empty(), Map.of(), body, List.of());
    }

    private static List<String> ids(RouteOutcome outcome) {
        return ((Routed) outcome).deliveries().stream().map(PlannedDelivery::id).toList();
    }

    static String code(RouteOutcome outcome) {
        if (outcome instanceof Quarantined quarantined) return quarantined.code();
        throw new AssertionError("not quarantined: " + outcome);
    }
}

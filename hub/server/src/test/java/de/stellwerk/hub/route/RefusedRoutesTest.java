package de.stellwerk.hub.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a route file may not say, and how it is told. Nothing of Camel is started here. */
class RefusedRoutesTest {

    @TempDir
    Path path;

    static Stream<Arguments> refusedSteps() {
        return Stream.of(
                // doors that Camel has and routes have not
                arguments("- wireTap: hub:verify", "route.step", "wireTap"),
                arguments("- toD: hub:verify", "route.step", "did you mean 'to'?"),
                arguments("- bean: { beanType: java.lang.Runtime }", "route.step", "'bean'"),
                arguments("- process: { ref: x }", "route.step", "'process'"),
                arguments("- script: { groovy: x }", "route.step", "'script'"),
                arguments("- aggregate: {}", "route.step", "'aggregate'"),
                arguments("- multicast: {}", "route.step", "'multicast'"),
                arguments("- log: '${body}'", "route.step", "'log'"),
                arguments("- unmarshal: { jaxb: {} }", "route.step", "'unmarshal'"),
                arguments("- enrich: { simple: x }", "route.step", "'enrich'"),
                arguments("- to: file:/etc", "route.scheme", "[hub:, xslt:]"),
                arguments("- to: FILE:/etc", "route.scheme", "'FILE:'"),
                arguments("- to: seda:x", "route.scheme", "'seda:'"),
                arguments("- to: http://169.254.169.254/", "route.scheme", "'http:'"),
                arguments("- to: exec:sh", "route.scheme", "'exec:'"),
                arguments("- to: xslt:http://example.org/a.xsl", "route.asset", "http://example.org/a.xsl"),
                arguments("- to: xslt:file:/etc/a.xsl", "route.asset", "file:/etc/a.xsl"),
                arguments("- to: xslt:classpath:a.xsl", "route.asset", "classpath:a.xsl"),
                arguments("- to: xslt:../other/a.xsl", "route.asset", "../other/a.xsl"),
                arguments(
                        "- to: xslt:good.xsl?allowTemplateFromHeader=true",
                        "route.parameter",
                        "allowTemplateFromHeader"),
                arguments("- to: { uri: xslt:good.xsl, parameters: { output: file } }", "route.parameter", "output"),
                arguments("- to: hub:validate/../../etc/x.xsd", "route.asset", "../../etc/x.xsd"),
                // languages
                arguments("- setBody: { groovy: x }", "route.field", "groovy"),
                arguments("- setBody: { expression: { groovy: x } }", "route.language", "groovy"),
                arguments("- setBody: { expression: { method: { ref: x } } }", "route.language", "method"),
                arguments(
                        "- setBody: { simple: '${bean:type:java.lang.Runtime?method=getRuntime}' }",
                        "route.simple",
                        "bean:"),
                arguments("- setBody: { simple: '${exchange.context}' }", "route.simple", "exchange"),
                arguments("- setBody: { simple: '${body.class}' }", "route.simple", "body.class"),
                arguments("- setBody: { simple: '$simple{body}' }", "route.simple", "$simple"),
                arguments("- setBody: { simple: '${header.a} ~> ${body}' }", "route.simple", "~>"),
                arguments("- setBody: { simple: '${env.HOME}' }", "route.simple", "env"),
                arguments("- setBody: { simple: '<a>${header.a}</a>' }", "route.markup", "escaped"),
                arguments("- setBody: { simple: 'resource:file:/etc/hostname' }", "route.expression", "not a file"),
                arguments("- setBody: { constant: ' resource:file:/etc/hostname' }", "route.expression", "not a file"),
                arguments("- filter: { simple: \"'${bean:x}' == 'a'\", steps: [ stop: {} ] }", "route.simple", "bean"),
                arguments(
                        "- filter: { simple: '${header.a} is java.lang.String', steps: [ stop: {} ] }",
                        "route.simple",
                        "is"),
                arguments("- filter: { constant: 'true', steps: [ stop: {} ] }", "route.language", "constant"),
                arguments("- setBody: { xpath: \"function:simple('x')\" }", "route.xpath", "function:simple"),
                arguments("- setBody: { xpath: \"document('file:/etc/hostname')\" }", "route.xpath", "document"),
                arguments("- setBody: { xpath: '$env:HOME' }", "route.xpath", "variables"),
                arguments("- setBody: { xpath: '/x:a' }", "route.xpath", "prefix"),
                arguments("- setBody: { xpath: '/a[' }", "route.xpath", "/a["),
                arguments("- setBody: { xpath: { expression: /a, saxon: true } }", "route.option", "saxon"),
                arguments(
                        "- setBody: { xpath: { expression: /a, resultType: java.io.File } }",
                        "route.option",
                        "resultType"),
                arguments("- setBody: { simple: '{{env:HOME}}' }", "route.parameter", "{{env:HOME}}"),
                // names
                arguments("- setHeader: { name: CamelFileName, constant: x }", "route.value", "CamelFileName"),
                arguments("- setProperty: { name: stellwerk.run, constant: x }", "route.value", "stellwerk.run"),
                arguments("- setVariable: { name: 'global:x', constant: x }", "route.value", "global:x"),
                arguments("- setVariable: { name: case, constant: x }", "route.name", "'case'"),
                arguments("- removeHeaders: { pattern: '(a+)+' }", "route.value", "(a+)+"),
                // typing errors
                arguments("- to: hub:verfiy", "route.step", "did you mean 'hub:verify'?"),
                arguments("- to: hub:deliver/recrods", "route.connection", "did you mean 'records'?"),
                arguments("- to: hub:deliver/records?kund=x", "route.parameter", "did you mean 'kind'?"),
                arguments("- to: hub:deliver/records?channel=fils", "route.channel", "did you mean 'files'?"),
                arguments("- to: hub:deliver/finance?kind=payment.order", "route.kind", "does not take"),
                arguments("- to: hub:transliterate/ISO-8859-01", "route.charset", "did you mean 'ISO-8859-1'?"),
                arguments("- to: xslt:god.xsl", "route.asset", "did you mean 'good.xsl'?"),
                arguments("- setHeadr: { name: a, constant: x }", "route.step", "did you mean 'setHeader'?"),
                arguments("- to: { url: hub:verify }", "route.field", "did you mean 'uri'?"),
                arguments("- setHeader: { name: a }", "route.expression", "no expression"),
                arguments("- setHeader: { name: a, constant: x, simple: y }", "route.expression", "several"),
                arguments("- choice: { when: [ { simple: '${header.a} == 1', steps: [] } ] }", "route.steps", "steps"),
                arguments("- choice: { otherwise: { steps: [ stop: {} ] } }", "route.step", "no 'when'"),
                arguments("- hub:verify", "route.step", "one step, such as"),
                arguments("- split: { xtokenize: //a, steps: [ stop: {} ] }", "route.field", "xtokenize"),
                arguments("- to: verify", "route.uri", "hub:<step>"),
                arguments("- to: hub:verify/all", "route.policy", "config/signatures/all.yaml"),
                arguments("- to: hub:check/invoice", "route.kind", "xrechnung"),
                arguments("- to: hub:quarantine?code=a.b", "route.parameter", "reason"),
                arguments("- to: hub:deliver/records?attachments=no", "route.value", "true or false"),
                arguments(
                        "- split: { xpath: //a, steps: [ { split: { xpath: //b, steps: [ stop: {} ] } } ] }",
                        "route.step",
                        "split within a split"),
                arguments(
                        "- split: { xpath: //a, parallelProcessing: true, steps: [ stop: {} ] }",
                        "route.field",
                        "parallel"),
                arguments("- to: hub:verify\n  to: hub:receipt", "route.yaml", "second time"));
    }

    @ParameterizedTest
    @MethodSource("refusedSteps")
    void aStepThatIsNotAllowedIsToldWithItsPlace(String step, String code, String tells) {
        var folder = folder().route("- to: hub:deliver/records", step);

        assertThat(folder.problems()).as(step).anySatisfy(problem -> {
            assertThat(problem.code()).isEqualTo(code);
            assertThat(problem.file()).isEqualTo("test.camel.yaml");
            assertThat(problem.line()).isBetween(9, 10);
            assertThat(problem.column()).isGreaterThan(8);
            assertThat(problem.text()).containsIgnoringCase(tells);
        });
    }

    static Stream<Arguments> refusedFiles() {
        var route = Folder.routeText("a", "x", "- to: hub:deliver/records");
        return Stream.of(
                arguments("", "route.yaml", 1, "empty file"),
                arguments("- route\n    id: x\n", "route.yaml", 2, "name: value"),
                arguments("- route:\n    id: x\n   from: y\n", "route.yaml", 3, "from: y"),
                arguments("- route:\n\tid: x\n", "route.yaml", 2, "indented with spaces"),
                arguments("- route: { id: 'x\n", "route.yaml", 2, "name: value"),
                arguments("a: b\n", "route.form", 1, "a list of routes"),
                arguments("- from:\n    uri: hub:x\n", "route.form", 1, "routeTemplate"),
                arguments("- beans: []\n", "route.form", 1, "'beans'"),
                arguments("- routeConfiguration: {}\n", "route.form", 1, "'routeConfiguration'"),
                arguments("- onException: {}\n", "route.form", 1, "'onException'"),
                arguments("- rest: {}\n", "route.form", 1, "'rest'"),
                arguments(route.replace("id: a", "id: A"), "route.value", 2, "lower-case"),
                arguments(route.replace("    id: a\n", ""), "route.name", 2, "no 'id'"),
                arguments(
                        route.replace("id: a\n", "id: a\n    errorHandlerRef: x\n"),
                        "route.field",
                        3,
                        "errorHandlerRef"),
                arguments(route.replace("uri: hub:x", "uri: timer:x"), "route.scheme", 4, "'timer:'"),
                arguments(route.replace("uri: hub:x", "uri: file:/etc"), "route.scheme", 4, "'file:'"),
                arguments(
                        route.replace("municipality:", "municipalty:"),
                        "route.parameter",
                        6,
                        "did you mean 'municipality'?"),
                arguments(route.replace("\"14628270\"", "\"1462827\""), "route.value", 6, "eight digits"),
                arguments(route.replace("\"14628270\"", "\"*\""), "route.value", 6, "eight digits"),
                arguments(route.replace("\"14628270\"", "&x \"14628270\""), "route.yaml", 6, "anchor"),
                arguments(route.replace("\"14628270\"", "!!java.io.File \"14628270\""), "route.yaml", 6, "tag"),
                arguments(route + "---\n" + route, "route.yaml", 9, "document"));
    }

    @ParameterizedTest
    @MethodSource("refusedFiles")
    void aFileThatCannotBeUsedIsToldWithItsLine(String text, String code, int line, String tells) {
        var folder = folder().write("bad.camel.yaml", text);

        assertThat(folder.problems()).as(text).anySatisfy(problem -> {
            assertThat(problem.code()).isEqualTo(code);
            assertThat(problem.line()).isEqualTo(line);
            assertThat(problem.text()).contains(tells);
        });
    }

    @Test
    void everyProblemOfAFileIsToldAtOnce() {
        var folder = folder().route("- to: hub:verfiy", "- to: file:/x", "- setBody: { groovy: x }");

        assertThat(folder.problems()).extracting(RouteProblem::line).contains(8, 9, 10);
    }

    @Test
    void aTextThatLooksLikeAnOctalNumberStaysWhatItIs() {
        var folder = folder();
        folder.doors.connect("01001000", "records", de.stellwerk.hub.spi.Channel.out("files"));
        folder.write(
                "test.camel.yaml",
                Folder.routeText("a", "x", "- to: hub:deliver/records").replace("\"14628270\"", "01001000"));

        assertThat(folder.problems()).isEmpty();
    }

    @Test
    void aStylesheetThatReachesOutDoesNotCompile() {
        var folder = folder().write(
                        "test/import.xsl",
                        stylesheet("<a/>")
                                .replace("<xsl:template", "<xsl:import href='http://127.0.0.1:9/a.xsl'/><xsl:template"))
                .write("test/broken.xsl", "<xsl:stylesheet")
                .route("- to: hub:deliver/records", "- to: xslt:import.xsl", "- to: xslt:broken.xsl");

        assertThat(folder.problems()).extracting(RouteProblem::file).contains("test/import.xsl", "test/broken.xsl");
    }

    @Test
    void aSchemaIncludesOnlyWhatLiesBesideIt() {
        var schema = "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>%s<xs:element name='a'/></xs:schema>";
        var folder = folder().write("test/good.xsd", String.format(schema, "<xs:include schemaLocation='types.xsd'/>"))
                .write("test/types.xsd", "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'/>")
                .write(
                        "test/bad.xsd",
                        String.format(schema, "<xs:include schemaLocation='http://127.0.0.1:9/types.xsd'/>"))
                .write("test/up.xsd", String.format(schema, "<xs:include schemaLocation='../other/types.xsd'/>"))
                .route(
                        "- to: hub:deliver/records",
                        "- to: hub:validate/good.xsd",
                        "- to: hub:validate/bad.xsd",
                        "- to: hub:validate/up.xsd");

        assertThat(folder.problems()).extracting(RouteProblem::file).containsExactly("test/bad.xsd", "test/up.xsd");
    }

    @Test
    void aTemplateTellsWhatIsMissingOrTooMuch() {
        var folder =
                folder().write("shape.camel.yaml", template("{{to}}")).write("a.camel.yaml", templated("shape", "tu"));

        assertThat(folder.problems())
                .extracting(RouteProblem::text)
                .anySatisfy(
                        text -> assertThat(text).startsWith("a.camel.yaml:6:").contains("'tu'", "did you mean 'to'?"))
                .anySatisfy(
                        text -> assertThat(text).startsWith("a.camel.yaml:5:").contains("no parameter 'to'"));
    }

    @Test
    void aTemplateIsCheckedEvenIfNobodyUsesIt() {
        var folder = folder().write("shape.camel.yaml", template("{{ot}}"));

        assertThat(folder.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.line()).isEqualTo(11);
            assertThat(problem.text()).contains("'ot'", "did you mean 'to'?");
        });
    }

    @Test
    void aWrongValueIsToldWhereTheValueStands() {
        var folder = folder().write("shape.camel.yaml", template("{{to}}"))
                .write("a.camel.yaml", templated("shape", "to").replace("records", "recrods"));

        assertThat(folder.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.file()).isEqualTo("a.camel.yaml");
            assertThat(problem.line()).isEqualTo(6);
            assertThat(problem.expected()).contains("did you mean 'records'?");
        });
    }

    @Test
    void aTemplateThatIsNotThereIsToldWithTheOnesThereAre() {
        var folder =
                folder().write("shape.camel.yaml", template("{{to}}")).write("a.camel.yaml", templated("shap", "to"));

        assertThat(folder.problems()).singleElement().satisfies(problem -> assertThat(problem.text())
                .contains("'shap'", "did you mean 'shape'?"));
    }

    private Folder folder() {
        return new Folder(path).write("test/good.xsl", stylesheet("<a/>"));
    }

    static String stylesheet(String body) {
        return "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'><xsl:template match='/'>"
                + body + "</xsl:template></xsl:stylesheet>";
    }

    static String template(String connection) {
        return "- routeTemplate:\n    id: shape\n    parameters:\n      - name: to\n    from:\n      uri: hub:test.message\n"
                + "      parameters:\n        municipality: \"14628270\"\n      steps:\n        - to:\n"
                + "            uri: hub:deliver/" + connection + "\n";
    }

    static String templated(String template, String parameter) {
        return "- templatedRoute:\n    routeTemplateRef: " + template + "\n    routeId: a\n    parameters:\n"
                + "      - name: " + parameter + "\n        value: records\n";
    }
}

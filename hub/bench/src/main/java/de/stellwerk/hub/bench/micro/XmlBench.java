package de.stellwerk.hub.bench.micro;

import de.stellwerk.hub.gate.SafeXml;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import javax.xml.stream.XMLStreamException;
import javax.xml.transform.Templates;
import javax.xml.transform.TransformerException;
import javax.xml.transform.stax.StAXSource;
import javax.xml.transform.stream.StreamResult;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;

/** What a route does to a form of 2 KiB, with the factories of the gate and the sample town's own files. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class XmlBench {

    private final byte[] form = Samples.registration();
    private Templates stylesheet;
    private Schema schema;

    @Setup
    public void compile() throws IOException, TransformerException, SAXException {
        stylesheet = SafeXml.transformerFactory()
                .newTemplates(new StreamSource(
                        new ByteArrayInputStream(Samples.route("pirna-trade-registration/pirna-register.xsl"))));
        schema = SafeXml.schemaFactory()
                .newSchema(new StreamSource(
                        new ByteArrayInputStream(Samples.route("trade-registration/gewerbeanmeldung-1.2.xsd"))));
    }

    @Benchmark
    public byte[] transform() throws TransformerException {
        var transformer = stylesheet.newTransformer();
        transformer.setParameter("case", "PIR-2026-000001");
        transformer.setParameter("municipality", "14628270");
        var out = new ByteArrayOutputStream();
        transformer.transform(new StreamSource(new ByteArrayInputStream(form)), new StreamResult(out));
        return out.toByteArray();
    }

    /** By a streaming parser, as the route room does. */
    @Benchmark
    public void validate() throws XMLStreamException, SAXException, IOException {
        var reader = SafeXml.inputFactory().createXMLStreamReader(new ByteArrayInputStream(form));
        schema.newValidator().validate(new StAXSource(reader));
    }

    @Benchmark
    public Document dom() throws SAXException, IOException {
        return SafeXml.documentBuilder().parse(new ByteArrayInputStream(form));
    }

    /** What the factory alone costs; a room that makes one for each message pays this each time. */
    @Benchmark
    public Object inputFactory() {
        return SafeXml.inputFactory();
    }
}

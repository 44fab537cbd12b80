package de.stellwerk.hub.signature;

import de.stellwerk.hub.signature.TrustedList.Use;
import eu.europa.esig.dss.diagnostic.CertificateWrapper;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All who are trusted at a time: the anchors of the operator, and the authorities that trusted lists vouch for, with when they did. The
 * validator only knows that they are trusted; whether they were at the time that counts is decided here.
 *
 * @param until when a list comes into force or goes out of it
 * @param granted by the authority's key and name, however often its certificate was renewed
 * @param plain keys of the anchors that an operator trusts without a list, whenever
 * @param refused lists that are not used, with the reason
 */
record Listed(
        TrustFolder.Trust known,
        Instant from,
        Instant until,
        CommonTrustedCertificateSource anchors,
        Map<String, List<TrustedList.Period>> granted,
        Set<String> plain,
        List<String> refused) {

    static Listed at(Instant now, TrustFolder.Trust known) {
        var anchors = new CommonTrustedCertificateSource();
        var plain = new HashSet<String>();
        for (var anchor : known.anchors()) {
            anchors.addCertificate(anchor);
            plain.add(key(anchor));
        }
        var granted = new HashMap<String, List<TrustedList.Period>>();
        var refused = new ArrayList<>(known.refused());
        for (var list : known.trusted()) {
            var out = list.outOfForce(now);
            out.ifPresent(why -> refused.add(why.said(list.file())));
            if (out.isPresent()) continue;
            for (var service : list.services())
                for (var certificate : service.certificates()) {
                    anchors.addCertificate(certificate);
                    granted.computeIfAbsent(key(certificate), key -> new ArrayList<>())
                            .addAll(service.granted());
                }
        }
        var until = known.trusted().stream()
                .flatMap(list -> Stream.concat(Stream.of(list.issued()), list.nextUpdate().stream()))
                .filter(now::isBefore)
                .min(Comparator.naturalOrder())
                .orElse(Instant.MAX);
        return new Listed(known, now, until, anchors, granted, plain, refused);
    }

    boolean stillHolds(TrustFolder.Trust read, Instant now) {
        return known == read && !now.isBefore(from) && now.isBefore(until);
    }

    /**
     * Why an authority that the validator trusts does not count.
     *
     * @param best the earliest time at which the signature is known to have existed
     */
    Optional<Problem> gap(SignatureWrapper signature, Optional<Instant> best, Instant now) {
        if (granted.isEmpty()) return Optional.empty();
        if (!stands(signature.getCertificateChain(), Set.of(Use.SIGNERS), List.of(best.orElse(now))))
            return Optional.of(new Problem(
                    "sig.untrusted", "the trusted list did not vouch for its authority at the time of signing"));
        // Whoever has taken over a time-stamping authority can also stamp with a time that lies before that.
        for (var stamp : signature.getTimestampList())
            if (!stands(
                    stamp.getCertificateChain(),
                    Set.of(Use.TIME_STAMPS, Use.SIGNERS),
                    Stream.concat(Stream.ofNullable(stamp.getProductionTime()).map(Date::toInstant), Stream.of(now))
                            .toList()))
                return Optional.of(new Problem(
                        "sig.untrusted", "the trusted list does not vouch for the authority of its time stamp"));
        return Optional.empty();
    }

    private boolean stands(List<CertificateWrapper> chain, Set<Use> uses, List<Instant> times) {
        // Above the first trusted one nothing is checked any more, so it alone counts.
        var anchor = chain.stream()
                .filter(CertificateWrapper::isTrusted)
                .map(CertificateWrapper::getEntityKey)
                .findFirst();
        return anchor.isEmpty()
                || plain.contains(anchor.get())
                || times.stream().allMatch(at -> granted.getOrDefault(anchor.get(), List.of()).stream()
                        .anyMatch(period -> uses.contains(period.use()) && period.holds(at)));
    }

    private static String key(CertificateToken certificate) {
        return certificate.getEntityKey().asXmlId();
    }
}

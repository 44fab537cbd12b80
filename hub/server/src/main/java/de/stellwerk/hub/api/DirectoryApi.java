package de.stellwerk.hub.api;

import de.stellwerk.hub.directory.Directory;
import de.stellwerk.hub.ledger.DirectoryEntry;
import de.stellwerk.hub.ledger.ServiceDirectory;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Who is competent for what, where and when. This is public knowledge: every key that may read may ask. */
@RestController
final class DirectoryApi {

    private final Directory directory;
    private final ServiceDirectory book;

    DirectoryApi(Directory directory, ServiceDirectory book) {
        this.directory = directory;
        this.book = book;
    }

    @GetMapping("/api/v1/directory")
    List<DirectoryEntry> nearest(
            @RequestParam String service,
            @RequestParam String municipality,
            @RequestParam Optional<LocalDate> at,
            @RequestParam Optional<Long> version) {
        if (!Directory.isService(service) || !Directory.isMunicipality(municipality)) {
            throw Refusal.badRequest(
                    "directory.key",
                    "A service has a key of 14 digits that begin with 99, a municipality an AGS of 8 or an ARS of 12 digits.");
        }
        return directory.nearest(service, municipality, at.orElseGet(directory::today), version);
    }

    @GetMapping("/api/v1/directory/imports")
    List<ServiceDirectory.Import> imports() {
        return book.imports(100);
    }
}

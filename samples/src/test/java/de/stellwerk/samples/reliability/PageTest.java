package de.stellwerk.samples.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTest {

    @TempDir
    private Path checkout;

    @Test
    void theTableIsWrittenAnewAndTheTextAroundItStays() throws Exception {
        var page = checkout.resolve("page.md");
        Files.writeString(page, "# Head\n" + Page.BEGIN + "\nold\n" + Page.END + "\nfoot\n");
        new Rows(checkout, "b").add("kept", "by | force", 3, "all well", 7);
        new Rows(checkout, "a").add("kept", "by hand", 1, "broken", 0);
        new Rows(checkout, "a").add("kept", "by hand", 1234, "well the second time", 0);

        for (var twice = 0; twice < 2; twice++) {
            Page.write(page, Page.rows(checkout.resolve(Rows.FOLDER)));

            assertThat(page).hasContent("""
                    # Head
                    %s
                    | Promise | How it is tried | How often | Result | Seed |
                    |---|---|--:|---|--:|
                    | kept | by hand | 1234 | well the second time |  |
                    | kept | by \\| force | 3 | all well | 7 |
                    %s
                    foot
                    """.formatted(Page.BEGIN, Page.END));
        }
    }

    @Test
    void aPageWithoutAPlaceForTheTableIsLeftAlone() throws Exception {
        var page = Files.writeString(checkout.resolve("page.md"), "# Head\n" + Page.END + Page.BEGIN);
        new Rows(checkout, "a").add("kept", "by hand", 1, "well", 0);

        assertThatThrownBy(() -> Page.write(page, Page.rows(checkout.resolve(Rows.FOLDER))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no place");
        assertThat(page).hasContent("# Head\n" + Page.END + Page.BEGIN);
    }
}

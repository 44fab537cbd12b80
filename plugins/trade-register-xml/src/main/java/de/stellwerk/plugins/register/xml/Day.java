package de.stellwerk.plugins.register.xml;

import jakarta.xml.bind.annotation.adapters.XmlAdapter;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/** A date as the register writes it; an empty one is none. */
final class Day extends XmlAdapter<String, LocalDate> {

    @Override
    public @Nullable LocalDate unmarshal(@Nullable String text) {
        return text == null || text.isBlank() ? null : LocalDate.parse(text.strip());
    }

    @Override
    public @Nullable String marshal(@Nullable LocalDate day) {
        return day == null ? null : day.toString();
    }
}

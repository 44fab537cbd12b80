package de.stellwerk.hub.content;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * One piece of content the hub holds.
 *
 * @param size in bytes
 * @param sha512 of the bytes
 * @param inline the bytes themselves if they are few
 * @param stored otherwise their name in the content store
 */
public record Part(
        String name, String mediaType, long size, byte[] sha512, Optional<byte[]> inline, Optional<String> stored) {

    @Override
    public boolean equals(Object other) {
        return other instanceof Part that
                && name.equals(that.name)
                && mediaType.equals(that.mediaType)
                && size == that.size
                && Arrays.equals(sha512, that.sha512);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, mediaType, size, Arrays.hashCode(sha512));
    }

    @Override
    public String toString() {
        return "Part[" + mediaType + ", " + size + " bytes]";
    }
}

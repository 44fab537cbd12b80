package de.stellwerk.plugins.folder;

import java.net.URI;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;

/**
 * An SFTP server, a folder on it, and who we are there.
 *
 * @param folder absolute, or relative to the folder a login starts in
 * @param password empty for none
 */
record SftpAddress(
        String host,
        int port,
        String folder,
        String user,
        String password,
        List<KeyPair> keys,
        Path knownHosts,
        Duration timeout) {

    private static final int USUAL_PORT = 22;
    private static final String HOME = "/~/";
    /** The hub gives a connector ten seconds to open. */
    private static final Duration LONGEST_TO_CONNECT = Duration.ofSeconds(4);

    static SftpAddress of(
            URI url, String user, String password, List<KeyPair> keys, Path knownHosts, Duration timeout) {
        if (!"sftp".equals(url.getScheme())
                || url.getHost() == null
                || url.getUserInfo() != null
                || url.getQuery() != null
                || url.getFragment() != null) {
            throw new IllegalArgumentException("setting 'url' is written sftp://server:port/folder, without a user");
        }
        var path = url.getPath() == null || url.getPath().isEmpty() ? HOME : url.getPath();
        return new SftpAddress(
                url.getHost().replaceAll("[\\[\\]]", ""),
                url.getPort() < 0 ? USUAL_PORT : url.getPort(),
                (path + "/").startsWith(HOME) ? path.substring(Math.min(path.length(), HOME.length())) : path,
                user,
                password,
                keys,
                knownHosts,
                timeout);
    }

    Duration timeToConnect() {
        return timeout.compareTo(LONGEST_TO_CONNECT) < 0 ? timeout : LONGEST_TO_CONNECT;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "sftp://" + host + ":" + port;
    }
}

package de.stellwerk.plugins.mailbox;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A mail server that answers some commands as a test wants it to: with a reply, or by hanging up. */
final class ScriptedSmtp implements AutoCloseable {

    static final String HANG_UP = "";

    private final Map<String, String> script;
    private final ServerSocket door;
    private final List<String> heard = new CopyOnWriteArrayList<>();

    /** @param script replies by command; {@code .} is the end of the mail's text, {@code 220} the greeting */
    ScriptedSmtp(Map<String, String> script) throws IOException {
        this.script = script;
        this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var thread = new Thread(this::answer);
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return door.getLocalPort();
    }

    /** The commands that came, in upper case, without their arguments. */
    List<String> heard() {
        return List.copyOf(heard);
    }

    private void answer() {
        while (true) {
            try (var socket = door.accept()) {
                talk(socket);
            } catch (IOException e) {
                if (door.isClosed()) {
                    return;
                }
            }
        }
    }

    private void talk(Socket socket) throws IOException {
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
        if (!reply(socket, "220", "220 test")) {
            return;
        }
        for (var line = in.readLine(); line != null; line = in.readLine()) {
            var command = line.split("[ :]")[0].toUpperCase(Locale.ROOT);
            heard.add(command);
            var usual =
                    switch (command) {
                        case "EHLO" -> "250-test\r\n250 AUTH PLAIN";
                        case "AUTH" -> "235 ok";
                        case "DATA" -> "354 go on";
                        case "QUIT" -> "221 bye";
                        default -> "250 ok";
                    };
            if (!reply(socket, command, usual)) {
                return;
            }
            if (command.equals("DATA") && script.getOrDefault("DATA", "354").startsWith("354")) {
                while (!".".equals(line) && line != null) {
                    line = in.readLine();
                }
                heard.add(".");
                if (!reply(socket, ".", "250 taken")) {
                    return;
                }
            }
        }
    }

    private boolean reply(Socket socket, String command, String usual) throws IOException {
        var reply = script.getOrDefault(command, usual);
        if (reply.equals(HANG_UP)) {
            return false;
        }
        socket.getOutputStream().write((reply + "\r\n").getBytes(US_ASCII));
        socket.getOutputStream().flush();
        return true;
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}

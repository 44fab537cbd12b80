package de.stellwerk.samples;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;

/** Ports of this machine that were free a moment ago. */
public record Ports(int hub, int jms, int imap, int smtp, int payment) {

    public static Ports free() throws IOException {
        var sockets = new ArrayList<ServerSocket>();
        try {
            for (var i = 0; i < 5; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            var ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
            return new Ports(ports.get(0), ports.get(1), ports.get(2), ports.get(3), ports.get(4));
        } finally {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }
}

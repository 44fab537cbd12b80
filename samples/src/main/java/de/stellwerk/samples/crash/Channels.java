package de.stellwerk.samples.crash;

import java.util.List;

/** Every channel there is: who adds one adds its line here, and all runs try it. */
final class Channels {

    private static final List<Channel> ALL = List.of(
            new RestToFolder(),
            new FileToFolder(),
            new RestToPayment(),
            new RestToQueue(),
            new RestToMail(),
            new QueueToFolder(),
            new SftpToFolder(),
            new RestToSftp());

    private Channels() {}

    static List<Channel> all() {
        return ALL;
    }
}

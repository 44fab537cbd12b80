package de.stellwerk.hub.plugin;

/** Where a thread stands, in one line for people. */
final class Frames {

    private Frames() {}

    /** The topmost frames, the innermost first: {@code Socket.read(Socket.java:12) < Client.ask(Client.java:3)}. */
    static String top(StackTraceElement[] stack, int most) {
        var text = new StringBuilder();
        for (int i = 0; i < Math.min(stack.length, most); i++) {
            var frame = stack[i];
            text.append(i == 0 ? "" : " < ")
                    .append(frame.getClassName())
                    .append('.')
                    .append(frame.getMethodName())
                    .append('(')
                    .append(frame.getFileName())
                    .append(':')
                    .append(frame.getLineNumber())
                    .append(')');
        }
        return text.toString();
    }
}

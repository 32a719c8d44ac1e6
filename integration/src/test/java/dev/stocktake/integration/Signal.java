package dev.stocktake.integration;

import java.io.IOException;

/** What is sent to processes; Java itself knows only how to end them. */
enum Signal {
    KILL,
    QUIT,
    STOP,
    CONT;

    /** Does nothing if the process is gone. */
    void send(ProcessHandle process) throws IOException {
        if (this == KILL) {
            process.destroyForcibly();
            return;
        }
        try {
            new ProcessBuilder("kill", "-" + name(), Long.toString(process.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while sending " + this, e);
        }
    }
}

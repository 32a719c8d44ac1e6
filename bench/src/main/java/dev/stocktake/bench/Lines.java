package dev.stocktake.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

/**
 * A body of lines that was read.
 *
 * @param count how many lines; a last one without an end counts
 * @param bytes how many bytes
 */
record Lines(long count, long bytes) {

    private static final int BUFFER = 64 * 1024;

    /** Reads to the end and holds nothing. */
    static Lines count(InputStream body) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long lines = 0;
        long bytes = 0;
        byte last = '\n';
        for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
            for (int i = 0; i < read; i++) {
                if (buffer[i] == '\n') {
                    lines++;
                }
            }
            bytes += read;
            last = read > 0 ? buffer[read - 1] : last;
        }
        return new Lines(last == '\n' ? lines : lines + 1, bytes);
    }

    /** Reads to the end and shows every line, without its end. */
    static Lines each(InputStream body, Consumer<byte[]> seen) throws IOException {
        byte[] buffer = new byte[BUFFER];
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long lines = 0;
        long bytes = 0;
        for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
            int from = 0;
            for (int i = 0; i < read; i++) {
                if (buffer[i] == '\n') {
                    line.write(buffer, from, i - from);
                    from = i + 1;
                    seen.accept(line.toByteArray());
                    line.reset();
                    lines++;
                }
            }
            line.write(buffer, from, read - from);
            bytes += read;
        }
        if (line.size() > 0) {
            seen.accept(line.toByteArray());
            lines++;
        }
        return new Lines(lines, bytes);
    }
}

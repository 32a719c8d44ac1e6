package dev.stocktake.testkit.engine;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.stocktake.Stocktake;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What the engine tells an operator who reads INFO and above. */
final class Said {

    private Said() {}

    static List<String> by(Runnable work) {
        Logger logger = (Logger) LoggerFactory.getLogger(Stocktake.class);
        Level before = logger.getLevel();
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        logger.addAppender(said);
        logger.setAdditive(false);
        logger.setLevel(Level.INFO);
        try {
            work.run();
        } finally {
            logger.setLevel(before);
            logger.setAdditive(true);
            logger.detachAppender(said);
        }
        return said.list.stream()
                .map(event -> event.getLevel() + " " + event.getFormattedMessage())
                .toList();
    }
}
